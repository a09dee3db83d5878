"""What is kept of each trace for comparing it with others: little, since a run of any length stays small."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.rules.evidence.listing import listing_of, of_everything
from conformance.trace import Exchange, Response, Trace
from conformance.wire import exact_json

_ALWAYS = ("createWorkflow", "runWorkflow", "getServerInfo")
_LAST = {"getWorkflow": "flowId", "getInstance": "instanceID"}
"""Reads of which the last one of each thing shows until when it was there, with the parameter that names it."""


def reduced(trace: Trace) -> Trace:
    """Only what is compared between traces: creations, versions, lost reads, lists of everything, and until when the
    things in them were there. Of the answers no more than that takes; a scenario is kept where a list may be replayed.
    """
    last = _last_shown(trace)
    kept = tuple(
        _bare(trace, each) for each in trace.exchanges if _compared(each) or each.index in last or _lists(trace, each)
    )
    if any(each.operation in ("listWorkflows", "listInstances") for each in kept):
        return replace(trace, exchanges=kept)
    return replace(trace, exchanges=kept, settling=None, scenario=None)


def _compared(exchange: Exchange) -> bool:
    lost_read = exchange.request.method == "GET" and exchange.lost_to is not None
    deletion = exchange.operation == "deleteWorkflow"
    return lost_read or deletion or (exchange.operation in _ALWAYS and exchange.ok)


def _lists(trace: Trace, exchange: Exchange) -> bool:
    return exchange.ok and of_everything(exchange) and listing_of(trace.api, exchange) is not None


def _last_shown(trace: Trace) -> set[int]:
    """The index of the last read of each workflow, and of each instance until one shows its end.

    What shows it running after its end is old, and says nothing about lists.
    """
    last: dict[str, int] = {}
    ended: set[str] = set()
    for each in trace.exchanges:
        name = _LAST.get(each.operation or "")
        if name is None or not each.ok or not isinstance(each.data, dict):
            continue
        if each.data.get("terminated") is True:
            ended.add(each.params[name])
        elif each.params[name] not in ended:
            last[each.params[name]] = each.index
    return set(last.values())


def _bare(trace: Trace, exchange: Exchange) -> Exchange:
    if exchange.response is None:
        return exchange
    found = listing_of(trace.api, exchange) if of_everything(exchange) else None
    body: Any = exchange.response.body
    if found is not None:
        elements = [{"id": each} for each in found.ids]
        cursor = {"data": elements, "hasMore": found.more}
        body = exact_json.encode({"data": elements} if trace.api.lists == "data" else {"cursor": cursor})
    elif isinstance(exchange.data, dict):
        body = exact_json.encode({"data": {name: exchange.data.get(name) for name in ("id", "terminated")}})
    request = replace(exchange.request, headers=())
    return replace(exchange, request=request, response=Response(exchange.status or 0, (), body))
