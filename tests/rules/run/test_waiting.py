"""The rules about runs that are waited for, and those that are not."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP, WAIT
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, parameters
from tests.rules.run.test_answers import started, waiting_but_terminated

DELAY = [{"delay": {"duration": "3s"}}]


def answered_at_the_end(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, spans=[(1, 2)], ended=3)


def answered_too_soon(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True)


def answered_without_a_time(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, change={"terminated": True})


def failed_with_its_error(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, spans=[(1, 2, "broken")], ended=3, error="broken")


def failed_in_its_stage_only(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, spans=[(1, 2, "broken")], ended=3)


def failed_as_read_later(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP), wait=True, ended=3)
    t.get(i, ended=3, error="broken")


def wait_with_an_open_value(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait="yes")


def answered_at_once(t: TraceBuilder) -> None:
    t.run(t.create([*NOOP, *WAIT]))
    t.run(t.create(DELAY), wait=False)


def waited_for_a_delay(t: TraceBuilder) -> None:
    w = t.create(DELAY)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=3100)


def waited_for_an_event(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=10_000, failure="timeout")


def _not_answered(t: TraceBuilder, length: str) -> None:
    w = t.create([{"delay": {"duration": length}}])
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=10_000, failure="timeout")


def waited_for_an_hour(t: TraceBuilder) -> None:
    _not_answered(t, "1h")


def not_answered_after_a_delay(t: TraceBuilder) -> None:
    _not_answered(t, "3s")


def _cancelled_while_somebody_waits(t: TraceBuilder, shown: float, *, runs: int = 1) -> None:
    """A run that is never answered, and a read that shows its instance as terminated ``shown`` ms after the run."""
    w = t.create(WAIT)
    began = t.now
    ids = [t.run(w, wait=True, at=began, took=10_000, failure="timeout") for _ in range(runs)]
    t.now = began + shown
    t.control(t.now + 30, t.now + 50)
    t.get(ids[0], [(5, 6)], ended=6, error="cancelled", at=began + shown, took=10)


def never_answered(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 500)


def ended_only_just(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 9900)


def ended_one_of_two(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 500, runs=2)


def _answered(t: TraceBuilder, after: float) -> None:
    """A run that is answered ``after`` ms, and a read that shows after half a second that its instance has ended."""
    w = t.create(WAIT)
    began = t.now
    i = t.run(w, wait=True, at=began, took=after, spans=[(5, 6)], ended=6, error="cancelled")
    t.now = began + 500
    t.control(t.now + 30, t.now + 50)
    t.get(i, [(5, 6)], ended=6, error="cancelled", at=began + 500, took=10)


def answered_long_after_the_end(t: TraceBuilder) -> None:
    _answered(t, 9900)


def _answered_and_not_read(t: TraceBuilder, ended: float, after: float = 9900) -> None:
    """A run that is answered ``after`` ms, and says to have ended ``ended`` ms after its workflow was created."""
    w = t.create(DELAY)
    began = t.now
    t.control(began + 30, began + 50)
    t.control(began + ended + 1020, began + ended + 1040)
    t.run(w, wait=True, at=began, took=after, spans=[(began + 5, began + ended)], ended=began + ended)


def answered_long_after_the_time_of_its_end(t: TraceBuilder) -> None:
    _answered_and_not_read(t, 3006)


def answered_soon_after_the_time_of_its_last_stage(t: TraceBuilder) -> None:
    """The time of its own end is that of its creation, which is another rule's matter."""
    w = t.create(DELAY)
    began = t.now
    t.control(began + 30, began + 50)
    t.run(w, wait=True, at=began, took=9900, spans=[(began + 5, began + 9890)], ended=began)


def answered_soon_after_the_time_of_its_end(t: TraceBuilder) -> None:
    """Its clock may be a second off: that of a server's other part is."""
    _answered_and_not_read(t, 3006, 4200)


def answered_soon_after_the_end(t: TraceBuilder) -> None:
    _answered(t, 550)


def never_answered_and_run_again(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 500)
    t.now = 10_100
    t.run(next(iter(t.workflow_bodies)))


