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

PLAIN = model.Create("w2", ({"noop": {}},), "plain")
FIRST, SECOND = Scenario((PLAIN,), "made-up"), Scenario((PLAIN, CREATE), "made-up")
WHOLE = Scenario((PLAIN, CREATE, model.Info(), model.Info()), "made-up")


def played(scenario: Scenario, shown: bool) -> Trace:
    """One exchange a step; where ``shown``, the name of the second workflow is dropped."""
    t = TraceBuilder(scenario=to_json(scenario))
    for step in scenario.steps:
        if isinstance(step, model.Create):
            echo = {"name": "" if shown and step == CREATE else step.name, "stages": list(step.stages)}
            t.create(list(step.stages), step.name, echo=echo)
        else:
            t.info()
    numbered = (replace(each, step=number) for number, each in enumerate(t.exchanges))
    return replace(t.trace(), exchanges=tuple(numbered))


def attempted(room: int, shown_by: Scenario | None) -> tuple[Attempt, list[list[Scenario]]]:
    """What came of it, and what was played at once; ``shown_by``: which scenario shows it, None: none."""
    seen = played(WHOLE, shown=True)
    tally, pool = Tally(), JudgePool()
    tally.add(seen, Judge().judge(seen))
    batches = list[list[Scenario]]()

    async def play(scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        batches.append(list(scenarios))
        return [played(each, shown=each == shown_by) for each in scenarios]

    async def whole() -> Attempt:
        judge: Any = pool
        cases = tally.cases["workflow.create-echo"]
        return await attempt(judge, play, "workflow.create-echo", cases, lambda: False, room=lambda: room)

    return asyncio.run(whole()), batches


def test_what_was_played_after_the_violation_showed_is_left_out_first() -> None:
    tried, batches = attempted(0, shown_by=SECOND)
    assert tried.scenario == SECOND
    assert FIRST not in batches[0]
    assert WHOLE not in [each for batch in batches for each in batch]


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
    assert batch[:3] == [batch[0]] * 3
    assert [batch.count(each) for each in (batch[0], SECOND, WHOLE)] == [3, 1, 1]
