"""Runs: with wait=true the answer comes at the end of the instance; without it the answer does not wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.rules.evidence.answers import is_valid
from conformance.rules.evidence.clocks import at_the_latest
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import StagePlan, plan_stage
from conformance.rules.evidence.reads import InstanceRead
from conformance.rules.evidence.side_effects import ids_given
from conformance.rules.evidence.timeline import timelines
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex
from conformance.rules.evidence.wording import shown
from conformance.trace import Exchange
from conformance.wire.instant import SECOND, Instant, parse_instant

# A shorter delay may be over before a correct server has answered.
_LONG_DELAY = 2 * SECOND


def wait(index: TraceIndex) -> Iterator[Observation]:
    """With wait=true the answer says that the instance has terminated, when, and with which error if it failed."""
    yield from _never_answered(index)
    yield from _answered_late(index)
    for run in index.successes("runWorkflow"):
        if run.query("wait") != "true" or not is_valid(index, run) or not isinstance(run.data, dict):
            continue
        ended, at = run.data.get("terminated"), run.data.get("terminatedAt")
        key = str(run.data.get("id"))
        if ended is True and at is not None:
            yield _with_error(index, run)
        else:
            observed = f"terminated: {shown(ended)}, terminatedAt: {shown(at)}"
            expected = "an answer once the instance has terminated, which says so"
            yield violated(run, expected=expected, observed=observed, subject=key, pointer="/data/terminated")


def _never_answered(index: TraceIndex) -> Iterator[Observation]:
    """Violations: no answer, long after another client was shown that the instance had terminated."""
    for run in index.of("runWorkflow"):
        if run.query("wait") != "true" or not run.failed_by("timeout"):
            continue
        ended = _seen_ended(index, run)
        if ended is not None and _overdue(index, run, ended.received):
            yield _late(run, ended, ended.received, "none {} after it was shown as terminated")


def _answered_late(index: TraceIndex) -> Iterator[Observation]:
    """Violations: an answer long after another client was shown that the instance had terminated, or after its end."""
    for instance in index.instances.values():
        if not instance.wait:
            continue
        ended = next((read.exchange for read in instance.reads if read.terminated), None)
        if ended is not None and _overdue(index, instance.run, ended.received):
            observed = "one {} after it was shown as terminated"
            yield _late(instance.run, ended, ended.received, observed, instance.id)
            continue
        known = at_the_latest(index, _last_time(instance.answer)) if instance.answer.terminated else None
        if known is not None and _overdue(index, instance.run, known[0]):
            observed = "one {} or more after that, by its own times"
            yield _late(instance.run, known[1], known[0], observed, instance.id)


def _last_time(answer: InstanceRead) -> Instant | None:
    """The last time that an answer tells of the instance's end and of its stages: one of them may be wrong."""
    records = (answer.body, *(stage.body for stage in answer.stages))
    times = (parse_instant(record.get(name)) for record in records for name in ("startedAt", "terminatedAt"))
    return max((each for each in times if each is not None), default=None, key=lambda each: each.ns)


def _overdue(index: TraceIndex, run: Exchange, ended: int) -> bool:
    """Whether a run was answered, or given up, half as much again as the settle time after its end was known (client
    ns), or later.

    That much more, since the answer may take longer than the read.
    """
    due = index.trace.settled_at(ended)
    return due is not None and 2 * (run.received - due) >= due - ended


def _late(run: Exchange, told_by: Exchange, ended: int, observed: str, subject: str = "") -> Observation:
    return violated(
        told_by,
        run,
        expected="an answer once the instance has terminated",
        observed=observed.format(f"{(run.received - ended) / SECOND:.1f} s"),
        proof="settled",
        subject=subject,
    )


def _seen_ended(index: TraceIndex, run: Exchange) -> Exchange | None:
    """The first read that shows the instance of an unanswered run terminated: the instance that no other run gave."""
    workflow = run.params["workflowID"]
    others = [other for other in index.of("runWorkflow") if other.params["workflowID"] == workflow and other is not run]
    given = ids_given([other for other in others if other.sent <= run.received])
    if given is None:
        return None
    for read in index.successes("getInstance"):
        shown_by = read.data if isinstance(read.data, dict) else {}
        own = shown_by.get("workflowID") == workflow and shown_by.get("id") not in given
        if own and shown_by.get("terminated") is True and read.sent > run.sent:
            return read
    return None


