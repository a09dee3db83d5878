"""Judging within a run: each trace as it ends, and at the end what spans traces, within the time of the run."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from conformance.campaign.observer import Observer
from conformance.campaign.schedule import Schedule
from conformance.configuration.settings import Settings
from conformance.judging.pool import JudgePool
from conformance.judging.tally import Tally
from conformance.rules.across.traces import across
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.target.pacing.deadline import Deadline
from conformance.trace import Trace

_LONGER_S = 1.0
"""How long judging may go on after the last request; the reports still have to be written."""


@dataclass
class TraceJudging:
    """Puts judgements into the tally."""

    judge: JudgePool
    tally: Tally
    settings: Settings
    schedule: Schedule
    observer: Observer
    deadline: Deadline

    async def judge_all(self, traces: Sequence[Trace], known_ids: frozenset[str] | None = None) -> None:
        """Judge traces one after another; those for which no time is left are counted, but not judged."""
        for trace in map(self._named, traces):
            try:
                async with asyncio.timeout(self._left_s):
                    judgement = await self.judge.judge(trace, known_ids)
            except TimeoutError:
                self.judge.give_up()
                self.tally.pass_over(trace)
            else:
                self.tally.add(trace, judgement)
            self.observer.judged(trace, self.tally, self.schedule.elapsed)

    @property
    def _left_s(self) -> float | None:
        left = min(self.deadline.work, self.deadline.cleanup + _LONGER_S) - time.monotonic()
        return None if math.isinf(left) else max(0.0, left)

    def judge_across(self) -> None:
        """Judge what spans traces of one target, such as the uniqueness of ids and the one version."""
        judge_across(self.tally)

    def _named(self, trace: Trace) -> Trace:
        """The trace under a name that is unique among all shards of the run."""
        which, of = self.settings.shard
        return replace(trace, id=f"{which + 1}/{trace.id}") if of > 1 else trace


def judge_across(tally: Tally) -> None:
    """Judge what spans the traces of one target, and count it in the tally."""
    traces = {trace.id: trace for trace in tally.reduced}
    if not traces:
        return
    try:
        indexes = [TraceIndex(trace) for trace in tally.reduced]
        for seen in across(indexes, tally.sent()):
            trace = traces[seen.traces[-1]]
            told = trace if seen.replayable else replace(trace, scenario=None)
            tally.add_across(seen.requirement, seen.observation, told)
    except Exception as error:
        tally.errors.append(f"what spans several traces could not be judged: {type(error).__name__}: {error}")
