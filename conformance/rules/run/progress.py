"""Progress without a request: a state that needs nothing from outside must be followed by the next state.

The state itself causes the next one. The next state is therefore due a settle time after the first answer that showed
the state. This holds for instances of any length, on servers of any speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.rules.evidence.clocks import at_the_latest
from conformance.rules.evidence.inevitable import inevitable, lacking, must_have_terminated
from conformance.rules.evidence.observation import Observation, instance_violated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.reads import InstanceRead, StageRead
from conformance.rules.evidence.timeline import InstanceTimeline
from conformance.trace import Exchange
from conformance.wire.instant import parse_instant


@dataclass(frozen=True, slots=True)
class _State:
    """How far an instance has got: the stages shown, how many of them have ended, and whether it has terminated."""

    shown: int
    ended: int
    terminated: bool


def _state(read: InstanceRead) -> _State:
    return _State(len(read.stages), sum(1 for stage in read.stages if stage.ended), read.terminated)


def remaining(timeline: InstanceTimeline, stage: StagePlan, shown: StageRead, read: Exchange) -> int | None:
    """How much longer than the settle time an open stage that ends by itself may take, in ns, after a read showed it.

    A delay until an instant ends when the target's clock shows that; how far off that is, other times of the target
    tell (`at_the_latest`), or the start of the stage, without which it is None.
    """
    if stage.until is None:
        return stage.duration or 0
    if shown.started is None:
        return None
    longer = stage.until.ns - shown.started.ns + timeline.trace.granularity
    passed = at_the_latest(timeline.index, stage.until)
    created = parse_instant(timeline.instance.answer.body.get("createdAt"))
    # A clock by which stages begin before their instance was created is another one, and behind.
    if passed is not None and created is not None and created.ns <= shown.started.ns + timeline.trace.granularity:
        longer = min(longer, passed[0] - read.received)
    return max(0, longer)


def _owed(timeline: InstanceTimeline, read: InstanceRead) -> tuple[str, int | None] | None:
    """The state that must follow a read without a request, and the ns that a delay takes first, None without one."""
    state = _state(read)
    if state.terminated:
        return None
    if read.error or any(stage.error for stage in read.stages):
        # An instance that has failed need not go on. If its stages may fail at all, `run.stage-fails` judges its end.
        over = state.shown == state.ended and all(stage.cannot_fail for stage in timeline.plans)
        return ("the instance terminates", None) if over else None
    if state.shown > state.ended:
        stage = timeline.plans[state.shown - 1] if state.shown <= len(timeline.plans) else None
        if stage is None or not stage.ends_by_itself:
            return None
        longer = remaining(timeline, stage, read.stages[-1], read.exchange)
        ends = f"stage {stage.number} ({stage.kind}) ends"
        return None if longer is None else (ends, longer if stage.kind == "delay" else None)
    if state.shown < len(timeline.plans):
        return f"stage {state.shown} starts", None
    return "the instance terminates", None


def stalls(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violations: a state that must progress by itself is still shown when the next one was due."""
    first: dict[_State, InstanceRead] = {}
    for read in sorted(timeline.instance.reads, key=lambda each: each.exchange.sent):
        earlier = first.setdefault(_state(read), read)
        owed = _owed(timeline, earlier)
        if timeline.stopped_before(read.exchange.received):
            return
        if owed is None or earlier is read:
            continue
        begun, delay = earlier.exchange.received, owed[1]
        due = timeline.due(begun) if delay is None else timeline.due_after_delay(begun + delay)
        if due is not None and read.exchange.sent > due:
            yield instance_violated(
                timeline,
                earlier.exchange,
                read.exchange,
                expected=f"{owed[0]} by itself",
                observed=f"no change in {(read.exchange.sent - earlier.exchange.received) / 1e9:.2f} s",
                pointer="/data",
            )
            return


def behind(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violations: a read lacks what had to happen by itself after the run, by a moment before the read was sent."""
    sure = inevitable(timeline)
    for read in timeline.conclusive(timeline.instance.reads):
        found = lacking(timeline, read, sure)
        if found is None and (read.terminated or not must_have_terminated(timeline, read.exchange, sure)):
            continue
        expected = f"stage {found.stage} has {found.what}" if found else "the instance has terminated"
        yield instance_violated(
            timeline,
            read.exchange,
            expected=f"{expected} by itself",
            observed=f"not so {(read.exchange.sent - timeline.instance.run.received) / 1e9:.2f} s after the run",
            pointer="/data/status" if found else "/data/terminated",
        )
