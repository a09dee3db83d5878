"""Requests with a token that is to be refused: how they are answered, and that they change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.contract.api import V1
from conformance.rules.evidence.answers import answer_text, is_json, says_wait
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.side_effects import nothing_created, nothing_started, turned_away
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex, WorkflowRecord
from conformance.trace import Exchange, TokenKind

_MISSING: Mapping[TokenKind, str] = {
    "absent": "without a token",
    "garbage": "with a token that nobody issued",
    "altered": "with a token of which one character was changed",
    "other-case": "with a token whose small letters are capitals and the other way round",
    "foreign": "with a token of another issuer",
    "unsigned": "with a token that says that it is not signed",
    "in-query": "with a token in the query only",
    "other-scheme": "with made-up credentials of the scheme Basic in place of a token",
    "scheme-alone": "with the scheme Bearer and no token after it",
    "lapsed": "with a token that has just expired",
    "expired": "with a token that expired more than a minute ago",
}
_NARROW: Mapping[TokenKind, str] = {
    "read-only": "orchestration:read",
    "write-only": "orchestration:write",
}
# The API documents no such parameter, scheme or header; a server may call the request malformed.
_UNUSUAL = frozenset({"in-query", "other-scheme", "scheme-alone"})
# They speak of how often, how long and how much, or of what stands in front of the server.
_ABOUT_SOMETHING_ELSE = frozenset({408, 413, 414, 429, 431})


def missing(index: TraceIndex) -> Iterator[Observation]:
    """Without a token, or with a bad one, a request gets 401, and changes nothing."""
    for exchange in index.trace.exchanges:
        if exchange.token in _MISSING and exchange.operation is not None:
            yield from _refused(exchange, 401, _MISSING[exchange.token])
            yield from _without_effect(index, exchange)


def scope(index: TraceIndex) -> Iterator[Observation]:
    """With a token that lacks the operation's scope, a request gets 403, and changes nothing."""
    for exchange in index.trace.exchanges:
        has = _NARROW.get(exchange.token)
        known = V1.by_action.get(exchange.operation or "")
        if has is not None and known is not None and known.scope != has:
            yield from _refused(exchange, 403, f"with a token for {has} alone, where {known.scope} is needed")
            yield from _without_effect(index, exchange)


def _refused(exchange: Exchange, status: int, how: str) -> Iterator[Observation]:
    """Upheld by the status that is due, violated by another one of the server's own."""
    found = exchange.status
    if found is None or found >= 500 or found in _ABOUT_SOMETHING_ELSE or says_wait(exchange):
        return
    if exchange.token in _UNUSUAL and found == 400:
        return
    if found == status:
        yield upheld(exchange)
    elif exchange.token == "lapsed" or (found in (401, 403) and not is_json(exchange)):
        # Clocks differ; and what refuses in HTML is a gateway or a firewall.
        return
    else:
        yield violated(exchange, expected=f"{status} {how}", observed=answer_text(exchange))


def _without_effect(index: TraceIndex, exchange: Exchange) -> Iterator[Observation]:
    """Nothing that is read later shows an effect of a request that was turned away."""
    if not turned_away(exchange):
        return
    workflow = index.workflows.get(exchange.params.get("flowId") or exchange.params.get("workflowID") or "")
    instance = index.instances.get(exchange.params.get("instanceID") or "")
    if exchange.operation == "createWorkflow":
        yield from nothing_created(index, exchange)
    elif exchange.operation == "runWorkflow" and workflow is not None:
        yield from nothing_started(index, workflow, exchange)
    elif exchange.operation == "deleteWorkflow" and workflow is not None:
        yield from _still_there(workflow, exchange)
    elif exchange.operation in ("sendEvent", "cancelEvent") and instance is not None:
        yield from _still_waiting(index, instance, exchange)


def _still_there(workflow: WorkflowRecord, deletion: Exchange) -> Iterator[Observation]:
    others = [each for each in workflow.deletions if not turned_away(each)]
    for read in workflow.reads:
        if not deletion.before(read) or any(each.sent <= read.received for each in others):
            continue
        if read.status == 200:
            yield upheld(deletion, read, proof="trace", subject=workflow.id)
        elif read.status == 404:
            yield violated(
                deletion,
                read,
                expected="a deletion that was refused deletes nothing",
                observed=answer_text(read),
                proof="trace",
                subject=workflow.id,
            )


def _still_waiting(index: TraceIndex, instance: InstanceRecord, act: Exchange) -> Iterator[Observation]:
    """A stage that waits for an event goes on waiting until somebody who may do so acts on its instance."""
    before = next((each for each in reversed(instance.histories) if each.exchange.before(act)), None)
    last = before.stages[-1] if before is not None and before.stages else None
    if last is None or last.ended or last.body.get("name") != "RunWaitEvent":
        return
    others = [each for each in (*instance.sends, *instance.cancels) if not turned_away(each)]
    due = index.trace.settled_at(act.received)
    for read in instance.histories:
        if not act.before(read.exchange) or any(each.sent <= read.exchange.received for each in others):
            continue
        now = read.stage(last.number)
        if now is not None and now.ended:
            yield violated(
                act,
                read.exchange,
                expected="what was refused ends no stage",
                observed=f"stage {last.number}, which waited, has ended",
                proof="trace",
                subject=instance.id,
            )
            return
        if now is not None and due is not None and read.exchange.sent > due:
            yield upheld(act, read.exchange, proof="settled", subject=instance.id)


RULES: Mapping[str, Rule] = {"auth.missing": missing, "auth.scope": scope}
