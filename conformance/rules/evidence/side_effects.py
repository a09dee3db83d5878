"""What a refused request must not leave behind: instances or workflows that no successful request explains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.rules.evidence.answers import inconclusive
from conformance.rules.evidence.bodies import items
from conformance.rules.evidence.listing import listing_of, listings
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex, WorkflowRecord
from conformance.trace import Exchange
from conformance.trace.markers import PREFIX
from conformance.wire import exact_json

_WORD = re.compile(r"[A-Za-z0-9_-]{16,}", re.ASCII)
_OF_EACH_KIND = 4
# Traffic of other clients, whose bodies have whatever markers they chose.
_OF_OTHERS = ("recording", "proxy")


def refused(exchange: Exchange) -> bool:
    """Whether the request was refused for what it is."""
    return turned_away(exchange) or (not inconclusive(exchange) and exchange.refused)


def turned_away(exchange: Exchange) -> bool:
    """Whether the request was refused for its token, which was none to be let in with."""
    status = exchange.status or 0
    return exchange.token != "own" and 400 <= status < 500 and status not in (408, 429)


def nothing_started(index: TraceIndex, workflow: WorkflowRecord, run: Exchange) -> Iterator[Observation]:
    """A refused run started nothing: lists of the workflow's instances hold only what successful runs gave."""
    for listing in index.successes("listInstances"):
        if not refused(run) or not run.before(listing) or listing.query("workflowID") != workflow.id:
            continue
        extra = _unexplained(index, workflow, listing)
        if extra is None:
            continue
        if extra:
            yield violated(
                run,
                listing,
                expected="a refused run starts nothing",
                observed=f"instance {extra[0]} is listed, which no successful run gave",
                proof="trace",
                subject=workflow.id,
            )
        else:
            yield upheld(run, listing, proof="trace", subject=workflow.id)


def _unexplained(index: TraceIndex, workflow: WorkflowRecord, listing: Exchange) -> list[str] | None:
    """Listed instances of a workflow that no run of it gave; None when that cannot be told."""
    runs = [run for run in workflow.runs if run.sent <= listing.received]
    given = ids_given(runs)
    if given is None or _has_triggers(index):
        return None
    found = listing_of(index.trace.api, listing)
    if found is None:
        return None
    # What says that it is of another workflow is no instance of this one, whyever it is listed.
    listed = [body for body in found.bodies if body.get("workflowID") == workflow.id]
    return [body["id"] for body in listed if isinstance(body.get("id"), str) and body["id"] not in given]


def ids_given(runs: Sequence[Exchange]) -> list[Any] | None:
    """The ids of the instances that runs gave; None when one of them may have given another one."""
    given = [run.data.get("id") if isinstance(run.data, dict) else None for run in runs if run.ok]
    return None if None in given or not all(run.ok or refused(run) for run in runs) else given


def _has_triggers(index: TraceIndex) -> bool:
    """Whether somebody set up triggers, which start instances by themselves."""
    requests = (exchange.request for exchange in index.trace.exchanges if exchange.operation is None)
    return any(request.method == "POST" and "triggers" in request.path for request in requests)


def nothing_created(index: TraceIndex, creation: Exchange) -> Iterator[Observation]:
    """A refused configuration created nothing: no workflow listed later holds the body's unique marker.

    A marker is a word of 16 or more letters, digits, ``-`` and ``_``, four of them digits and four letters, in the body
    of the refused request and of no other request of the trace. Where the suite has put a marker into the body, only
    that one counts, and in traffic of its own nothing else does: a drawn text may be in another trace, too.
    """
    markers = _markers(index, creation) if refused(creation) else []
    if not markers:
        return
    for listing in (found.exchange for found in listings(index, "listWorkflows")):
        if not creation.before(listing):
            continue
        found = _holding(index, listing, markers)
        if found is None:
            yield upheld(creation, listing, proof="trace")
        else:
            yield violated(
                creation,
                listing,
                expected="a refused configuration creates nothing",
                observed=f"workflow {found} holds its marker",
                proof="trace",
                subject=found,
            )


def _words(exchange: Exchange) -> list[str]:
    text = (exchange.request.body or b"").decode("utf-8", "replace")
    return [word for word in _WORD.findall(text) if _mixed(word)]


def _mixed(word: str) -> bool:
    """Whether a word has digits and letters enough to be nobody's number, and no word of a language."""
    return min(sum(map(str.isdigit, word)), sum(map(str.isalpha, word))) >= _OF_EACH_KIND


def _markers(index: TraceIndex, creation: Exchange) -> list[str]:
    counts: dict[str, int] | None = index.memo.get("words")
    if counts is None:
        counts = index.memo["words"] = {}
        # What was sent again after its answer was lost is the same request.
        requests = {(each.request.method, each.request.path, each.request.body): each for each in index.trace.exchanges}
        for exchange in requests.values():
            for word in set(_words(exchange)):
                counts[word] = counts.get(word, 0) + 1
    unique = [word for word in _words(creation) if counts[word] == 1]
    own = [word for word in unique if word.startswith(PREFIX)]
    return own if own or index.trace.source not in _OF_OTHERS else unique


def _holding(index: TraceIndex, listing: Exchange, markers: list[str]) -> str | None:
    """The listed workflow, not one that this trace created, whose configuration holds a marker."""
    text = listing.response.body.decode("utf-8", "replace") if listing.response else ""
    if not any(marker in text for marker in markers):
        return None
    for item in items(index.trace.api, listing):
        config = exact_json.dumps(item.body.get("config"))
        if item.body.get("id") not in index.workflows and any(marker in config for marker in markers):
            return str(item.body.get("id"))
    return None
