"""What a trace proves of an instance, and from when on.

Everything that happens to an instance is a *fact* that never becomes untrue: a stage has started, a stage has ended,
the instance has terminated. A read that shows a fact proves it from the moment the answer was received. A fact proven
at t must show in every view that is read after ``settled_at(t)``. Nothing else is ever concluded from two views.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeVar

from conformance.rules.evidence.plans import StagePlan, plan
from conformance.rules.evidence.reads import HistoryRead, InstanceRead, StageRead
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex, event_name
from conformance.trace import Exchange
from conformance.wire.instant import MICROSECOND, MILLISECOND, Instant, parse_instant

R = TypeVar("R", bound=InstanceRead | HistoryRead)
View = Literal["instance", "answer", "history"]
TOLERANCE = 50 * MILLISECOND
"""How far two clocks of one server may be apart when a duration is measured with them."""
NEVER = 1 << 100
"""A client time later than any."""


@dataclass(frozen=True, slots=True)
class StageObservation:
    """A stage as one answer shows it."""

    exchange: Exchange
    view: View
    stage: StageRead

    @property
    def pointer(self) -> str:
        """Where the stage stands in the answer's body."""
        return f"/data/{self.stage.number}" if self.view == "history" else f"/data/status/{self.stage.number}"


class InstanceTimeline:
    """What is known of one instance."""

    def __init__(self, index: TraceIndex, instance: InstanceRecord) -> None:
        self.index = index
        self.trace = index.trace
        self.instance = instance
        self.plans: list[StagePlan] = plan(instance, ledger="ledger" in self.trace.features)

    @property
    def stages_known(self) -> bool:
        """Whether the trace shows the workflow's stages; else ``plans`` is empty, which means nothing."""
        return self.instance.known_stages is not None

    @property
    def stage_numbers(self) -> list[int]:
        """The numbers of the stages that the workflow has, and of those beyond that some answer shows."""
        beyond = [number for number in self._shown_stages if number >= len(self.plans)] if self.stages_known else []
        return [*range(len(self.plans)), *sorted(beyond)]

    @property
    def id(self) -> str:
        """The instance's id."""
        return self.instance.id

    @cached_property
    def shown_from(self) -> int:
        """Client ns from which the instance has been shown: with wait=true a read may be before the run's answer."""
        shown: Iterable[Exchange] = (exchange for exchange, _, _ in self._stage_lists())
        return min([self.instance.run.received, *(exchange.received for exchange in shown)])

    def due(self, cause: int) -> int | None:
        """When the effect of a cause at this client time must be visible everywhere."""
        return self.trace.settled_at(cause)

    def due_after_delay(self, end: int) -> int | None:
        """When the effect of a delay that has to end at this client time must be visible everywhere."""
        return self.trace.delay_settled_at(end)

    def is_due(self, cause: int, read: Exchange, *, by_timer: bool = False) -> bool:
        """Whether a read was sent late enough to show the effect of a cause; ``by_timer``: of a delay's end."""
        if read.sent <= cause:
            return False
        due = self.due_after_delay(cause) if by_timer else self.due(cause)
        return due is not None and read.sent > due

    @property
    def clock_slack(self) -> int:
        """How far apart two of the target's timestamps for one moment may be, in ns: as coarse as it writes them."""
        return max(MICROSECOND, self.trace.granularity)

    # -- shown_stages ---------------------------------------------------------------------------------

    @cached_property
    def _shown_stages(self) -> dict[int, list[StageObservation]]:
        found: dict[int, list[StageObservation]] = {}
        for exchange, view, stages in self._stage_lists():
            for stage in stages:
                found.setdefault(stage.number, []).append(StageObservation(exchange, view, stage))
        return {
            number: sorted(shown_stages, key=lambda shown_stage: shown_stage.exchange.received)
            for number, shown_stages in found.items()
        }

    def _stage_lists(self) -> Iterator[tuple[Exchange, View, tuple[StageRead, ...]]]:
        if self.instance.wait:
            yield self.instance.answer.exchange, "answer", self.instance.answer.stages
        for read in self.instance.reads:
            yield read.exchange, "instance", read.stages
        for history in self.instance.histories:
            yield history.exchange, "history", history.stages

    def shown_stages(self, number: int) -> list[StageObservation]:
        """Every answer that shows a stage, in order of receipt."""
        return self._shown_stages.get(number, [])

    def first_started(self, number: int) -> StageObservation | None:
        """The first answer that shows the stage, or a later one (which cannot have started without it)."""
        later = [shown_stages[0] for shown, shown_stages in self._shown_stages.items() if shown >= number]
        return min(later, key=lambda shown_stage: shown_stage.exchange.received, default=None)

    def shown_since(self, number: int, exchange: Exchange) -> bool:
        """Whether a stage was seen started so long ago that an answer must show all views of its start in place."""
        started = self.first_started(number)
        return started is not None and self.is_due(started.exchange.received, exchange)

    def first_ended(self, number: int) -> StageObservation | None:
        """The first answer that shows the stage as ended."""
        return next(
            (shown_stage for shown_stage in self.shown_stages(number) if shown_stage.stage.ended),
            None,
        )

    @cached_property
    def terminations(self) -> list[InstanceRead]:
        """The answers that show the instance as terminated, in order of receipt."""
        reads = [read for read in (self.instance.answer, *self.instance.reads) if read.terminated]
        return sorted(reads, key=lambda read: read.exchange.received)

    @property
    def first_terminated(self) -> InstanceRead | None:
        """The first answer that shows the instance as terminated."""
        return self.terminations[0] if self.terminations else None

    # -- what could have caused something -------------------------------------------------------

    def sends_named(self, name: str, before: int) -> list[Exchange]:
        """Events of a name that were sent before a moment, whatever became of them."""
        return [send for send in self.instance.sends if send.sent < before and event_name(send) == name]

    @cached_property
    def deletions(self) -> list[Exchange]:
        """Deletions of the instance's workflow that may have stopped it.

        Whether running instances go on is left open by the API; one that starts a stage long after the deletion does.
        """
        workflow = self.instance.run.params["workflowID"]
        all_of_them = [each for each in self.index.of("deleteWorkflow") if each.params.get("flowId") == workflow]
        return [each for each in all_of_them if not self._went_on_after(each)]

    def _went_on_after(self, deletion: Exchange) -> bool:
        """Whether a view shows a stage that it did not show yet when the deletion had settled."""
        late = [(e, view, len(seen)) for e, view, seen in self._stage_lists() if self.is_due(deletion.received, e)]
        pairs = ((one, other) for one in late for other in late if one[1] == other[1] and one[2] < other[2])
        return any(one[0].before(other[0]) for one, other in pairs)

    def deleted_before(self, moment: int) -> bool:
        """Whether a deletion of its workflow was sent before a moment, whatever became of it."""
        return any(deletion.sent < moment for deletion in self.deletions)

    def deleted_in_mid_run(self, moment: int) -> bool:
        """Whether a deletion of its workflow was sent before a moment, and before the instance was seen terminated.

        A server may leave such an instance as it is, each view at what it showed just then.
        """
        ended = self.first_terminated
        last = ended.exchange.received if ended else NEVER
        return self.deleted_before(min(moment, last))

    def stopped_before(self, moment: int) -> bool:
        """Whether something that may stop it at any stage was sent before: a cancellation, a deletion."""
        return any(cancel.sent < moment for cancel in self.instance.cancels) or self.deleted_before(moment)

    @cached_property
    def _earliest_ends(self) -> list[int]:
        ends: list[int] = []
        moment, awaited = self.instance.run.sent, dict[str, int]()
        for stage in self.plans:
            if stage.event is not None:
                moment = max(moment, self._sent_as(stage.event, awaited.get(stage.event, 0)))
                awaited[stage.event] = awaited.get(stage.event, 0) + 1
            elif stage.duration is not None:
                moment += max(0, stage.duration - TOLERANCE)
            elif stage.until is not None:
                moment = max(moment, self._not_before(stage.until))
            ends.append(moment)
        return ends

    def _sent_as(self, name: str, position: int) -> int:
        """When the event that ends the stage waiting for a name as the n-th was sent, at the earliest."""
        sent = [send.sent for send in self.instance.sends if event_name(send) == name]
        return sent[position] if position < len(sent) else NEVER

    def _not_before(self, until: Instant) -> int:
        """The client time of an instant of the target's clock, at the earliest: its clock showed createdAt after
        the run was sent. Only the time between two of the target's own instants is used, never its clock's reading."""
        created = parse_instant(self.instance.answer.body.get("createdAt"))
        if created is None:
            return self.instance.run.sent
        return self.instance.run.sent + until.ns - created.ns - max(TOLERANCE, self.trace.granularity)

    def earliest_end(self, number: int) -> int:
        """The client time before which a stage cannot have ended, unless something stopped it.

        Stages run one after another: the delays so far have passed since the run was sent, and of each name as many
        events were sent as stages waited for it.
        """
        return self._earliest_ends[number] if number >= 0 else self.instance.run.sent

    def cannot_end(self, stage: StagePlan, before: int, *, ignoring_cancels: bool = False) -> bool:
        """Whether nothing that was sent, and no time that has passed, can have ended a stage before a moment."""
        if self.earliest_end(stage.number) < before or (stage.event is None and not stage.ends_by_itself):
            return False
        return not (self.deleted_before(before) if ignoring_cancels else self.stopped_before(before))

    def barrier(self, before: int, *, ignoring_cancels: bool = False) -> StagePlan | None:
        """The first stage that cannot have ended before a moment, with none before it that might have failed."""
        for stage in self.plans:
            if not (stage.cannot_fail or self.passed(stage.number)):
                return None
            if self.cannot_end(stage, before, ignoring_cancels=ignoring_cancels):
                return stage
        return None

    def terminated_at(self, stage: StagePlan) -> InstanceRead | None:
        """The first answer that shows the instance as terminated, where by then this stage can only still be open."""
        end = self.first_terminated
        held = self.barrier(end.exchange.received) if end is not None else None
        return end if held is not None and held.number == stage.number else None

    def passed(self, number: int) -> bool:
        """Whether some answer shows a stage that comes after: none that failed would have let it start."""
        return any(shown > number for shown in self._shown_stages)

    def conclusive(self, reads: Sequence[R]) -> list[R]:
        """Of reads in order of sending, the last before each request that may move the instance, and the last of all.

        What one of these lacks, a later one may show for no other reason than that request.
        """
        before = [one for one, other in pairwise(reads) if self.acted_between(one.exchange, other.exchange)]
        return [*before, *reads[-1:]]

    def acted_between(self, one: Exchange, other: Exchange) -> bool:
        """Whether something was sent after one read that may have moved the instance for the other one."""
        signals = (*self.instance.sends, *self.instance.cancels, *self.deletions)
        # What was not answered may take effect at any later time.
        return any(
            signal.sent < other.received and (one.sent < signal.sent or not signal.answered) for signal in signals
        )

    # -- provably open --------------------------------------------------------------------------

    def open_stage(self, moment: int, views: Iterable[View] = ("instance", "history")) -> StageObservation | None:
        """The stage that is provably open at a moment: shown open, and nothing sent so far could have ended it."""
        wanted = set(views)
        for stage in reversed(self.plans):
            for shown_stage in self.shown_stages(stage.number):
                shown = (
                    shown_stage.view in wanted
                    and not shown_stage.stage.ended
                    and shown_stage.exchange.received < moment
                )
                if shown and self.cannot_end(stage, moment):
                    return shown_stage
        return None

    def last_shown_open(self, number: int, after: int) -> StageObservation | None:
        """A view sent after a moment that still shows the stage open; the last such one."""
        late = [s for s in self.shown_stages(number) if not s.stage.ended and s.exchange.sent > after]
        return late[-1] if late else None


def timelines(index: TraceIndex) -> list[InstanceTimeline]:
    """The timelines of an index's instances, built once per index."""
    found: list[InstanceTimeline] = index.memo.setdefault("timelines", [])
    if not found:
        found += [InstanceTimeline(index, instance) for instance in index.instances.values()]
    return found
