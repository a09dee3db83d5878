"""Deleting workflows: the answer, what no longer exists afterwards, and what remains."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.answers import answer_text, is_valid, refusal, speaks
from conformance.rules.evidence.listing import listed_ids, listing_of
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.side_effects import nothing_started
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex, WorkflowRecord
from conformance.trace import Exchange


def delete(index: TraceIndex) -> Iterator[Observation]:
    """Deleting gets 204, and the workflow is no longer listed."""
    for workflow in index.workflows.values():
        for deletion in workflow.deletions:
            if speaks(index, deletion) and _alone(workflow, deletion):
                yield _answered(workflow, deletion)
    for listing in index.successes("listWorkflows"):
        yield from _not_listed(index, listing)


def _alone(workflow: WorkflowRecord, deletion: Exchange) -> bool:
    """Whether the workflow surely existed when its deletion was requested."""
    others = (other for other in workflow.deletions if other is not deletion)
    return workflow.created.before(deletion) and not any(other.sent <= deletion.received for other in others)


def _answered(workflow: WorkflowRecord, deletion: Exchange) -> Observation:
    if deletion.status == 204:
        return upheld(deletion, subject=workflow.id)
    return violated(
        workflow.created,
        deletion,
        expected="204 for deleting a workflow that exists",
        observed=answer_text(deletion),
        proof="trace",
        subject=workflow.id,
    )


def _not_listed(index: TraceIndex, listing: Exchange) -> Iterator[Observation]:
    found = listing_of(index.trace.api, listing)
    if found is None:
        return
    shown = set(found.ids)
    gone = [(each, done) for each in index.workflows.values() if (done := _deleted_before(each, listing))]
    still = [(workflow, done) for workflow, done in gone if workflow.id in shown]
    for workflow, done in still:
        yield violated(
            done,
            listing,
            expected=f"workflow {workflow.id} is not listed once it is deleted",
            observed="it is still listed",
            proof="trace",
            subject=workflow.id,
            pointer=found.at(workflow.id),
        )
    if gone and not still and not found.more:
        workflow, done = gone[-1]
        yield upheld(done, listing, proof="trace", subject=workflow.id)


def _deleted_before(workflow: WorkflowRecord, request: Exchange) -> Exchange | None:
    return next((each for each in workflow.deletions if each.ok and each.before(request)), None)


def _after_deletion(workflow: WorkflowRecord, requests: list[Exchange]) -> Iterator[tuple[Exchange, Exchange]]:
    """(deletion, request) of the requests sent after a deletion had succeeded."""
    for request in requests:
        if done := _deleted_before(workflow, request):
            yield done, request


def _not_found(request: Exchange, deletion: Exchange, why: str) -> Iterator[Observation]:
    return refusal(request, 404, "NOT_FOUND", why=why, causes=(deletion,), proof="trace")


def get_deleted(index: TraceIndex) -> Iterator[Observation]:
    """Reading a deleted workflow gets 404."""
    for workflow in index.workflows.values():
        for done, read in _after_deletion(workflow, workflow.reads):
            if speaks(index, read):
                yield from _not_found(read, done, "the workflow was deleted")


def run_deleted(index: TraceIndex) -> Iterator[Observation]:
    """Running a deleted workflow gets 404, and starts nothing."""
    for workflow in index.workflows.values():
        for done, run in _after_deletion(workflow, workflow.runs):
            if is_valid(index, run):
                yield from _not_found(run, done, "the workflow was deleted")
                yield from nothing_started(index, workflow, run)


def delete_deleted(index: TraceIndex) -> Iterator[Observation]:
    """Deleting a deleted workflow again gets 404."""
    for workflow in index.workflows.values():
        for done, again in _after_deletion(workflow, workflow.deletions):
            if speaks(index, again):
                yield from _not_found(again, done, "the workflow was deleted before")


def keeps_instances(index: TraceIndex) -> Iterator[Observation]:
    """Instances of a deleted workflow stay readable, and listed by its id."""
    for instance in index.instances.values():
        if instance.workflow is None or not instance.workflow.deletions:
            continue
        reads = [read for read in index.of("getInstance") if read.params["instanceID"] == instance.id]
        reads += _histories(index, instance)
        lists = [each for each in index.successes("listInstances") if _lists_all(index, each, instance.workflow)]
        for done, read in _after_deletion(instance.workflow, reads):
            if instance.run.before(read) and speaks(index, read):
                yield _kept(instance, done, read, present=read.ok)
        for done, listing in _after_deletion(instance.workflow, lists):
            if _was_listed(index, instance, listing):
                yield _kept(instance, done, listing, present=instance.id in listed_ids(index, listing))


def _histories(index: TraceIndex, instance: InstanceRecord) -> list[Exchange]:
    """Reads of the instance's history, once it has been shown."""
    shown = [history.exchange for history in instance.histories if history.stages]
    reads = (read for read in index.of("getInstanceHistory") if read.params["instanceID"] == instance.id)
    return [read for read in reads if any(earlier.before(read) for earlier in shown)]


def _lists_all(index: TraceIndex, listing: Exchange, workflow: WorkflowRecord) -> bool:
    if listing.request.query != (("workflowID", workflow.id),):
        return False
    found = listing_of(index.trace.api, listing)
    return found is not None and not found.more


def _was_listed(index: TraceIndex, instance: InstanceRecord, listing: Exchange) -> bool:
    """Whether an earlier list showed the instance, or so much time has passed that this list must show it."""
    earlier = (each for each in index.successes("listInstances") if each.before(listing))
    due = index.trace.settled_at(instance.run.received)
    return (due is not None and listing.sent > due) or any(instance.id in listed_ids(index, each) for each in earlier)


def _kept(instance: InstanceRecord, done: Exchange, read: Exchange, *, present: bool) -> Observation:
    if present:
        return upheld(done, read, proof="trace", subject=instance.id)
    expected = f"instance {instance.id} outlives its workflow"
    observed = "not listed" if read.ok else answer_text(read)
    return violated(done, read, expected=expected, observed=observed, proof="trace", subject=instance.id)


RULES: dict[str, Rule] = {
    "workflow.delete": delete,
    "workflow.get-deleted": get_deleted,
    "workflow.run-deleted": run_deleted,
    "workflow.delete-deleted": delete_deleted,
    "workflow.delete-keeps-instances": keeps_instances,
}