def _with_error(index: TraceIndex, run: Exchange) -> Observation:
    instance = index.instances.get(str(run.data.get("id")))
    if instance is None or instance.run is not run:
        return upheld(run)
    failed = _failure(instance) if instance.answer.error is None else None
    if failed is None:
        return upheld(run, subject=instance.id)
    return violated(
        failed.exchange,
        run,
        expected="the error of the instance, which failed",
        observed="no error in the answer",
        proof="trace",
        subject=instance.id,
        pointer="/data/error",
    )


def _failure(instance: InstanceRecord) -> InstanceRead | None:
    """A read that shows an error of the instance. An error of only a stage does not count (`run.stage-fails`)."""
    return next((read for read in instance.reads if read.error), None)


def no_wait(index: TraceIndex) -> Iterator[Observation]:
    """Without wait=true the answer does not wait for a stage that waits for an event or a delay."""
    held = {
        timeline.instance.run.index
        for timeline in timelines(index)
        if timeline.barrier(timeline.instance.run.received) is not None
    }
    for run in index.of("runWorkflow"):
        stage = _first_to_wait(index, run)
        if run.query("wait") not in (None, "false") or not is_valid(index, run) or stage is None:
            continue
        if _waited(index, run, stage):
            took = (run.received - run.sent) / SECOND
            yield violated(
                run,
                expected=f"an answer that does not wait for stage {stage.number} ({stage.kind})",
                observed=f"{'none' if not run.answered else 'the answer only'} after {took:.1f} s",
                proof="settled",
            )
        elif run.status == 201 and run.index in held:
            yield _not_ended(run)


def _not_ended(run: Exchange) -> Observation:
    body = run.data if isinstance(run.data, dict) else {}
    key = str(body.get("id"))
    if body.get("terminated") is not True:
        return upheld(run, subject=key)
    expected = "terminated: false, for a stage still waits"
    return violated(run, expected=expected, observed="terminated: true", subject=key, pointer="/data/terminated")


def _first_to_wait(index: TraceIndex, run: Exchange) -> StagePlan | None:
    """The first stage after noops, if it waits for an event or a delay of seconds."""
    workflow = index.workflows.get(run.params["workflowID"])
    if workflow is None or not workflow.created.before(run) or workflow.maybe_deleted_at(run):
        return None
    stage = first_to_last(workflow.stages, run)
    return stage if stage is not None and lasts(stage) else None


def first_to_last(stages: Sequence[Any], run: Exchange) -> StagePlan | None:
    """The first stage of a workflow that is no noop, as a run of it has it; None when there is none."""
    variables = run.request_json if isinstance(run.request_json, dict) else {}
    plans = (plan_stage(number, stage, variables) for number, stage in enumerate(stages))
    return next((each for each in plans if each.kind != "noop"), None)


def lasts(stage: StagePlan) -> bool:
    """Whether a stage waits for an event or a delay of seconds."""
    return stage.event is not None or (stage.duration or 0) >= _LONG_DELAY


def _waited(index: TraceIndex, run: Exchange, stage: StagePlan) -> bool:
    """Whether the answer took as long as the stage, or far longer than controls took at that time."""
    due = index.trace.settled_at(run.sent)
    if due is None or run.received <= due:
        return False
    if run.status == 201:
        # Several times what an effect may take: admission takes long and does not follow the order of arrival.
        slow = run.received - due >= 3 * (due - run.sent)
        return slow or (stage.duration is not None and run.received - run.sent >= stage.duration)
    # What takes longer than a delay does not wait for it.
    return run.failed_by("timeout") and (stage.duration is None or run.received - run.sent < stage.duration)


RULES: dict[str, Rule] = {"run.wait": wait, "run.no-wait": no_wait}
