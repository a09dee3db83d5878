"""Views never go back: of two reads of one view, the later one shows at least what the earlier one did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.rules.evidence.listing import listing_of, listings
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.reads import HistoryRead, InstanceRead, StageRead, instance_body
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.wording import quoted
from conformance.trace import Exchange
from conformance.wire import exact_json
from conformance.wire.instant import MICROSECOND, parse_instant

_KEPT_TIMES = ("createdAt", "startedAt", "terminatedAt")


@dataclass(frozen=True, slots=True)
class Change:
    """How a later answer takes something back. ``field`` is the pointer to it in that one; "" where it is not one."""

    text: str
    field: str = ""

    def of_stage(self, number: int, field: str) -> Change:
        """The same as one of a stage; ``field`` is the pointer to all stages in the answer."""
        return Change(f"stage {number}: {self.text}", f"{field}/{number}{self.field}" if self.field else "")


def _changed(what: str, before: Any, after: Any) -> Change:
    return Change(f"{what} changed from {quoted(before)} to {quoted(after)}")


def _time_changed(name: str, before: dict[str, Any], after: dict[str, Any], slack: int) -> Change | None:
    old, new = parse_instant(before.get(name)), parse_instant(after.get(name))
    if old is None:
        return None
    if new is None:
        return Change(f"{name} has vanished")
    apart = abs(old.ns - new.ns) > slack
    return Change(f"{name} changed from {before[name]} to {after[name]}", f"/{name}") if apart else None


def _times_changed(before: dict[str, Any], after: dict[str, Any], slack: int) -> Change | None:
    found = (_time_changed(name, before, after, slack) for name in _KEPT_TIMES)
    return next((change for change in found if change), None)


def _stage_went_back(before: StageRead, after: StageRead | None, slack: int, field: str) -> Change | None:
    """``field``: the pointer to all stages in the answer."""
    if after is None:
        return Change(f"stage {before.number} has vanished", field)
    if before.ended and not after.ended:
        return Change(f"stage {before.number} had ended and is open again")
    if before.error and before.error != after.error:
        return _changed(f"the error of stage {before.number}", before.error, after.error)
    changed = _times_changed(before.body, after.body, slack)
    return changed.of_stage(before.number, field) if changed else None


def went_back(before: InstanceRead, after: InstanceRead, slack: int) -> Change | None:
    """What the earlier read of an instance showed and the later one takes back; None when nothing."""
    if before.terminated and not after.terminated:
        return Change("terminated went from true to false")
    for name in ("id", "workflowID"):
        if before.body.get(name) != after.body.get(name):
            return _changed(name, before.body.get(name), after.body.get(name))
    if before.error and before.error != after.error:
        return _changed("the error", before.error, after.error)
    old, new = parse_instant(before.body.get("updatedAt")), parse_instant(after.body.get("updatedAt"))
    if old and new and new.ns < old.ns - slack:
        return Change(f"updatedAt went back from {before.body['updatedAt']} to {after.body['updatedAt']}")
    stages = (_stage_went_back(stage, after.stage(stage.number), slack, "/status") for stage in before.stages)
    return _times_changed(before.body, after.body, slack) or next((change for change in stages if change), None)


def _pairs(exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, Exchange]]:
    """Each exchange with those that ended before it began, without those that another one of these followed."""
    ordered = list(exchanges)
    for later in ordered:
        over = [earlier for earlier in ordered if earlier.before(later)]
        last = max((earlier.sent for earlier in over), default=0)
        yield from ((earlier, later) for earlier in over if earlier.received >= last)


def _judge(timeline: InstanceTimeline, before: Exchange, after: Exchange, problem: Change | None) -> Observation:
    if problem is None:
        return upheld(before, after, subject=timeline.id)
    return violated(
        before,
        after,
        expected=f"a later read of instance {timeline.id} shows at least what an earlier one showed",
        observed=problem.text,
        subject=timeline.id,
        pointer=_pointer(timeline.id, after, problem.field),
    )


def _pointer(instance_id: str, answer: Exchange, field: str) -> str:
    """Where a field of an instance stands in an answer; "/data" for none."""
    listed: Any = answer.data
    if not field or not isinstance(listed, list) or answer.operation != "listInstances":
        return f"/data{field}"
    ids = [one.get("id") if isinstance(one, dict) else None for one in listed]
    return f"/data/{ids.index(instance_id)}{field}" if instance_id in ids else "/data"


def _instance_views(timeline: InstanceTimeline) -> Iterator[Observation]:
    reads = {read.exchange.index: read for read in timeline.instance.reads}
    for before, after in _pairs(read.exchange for read in timeline.instance.reads):
        problem = went_back(reads[before.index], reads[after.index], MICROSECOND)
        yield _judge(timeline, before, after, problem)
    yield from _as_answered(timeline)


def _as_answered(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violations: the first later read tells another end, time or error than the answer of a run that was waited for.

    Such an answer may be ahead of reads, or behind them. So only what both tell is compared.
    """
    answer = timeline.instance.answer
    later = next((read for read in timeline.instance.reads if answer.exchange.before(read.exchange)), None)
    if timeline.instance.wait and answer.terminated and later is not None:
        problem = _told_otherwise(answer, later)
        if problem is not None:
            yield _judge(timeline, answer.exchange, later.exchange, problem)


def _told_otherwise(answer: InstanceRead, read: InstanceRead) -> Change | None:
    pairs = ((old, read.stage(old.number)) for old in answer.stages)
    found = ((old.number, change) for old, new in pairs if new is not None and (change := _differs(old, new)))
    stages = (change.of_stage(number, "/status") for number, change in found)
    return _differs(answer, read) or next(stages, None)


def _differs(old: InstanceRead | StageRead, new: InstanceRead | StageRead) -> Change | None:
    """How two answers tell something otherwise that both tell; `run.then-get` compares the time of creation."""
    shared = {name: old.body.get(name) for name in ("startedAt", "terminatedAt") if new.body.get(name) is not None}
    if changed := _times_changed(shared, new.body, MICROSECOND):
        return changed
    if old.error and new.error and old.error != new.error:
        return _changed("the error", old.error, new.error)
    return None


def _listed(timeline: InstanceTimeline, listing: Exchange) -> InstanceRead | None:
    found = listing_of(timeline.index.trace.api, listing)
    body = found.find(timeline.id) if found else None
    return instance_body(listing, body) if body is not None else None


def _list_views(timeline: InstanceTimeline) -> Iterator[Observation]:
    queries: dict[tuple[tuple[str, str], ...], list[Exchange]] = {}
    for found in listings(timeline.index, "listInstances"):
        workflow = found.exchange.query("workflowID")
        if workflow in (None, timeline.instance.run.params["workflowID"]) and not found.more:
            queries.setdefault(found.exchange.request.query, []).append(found.exchange)
    for query, answers in queries.items():
        whole = not any(name == "running" for name, _ in query)
        for before, after in _pairs(answers):
            yield from _list_pair(timeline, before, after, whole)


def _list_pair(timeline: InstanceTimeline, before: Exchange, after: Exchange, whole: bool) -> Iterator[Observation]:
    old, new = _listed(timeline, before), _listed(timeline, after)
    if old is None:
        return
    if new is not None:
        yield _judge(timeline, before, after, went_back(old, new, MICROSECOND))
    elif whole and not _maybe_deleted(timeline, after):
        yield _judge(timeline, before, after, Change("it is no longer listed"))


def _maybe_deleted(timeline: InstanceTimeline, exchange: Exchange) -> bool:
    # Another requirement, of another level, judges whether instances of a deleted workflow stay listed.
    workflow = timeline.instance.workflow
    return workflow is None or workflow.maybe_deleted_at(exchange)


def monotone(index: TraceIndex) -> Iterator[Observation]:
    """`stage.monotone`: what was terminated, started or present stays so; fixed values stay equal."""
    for timeline in timelines(index):
        yield from _instance_views(timeline)
        yield from _list_views(timeline)


def _entry_changed(before: HistoryRead, after: HistoryRead, slack: int) -> Change | None:
    for old in before.stages:
        new = after.stage(old.number)
        if new is None:
            return Change(f"entry {old.number} has vanished")
        if old.body.get("name") != new.body.get("name") or not exact_json.equal(
            old.body.get("input"), new.body.get("input")
        ):
            return Change(f"entry {old.number} has another name or input")
        problem = _stage_went_back(old, new, slack, "")
        if problem is None and old.ended and not old.error and new.error:
            problem = Change(f"entry {old.number} had ended without error and now has the error {quoted(new.error)}")
        if problem:
            return problem
    return None


def append_only(index: TraceIndex) -> Iterator[Observation]:
    """`history.append-only`: an entry that was seen does not vanish or change, except that it may end."""
    for timeline in timelines(index):
        reads = {history.exchange.index: history for history in timeline.instance.histories}
        for before, after in _pairs(history.exchange for history in timeline.instance.histories):
            if reads[before.index].stages:
                problem = _entry_changed(reads[before.index], reads[after.index], MICROSECOND)
                yield _judge(timeline, before, after, problem)
        yield from _history_gone(timeline)


def _history_gone(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violations: no history any more of an instance whose history has shown entries."""
    shown = next((history.exchange for history in timeline.instance.histories if history.stages), None)
    for read in timeline.index.of("getInstanceHistory"):
        gone = read.status == 404 and read.params["instanceID"] == timeline.id
        if shown is not None and gone and shown.before(read) and not timeline.deleted_before(read.received):
            yield _judge(timeline, shown, read, Change("404: all entries have vanished"))


RULES: dict[str, Rule] = {"stage.monotone": monotone, "history.append-only": append_only}
