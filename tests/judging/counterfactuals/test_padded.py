"""What rests on fractions of seconds that lack their leading zeros."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started

CAUSE, DURATION = "envelope.time-order", "run.delay-duration"
DELAY = {"delay": {"duration": "120ms"}}


def delayed(start: float, end: float, pattern: str = r"(?<=:\d\d\.)0+(?=\d+Z)") -> TraceBuilder:
    """An instance that has been in a delay, all times without what the pattern finds in them."""
    t, i = started(DELAY)
    t.settled()
    t.get(i, [(start, end)], ended=end)
    for number, exchange in enumerate(t.exchanges):
        if exchange.response is not None:
            body = re.sub(pattern, "", exchange.response.body.decode()).encode()
            t.exchanges[number] = replace(exchange, response=replace(exchange.response, body=body))
    return t


def test_that_times_are_in_disorder_and_delays_too_long_rests_on_it() -> None:
    traces = delayed(90, 210), delayed(1_050, 1_170)
    seen = violated(*(each.trace() for each in traces))
    assert {CAUSE, DURATION} <= seen
    assert rests(CAUSE, *traces) >= {CAUSE, DURATION}


def test_a_delay_that_is_too_short_in_any_case_does_not() -> None:
    short = delayed(300, 310)
    assert DURATION in violated(short.trace()) - rests(CAUSE, delayed(90, 210), short)


def test_zeros_cut_at_the_end_explain_nothing() -> None:
    disorder = delayed(950, 90, pattern=r"(?<=\d)0+(?=Z)")
    assert CAUSE in violated(disorder.trace()) - rests(CAUSE, disorder)