def _never_answered_beside_another(t: TraceBuilder, *, other_ends: bool) -> None:
    w = t.create(WAIT)
    other = t.run(w)
    began = t.now
    own = t.run(w, wait=True, at=began, took=10_000, failure="timeout")
    t.now = began + 500
    t.control(t.now + 30, t.now + 50)
    t.get(other if other_ends else own, [(5, 6)], ended=6, error="cancelled", at=began + 500, took=10)


def never_answered_beside_another(t: TraceBuilder) -> None:
    _never_answered_beside_another(t, other_ends=False)


def only_the_other_ended(t: TraceBuilder) -> None:
    _never_answered_beside_another(t, other_ends=True)


def answered_behind_others(t: TraceBuilder) -> None:
    """A delay of three seconds, and an answer after less than that, but long after controls were done."""
    w = t.create(DELAY)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=2500)


def answered_long_after_a_control(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=4000)


def waited_though_told_not_to(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, wait=False, took=4000)


def answered_somewhat_late(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=250)


def everything_is_slow(t: TraceBuilder) -> None:
    w = t.create(DELAY)
    t.control(t.now + 1, t.now + 2000)
    t.run(w, took=3100)


def slow_without_controls(t: TraceBuilder) -> None:
    t.run(t.create(DELAY), took=3100)
    t.run(t.create(WAIT), took=10_000, failure="timeout")


def answered_late_with_nothing_to_wait_for(t: TraceBuilder) -> None:
    for w in (t.create([{"delay": {"duration": "10ms"}}]), t.create([{"update": {}}])):
        t.control(t.now + 1, t.now + 20)
        t.run(w, took=4000)


def nothing_to_wait_for(t: TraceBuilder) -> None:
    t.run(t.create(NOOP))
    t.run(t.create([{"delay": {"duration": "10ms"}}]))


CASES: list[Case] = [
    ("run.wait", "upheld", answered_at_the_end),
    ("run.wait", "upheld", failed_with_its_error),
    ("run.wait", "violated", answered_too_soon),
    ("run.wait", "violated", answered_without_a_time),
    ("run.wait", "upheld", failed_in_its_stage_only),
    ("run.wait", "violated", failed_as_read_later),
    ("run.wait", "violated", never_answered),
    ("run.wait", "violated", answered_long_after_the_end),
    ("run.wait", "violated", answered_long_after_the_time_of_its_end),
    ("run.wait", "upheld", answered_soon_after_the_time_of_its_end),
    ("run.wait", "upheld", answered_soon_after_the_time_of_its_last_stage),
    ("run.wait", "upheld", answered_soon_after_the_end),
    ("run.wait", "violated", never_answered_and_run_again),
    ("run.wait", "violated", never_answered_beside_another),
    ("run.wait", "nothing", only_the_other_ended),
    ("run.wait", "nothing", ended_only_just),
    ("run.wait", "nothing", ended_one_of_two),
    ("run.wait", "nothing", started),
    ("run.wait", "nothing", wait_with_an_open_value),
    ("run.no-wait", "upheld", answered_at_once),
    ("run.no-wait", "violated", waiting_but_terminated),
    ("run.no-wait", "violated", waited_for_a_delay),
    ("run.no-wait", "violated", waited_for_an_event),
    ("run.no-wait", "violated", waited_for_an_hour),
    ("run.no-wait", "nothing", not_answered_after_a_delay),
    ("run.no-wait", "violated", answered_long_after_a_control),
    ("run.no-wait", "violated", answered_behind_others),
    ("run.no-wait", "violated", waited_though_told_not_to),
    ("run.no-wait", "nothing", wait_with_an_open_value),
    ("run.no-wait", "upheld", answered_somewhat_late),
    ("run.no-wait", "nothing", everything_is_slow),
    ("run.no-wait", "nothing", slow_without_controls),
    ("run.no-wait", "nothing", nothing_to_wait_for),
    ("run.no-wait", "nothing", answered_late_with_nothing_to_wait_for),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected
