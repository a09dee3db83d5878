"""Playing a finding's scenario again: does it still fail?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from conformance.contract.document import ApiDocument
from conformance.contract.features import OFFERED
from conformance.contract.schema.responses import ResponseSchemas
from conformance.judging.judging import Judge
from conformance.rules.evidence.observation import Observation
from conformance.scenarios import Job, Player, Scenario, Settler
from conformance.target import LoopLag, Target, TargetConfig, probe
from conformance.target.finishing import all_of
from conformance.trace import Trace


@dataclass(frozen=True, slots=True)
class Replay:
    """One play: its trace, the violations by requirement, and the requirements that it put to the test."""

    trace: Trace
    violations: dict[str, list[Observation]]
    judged: frozenset[str]


def replay(
    config: TargetConfig, document: ApiDocument, scenario: Scenario, times: int, *, reuse: bool = True
) -> list[Replay]:
    """Play a scenario several times at once and judge each. Raises TargetError.

    ``reuse``: whether connections serve more than one exchange.
    """
    return asyncio.run(_replay(config, document, scenario, times, reuse=reuse))


async def _replay(
    config: TargetConfig, document: ApiDocument, scenario: Scenario, times: int, *, reuse: bool
) -> list[Replay]:
    judge = Judge(ResponseSchemas(document))
    async with Target(config) as target:
        await probe(target)
        await target.measure_lists()
        async with LoopLag() as lag, Settler(target, lag) as settler:
            # What the scenario puts to the test was offered when it was found.
            player = Player(target, settler, frozenset(OFFERED), reuse=reuse, proving=True)
            jobs = [Job(f"replay{number}", scenario, "replay") for number in range(times)]
            played = await all_of(player.play(job) for job in jobs)
    judgements = [(each.trace, judge.judge(each.trace)) for each in played]
    return [Replay(trace, judgement.violations, frozenset(judgement.judged)) for trace, judgement in judgements]
