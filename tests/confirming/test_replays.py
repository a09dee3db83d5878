"""Playing again what showed a violation, as much at once as the target has room for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.confirming.replays import Attempt, attempt
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.trace import Trace
from tests.confirming.confirm import CREATE, JudgePool
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for, waiting

PLAIN = model.Create("w2", ({"noop": {}},), "plain")
SECOND = Scenario((PLAIN, CREATE), "made-up")
WHOLE = Scenario((PLAIN, CREATE, model.Info(), model.Info()), "made-up")


def numbered(t: TraceBuilder, scenario: Scenario) -> Trace:
    """The trace of a scenario of which each step left one exchange."""
    exchanges = (replace(each, step=number) for number, each in enumerate(t.exchanges))
    return replace(t.trace(), exchanges=tuple(exchanges), scenario=to_json(scenario))


def played(scenario: Scenario, shown: bool) -> Trace:
    """Where ``shown``, the name of the second workflow is dropped."""
    t = TraceBuilder()
    for step in scenario.steps:
        if isinstance(step, model.Create):
            echo = {"name": "" if shown and step == CREATE else step.name, "stages": list(step.stages)}
            t.create(list(step.stages), step.name, echo=echo)
        else:
            t.info()
    return numbered(t, scenario)


def attempted(
    room: int | None, shown_by: Scenario | None, seen: Trace | None = None, requirement: str = "workflow.create-echo"
) -> tuple[Attempt, list[list[Scenario]]]:
    """What came of it, and what was played at once; ``shown_by``: which scenario shows it, None: none."""
    trace = seen or played(WHOLE, shown=True)
    tally, pool = Tally(), JudgePool()
    tally.add(trace, Judge().judge(trace))
    batches = list[list[Scenario]]()

    async def play(scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        batches.append(list(scenarios))
        return [played(each, shown=each == shown_by) for each in scenarios]

    async def whole() -> Attempt:
        judge: Any = pool
        given = None if room is None else lambda: room
        return await attempt(judge, play, requirement, tally.cases[requirement], lambda: False, room=given)

    return asyncio.run(whole()), batches


def still_waiting() -> tuple[Trace, Scenario]:
    """An instance that hears no event, read twice after it; and its scenario up to the first of these reads."""
    t, i = waiting(wait_for("go"))
    t.send(i, "go")
    for _ in range(2):
        t.settled()
        t.get(i, [(5, None)])
    begun = (model.Create("w1", (wait_for("go"),)), model.Run("i1", "w1"), model.Read("i1"), model.History("i1"))
    steps = (*begun, model.Send("i1", "go"), model.Read("i1"), model.Read("i1"))
    return numbered(t, Scenario(steps)), Scenario(steps[:-1])


def test_on_a_slow_target_what_came_after_the_violation_showed_first_is_left_out_first() -> None:
    seen, shown = still_waiting()
    _, batches = attempted(0, None, seen, "event.matching")
    assert batches[1] == [shown] * 3
    _, batches = attempted(None, None, seen, "event.matching")
    assert [shown] * 3 not in batches


def test_the_whole_is_played_last_and_longest() -> None:
    tried, batches = attempted(0, shown_by=None)
    assert (tried.scenario, tried.back) == (None, [])
    assert tried.played == sum(map(len, batches))
    assert batches[-1] == [WHOLE] * 6
    assert [SECOND] * 3 in batches


def test_what_would_be_played_later_is_looked_at_where_there_is_room() -> None:
    """Once each, and the first one that shows the violation counts."""
    tried, (batch,) = attempted(9, shown_by=SECOND)
    assert (tried.scenario, len(tried.back)) == (SECOND, 1)
    assert [batch.count(each) for each in (batch[0], SECOND, WHOLE)] == [3, 1, 1]
