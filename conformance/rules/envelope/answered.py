"""That a documented operation is answered at all: within the client's patience, and on a connection that stays open."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.bodies import LARGEST_BODY
from conformance.rules.envelope.documented_requests import has_odd_path
from conformance.rules.evidence.answers import cut
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.plans import plan_stage
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange

# Servers and gateways refuse what is larger before they have read it, and then a client may see no more than a reset.
_MODEST_URL = 2000


def answers(index: TraceIndex) -> Iterator[Observation]:
    """A documented operation is answered within the client's patience, and its connection is not closed instead.

    That a connection was closed proves little alone, for a server may do so at any time (RFC 9112, section 9.5): who
    reports it must have seen it come back.
    """
    reachable = any(exchange.response for exchange in index.trace.exchanges)
    for exchange in index.trace.exchanges:
        if exchange.operation is None:
            continue
        if exchange.response is not None:
            yield upheld(exchange)
        elif reachable and _hung(index, exchange):
            waited = (exchange.received - exchange.sent) / 1e9
            yield violated(exchange, expected="an answer", observed=f"none within {waited:.1f} s")
        elif exchange.failure and _dropped(index, exchange):
            observed = cut(f"the connection was closed without one ({exchange.failure.message})")
            yield violated(exchange, expected="an answer", observed=observed, proof="settled")


def _hung(index: TraceIndex, exchange: Exchange) -> bool:
    return exchange.failed_by("timeout") and not _gone_since(index, exchange) and _due(index, exchange)


def _gone_since(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether the target took no connection then or later: it is unreachable, or was started anew."""
    exchanges = index.trace.exchanges
    return any(e.sent >= exchange.sent for e in exchanges if e.failed_by("refused"))


def _due(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether an answer was due: one with wait=true only when the client waited for what the stages need."""
    if exchange.operation != "runWorkflow" or exchange.query("wait") in (None, "false"):
        return True
    workflow = index.workflows.get(exchange.params["workflowID"])
    if workflow is None:
        return False
    variables = exchange.request_json if isinstance(exchange.request_json, dict) else {}
    ledger = "ledger" in index.trace.features
    plans = [plan_stage(number, stage, variables, ledger=ledger) for number, stage in enumerate(workflow.stages)]
    if not all(stage.ends_by_itself and stage.until is None for stage in plans):
        return False
    return sum(stage.duration or 0 for stage in plans) <= exchange.expected_wait


def _dropped(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether the server closed the connection instead of answering a usual request, and went on serving others."""
    if not exchange.failed_by("protocol") or has_odd_path(exchange):
        return False
    large = len(exchange.request.url) > _MODEST_URL or len(exchange.request.body or b"") > LARGEST_BODY
    served = any(other.response and other.sent > exchange.received for other in index.trace.exchanges)
    return served and not large and not _idle_for_long(exchange) and not _gone_since(index, exchange)


def _idle_for_long(exchange: Exchange) -> bool:
    """Whether it ended later than any usual answer comes: gateways close a connection on which nothing moves."""
    usual = None if exchange.timeout is None else exchange.timeout - exchange.expected_wait
    return usual is not None and exchange.received - exchange.sent >= usual
