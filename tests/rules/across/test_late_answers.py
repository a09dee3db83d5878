"""Runs compared with each other: what a single slow answer does not prove."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.judging.judging import Judgement
from conformance.judging.tally import Tally
from conformance.rules.across.late_answers import late_answers
from conformance.rules.evidence.trace_index import TraceIndex
from tests.rules.bodies import NOOP, WAIT, Stages
from tests.rules.build import TraceBuilder

QUICK = [900.0 + 100 * number for number in range(15)]
"""Milliseconds until a run of noops is answered: 1.6 s is the median."""


def runs(name: str, stages: Stages, took: Sequence[float], wait: bool | None = None) -> list[TraceIndex]:
    indexes = []
    for number, each in enumerate(took):
        t = TraceBuilder(id=f"{name}-{number}")
        t.run(t.create(stages), took=each, wait=wait)
        indexes.append(t.index())
    return indexes


def observed(*indexes: list[TraceIndex]) -> list[str]:
    return [seen.observed for _, seen in late_answers([index for some in indexes for index in some])]


def test_answers_that_come_late_for_stages_that_wait_alone_are_a_violation() -> None:
    late = [5000.0 + 100 * number for number in range(40)]
    assert observed(runs("noop", NOOP, QUICK), runs("wait", [*NOOP, *WAIT], late)) == [
        "40 of 40 runs of workflows that wait were answered after 5.0 s or more; "
        "of 15 whose stages end at once, half within 1.6 s"
    ]
    delayed: Stages = [{"delay": {"duration": "1h"}}]
    assert observed(runs("noop", NOOP, QUICK), runs("delay", delayed, [300.0, *late]))


def test_a_server_that_is_slow_with_every_run_waits_for_none() -> None:
    late = [5000.0 + 100 * number for number in range(40)]
    assert not observed(runs("noop", NOOP, late), runs("wait", WAIT, late))


def test_a_tenth_of_the_answers_in_time_is_too_many_for_a_server_that_waits() -> None:
    late = [*[1700.0] * 4, *[5000.0] * 36]
    assert not observed(runs("noop", NOOP, QUICK), runs("wait", WAIT, late))


def test_few_runs_prove_nothing() -> None:
    late = [5000.0] * 23
    assert not observed(runs("noop", NOOP, QUICK), runs("wait", WAIT, late))
    assert not observed(runs("noop", NOOP, QUICK[:11]), runs("wait", WAIT, [*late, *late]))


def test_only_runs_that_last_and_are_not_to_be_waited_for_count() -> None:
    late = [5000.0] * 40
    assert not observed(runs("noop", NOOP, QUICK), runs("asked", WAIT, late, wait=True))
    soon: Stages = [{"delay": {"duration": "900ms"}}]
    assert not observed(runs("noop", NOOP, QUICK), runs("soon", soon, late))


def test_what_a_tally_keeps_of_its_traces_is_enough() -> None:
    tally = Tally()
    for index in [*runs("noop", NOOP, QUICK), *runs("wait", WAIT, [5000.0] * 40)]:
        tally.add(index.trace, Judgement())
    assert len(observed([TraceIndex(trace) for trace in tally.reduced])) == 1
