"""A documented operation is answered at all: before the client's timeout, on a connection that stays open."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.bodies import LARGEST_BODY
from conformance.rules.envelope.documented_requests import has_odd_path
from conformance.rules.evidence.answers import cut
from conformance.rules.evidence.losses import lost_again
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.plans import plan_stage
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange

# Servers and gateways refuse larger requests before they have read them; the client may then see only a reset.
_MODEST_URL = 2000


def answers(index: TraceIndex) -> Iterator[Observation]:
    """A documented operation is answered before the client's timeout, and its connection is not closed instead.

    One missing answer proves nothing: a server may close a connection at any time (RFC 9112, section 9.5), and anything
    between the server and its client may fail. A request that is lost every time, while others are answered, is proof.
    """
    for exchange in index.trace.exchanges:
        if exchange.operation is not None and exchange.answered:
            yield upheld(exchange)
    for lost in lost_again(index, "timeout", "protocol"):
        due = [each for each in lost if each.operation is not None and (_hung(index, each) or _dropped(index, each))]
        if len(due) < len(lost):
            continue
        yield violated(*lost, expected="an answer", observed=_how(lost), proof="settled")


def _how(lost: tuple[Exchange, ...]) -> str:
    last = lost[-1]
    if last.failed_by("timeout"):
        return f"none within {(last.received - last.sent) / 1e9:.1f} s, each time that it was sent"
    message = last.failure.message if last.failure else ""
    return cut(f"the connection was closed without one, each time that it was sent ({message})")


def _hung(index: TraceIndex, exchange: Exchange) -> bool:
    return exchange.failed_by("timeout") and not _gone_since(index, exchange) and _due(index, exchange)


def _gone_since(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether the target refused connections then or later: it is unreachable, or was restarted."""
    exchanges = index.trace.exchanges
    return any(e.sent >= exchange.sent for e in exchanges if e.failed_by("refused"))


def _due(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether an answer was due: with wait=true only if the client waited as long as the stages need."""
    if exchange.operation != "runWorkflow" or exchange.query("wait") in (None, "false"):
        return True
    workflow = index.workflows.get(exchange.params["workflowID"])
    if workflow is None or workflow.maybe_deleted_at(exchange):
        # Whether instances of a deleted workflow come to their end is left open.
        return False
    variables = exchange.request_json if isinstance(exchange.request_json, dict) else {}
    ledger = "ledger" in index.trace.features
    plans = [plan_stage(number, stage, variables, ledger=ledger) for number, stage in enumerate(workflow.stages)]
    if not all(stage.ends_by_itself and stage.until is None for stage in plans):
        return False
    return sum(stage.duration or 0 for stage in plans) <= exchange.expected_wait


def _dropped(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether the connection was closed instead of an answer to a usual request."""
    if not exchange.failed_by("protocol") or has_odd_path(exchange):
        return False
    large = len(exchange.request.url) > _MODEST_URL or len(exchange.request.body or b"") > LARGEST_BODY
    return not large and not _idle_for_long(exchange) and not _gone_since(index, exchange)


def _idle_for_long(exchange: Exchange) -> bool:
    """Whether it ended later than any usual answer comes: gateways close an idle connection."""
    usual = None if exchange.timeout is None else exchange.timeout - exchange.expected_wait
    return usual is not None and exchange.received - exchange.sent >= usual
