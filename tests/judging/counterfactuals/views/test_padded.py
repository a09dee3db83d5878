"""What rests on fractions of seconds that lack their leading zeros."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started

CAUSE, DURATION = "envelope.time-order", "run.delay-duration"
_FRACTION = re.compile(r'("\w+At":"[^".]+\.)(\d+)')
DELAY = {"delay": {"duration": "120ms"}}
# Its own zeros say nothing of the server's times.
PAST = {"delay": {"until": "2020-01-01T00:00:00.012Z"}}


def delayed(start: float, end: float, cut: Callable[[str], str] = lambda text: text.lstrip("0") or "0") -> TraceBuilder:
    """An instance that has been in a delay, the fractions of all times of the server cut."""
    t, i = started(DELAY, PAST)
    t.settled()
    t.get(i, [(start, end), (end, end)], ended=end)
    for number, exchange in enumerate(t.exchanges):
        if exchange.response is not None:
            body = _FRACTION.sub(lambda found: found[1] + cut(found[2]), exchange.response.body.decode()).encode()
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
    disorder = delayed(950, 90, cut=lambda text: text.rstrip("0") or "0")
    assert CAUSE in violated(disorder.trace()) - rests(CAUSE, disorder)
