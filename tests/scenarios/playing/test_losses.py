"""Which scenarios are played again, for the answers that they lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.scenarios.playing.losses import LossCounts, lost_in_each
from conformance.trace import Exchange, Trace
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder


def _play(*kinds: str | int | None) -> Trace:
    """A play whose steps are creations: answered (None), failed, or answered with a status."""
    t = TraceBuilder()
    for kind in kinds:
        if isinstance(kind, int):
            t.create(NOOP, status=kind)
        elif kind is None:
            t.create(NOOP)
        else:
            t.create(NOOP, failure=kind)
    trace = t.trace()
    return replace(trace, exchanges=tuple(map(_as_step, trace.exchanges)))


def _as_step(exchange: Exchange) -> Exchange:
    return replace(exchange, step=exchange.index)


def test_a_play_that_lost_nothing_is_not_repeated() -> None:
    assert not LossCounts().again([_play(None, 400, 500)])


def test_a_play_that_lost_a_write_is_repeated_twice_at_the_most() -> None:
    losses, lost, other = LossCounts(), _play(None, 502), _play("protocol", None)
    assert losses.again([lost])
    assert losses.again([lost, other])
    assert not losses.again([lost, other, lost])


def test_what_each_play_lost_is_tried_until_it_is_no_chance() -> None:
    losses, lost = LossCounts(), _play(None, 503)
    assert losses.again([lost] * 3)
    assert not losses.again([lost] * 4)
    assert not losses.again([_play("timeout")] * 2)


def test_steps_that_each_play_lost_are_told_with_what_they_were_lost_to() -> None:
    assert lost_in_each([_play(502, None, "protocol"), _play("timeout", 504, "protocol")]) == {
        0: ("gateway", "timeout"),
        2: ("protocol", "protocol"),
    }


def test_what_is_lost_nearly_always_is_not_tried_again() -> None:
    losses = LossCounts()
    for _ in range(10):
        losses.note(_play(503))
    assert not losses.again([_play(503)])


@pytest.mark.parametrize(
    ("failure", "ended", "others", "again"),
    [
        ("timeout", 50.0, 0, False),
        ("timeout", None, 0, True),
        ("protocol", 50.0, 0, True),
        # Whose instance has ended is not known then.
        ("timeout", 50.0, 1, True),
    ],
)
def test_a_run_of_which_only_the_answer_is_missing_is_not_repeated(
    failure: str, ended: float | None, others: int, again: bool
) -> None:
    t = TraceBuilder()
    workflow = t.create(NOOP)
    for _ in range(others):
        t.run(workflow, at=1, took=100, failure="timeout")
    i = t.run(workflow, wait=True, at=1, took=100, failure=failure)
    t.get(i, ended=ended, at=60)
    trace = t.trace()
    assert LossCounts().again([replace(trace, exchanges=tuple(map(_as_step, trace.exchanges)))]) == again


def test_a_play_that_was_cut_short_is_not_repeated() -> None:
    assert not LossCounts().again([replace(_play(502), complete=False)])
