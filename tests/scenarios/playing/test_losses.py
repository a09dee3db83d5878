"""Which scenarios are played again, for the answers that they lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from conformance.judging.judging import Judge
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Job, Played, Player, Scenario, Settler
from conformance.scenarios.playing.losses import LossCounts, lost_in_each
from conformance.scenarios.scenario.model import Create, Run, Send, Until
from conformance.target import Target, TargetConfig
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


def _again(losses: LossCounts, plays: list[Trace]) -> bool:
    losses.note(plays)
    return losses.again(plays)


def test_a_play_that_lost_nothing_is_not_repeated() -> None:
    assert not _again(LossCounts(), [_play(None, 400, 500)])


def test_a_play_that_lost_a_write_is_repeated_twice_at_the_most() -> None:
    losses, lost, other = LossCounts(), _play(None, 502), _play("protocol", None)
    assert _again(losses, [lost])
    assert _again(losses, [lost, other])
    assert not _again(losses, [lost, other, lost])


def test_what_each_play_lost_is_tried_until_it_is_no_chance() -> None:
    losses, lost = LossCounts(), _play(None, 503)
    assert _again(losses, [lost] * 3)
    assert not _again(losses, [lost] * 4)
    assert not _again(losses, [_play("timeout")] * 2)


def test_steps_that_each_play_lost_are_told_with_what_they_were_lost_to() -> None:
    assert lost_in_each([_play(502, None, "protocol"), _play("timeout", 504, "protocol")]) == {
        0: ("gateway", "timeout"),
        2: ("protocol", "protocol"),
    }


def test_what_is_lost_nearly_always_is_not_tried_again() -> None:
    losses = LossCounts()
    for _ in range(10):
        losses.note([_play(503)])
    assert not _again(losses, [_play(503)])


def test_what_two_scenarios_lost_each_time_the_next_ones_do_not_try_as_often() -> None:
    losses, lost = LossCounts(), _play(None, None, "protocol")
    for _ in range(2):
        assert _again(losses, [lost])
        assert not _again(losses, [lost] * 4)
    assert not _again(losses, [lost])
    assert _again(losses, [_play(None, None, 502)])


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
    assert _again(LossCounts(), [replace(trace, exchanges=tuple(map(_as_step, trace.exchanges)))]) == again


def test_a_play_that_was_cut_short_is_not_repeated() -> None:
    assert not _again(LossCounts(), [replace(_play(502), complete=False)])


def test_what_is_to_be_proven_is_not_spared() -> None:
    losses = LossCounts(proving=True)
    for _ in range(10):
        losses.note([_play(503)])
    assert _again(losses, [_play(503)])


def test_replays_side_by_side_prove_a_loss_together() -> None:
    """However many writes each loses; in four rounds at the most, which are what one would take alone."""
    sends = (Send("i1", "go"), Send("i1", "go"), Send("i1", "stop"))
    scenario = Scenario((Create("w1", ({"noop": {}},)), Run("i1", "w1"), Until("i1", "ended"), *sends))

    async def main(url: str) -> list[Played]:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            player = Player(target, settler, proving=True)
            return list(await asyncio.gather(*(player.play(Job(f"replay{number}", scenario)) for number in range(3))))

    with ReferenceProcess(ServerOptions(faults=("late-event-drops-connection",))) as server:
        played = asyncio.run(main(server.url))
    assert all("envelope.answers" in Judge().judge(each.trace).violations for each in played)
    assert sum(len(each.earlier) + 1 for each in played) < 3 * 4
