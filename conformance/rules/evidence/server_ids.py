"""The ids that a server gave, and which ids it cannot know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from conformance.contract.api import Api
from conformance.rules.evidence.bodies import items
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace
from conformance.trace.ids import FAR_AHEAD, is_counted, split, uuid_version, varying

# Shorter ids can be hit by chance: that nobody has such a one is never sure.
_SHORTEST = 8
_MAKING = ("createWorkflow", "runWorkflow", "listWorkflows", "listInstances")
_SHOWING = (*_MAKING, "getWorkflow", "getInstance")
# Sources where every id in use was made in the same trace.
_SELF_CONTAINED = frozenset({"scenario", "replay", "control"})

Form = tuple[str, int, frozenset[str]]
Kind = Literal["workflow", "instance"]
"""What an id names; a workflow and an instance may bear the same one."""


def _letter_class(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.islower() else character


def form(text: str) -> Form | None:
    """What an id looks like: a UUID of a version, or a length and an alphabet; None when it might be guessed."""
    if version := uuid_version(text):
        special = len(set(text) - {"-"}) == 1
        return None if special else (f"uuid{version}", len(text), frozenset())
    if sum(map(str.isalnum, varying(text)[1])) < _SHORTEST or is_counted(text):
        return None
    return "text", len(text), frozenset(map(_letter_class, text))


def _given(api: Api, exchange: Exchange) -> Iterator[tuple[Kind, str]]:
    """The workflow and instance ids in a success body, but for those that the request itself brought."""
    of_instances = exchange.operation in ("runWorkflow", "listInstances", "getInstance")
    for item in items(api, exchange):
        embedded = item.body.get("workflow")
        inner = embedded.get("id") if isinstance(embedded, dict) else None
        named: tuple[tuple[Kind, Any], ...] = (
            ("instance" if of_instances else "workflow", item.body.get("id")),
            ("workflow", item.body.get("workflowID")),
            ("workflow", inner),
        )
        for kind, value in named:
            if isinstance(value, str) and value not in exchange.params.values():
                yield kind, value


def first_given(index: TraceIndex) -> dict[tuple[Kind, str], Exchange]:
    """For each id that the target gave in this trace, the answer that came first with it."""
    known: dict[tuple[Kind, str], Exchange] | None = index.memo.get("first given")
    if known is None:
        known = {}
        for exchange in sorted(index.successes(*_SHOWING), key=lambda each: each.received):
            for named in _given(index.trace.api, exchange):
                known.setdefault(named, exchange)
        index.memo["first given"] = known
    return known


def _ids(index: TraceIndex) -> set[str]:
    known: set[str] | None = index.memo.get("ids given")
    if known is None:
        known = index.memo["ids given"] = {value for _, value in first_given(index)} | (index.known_ids or frozenset())
    return known


def given_earlier(index: TraceIndex, exchange: Exchange, key: str) -> Exchange | None:
    """The answer that gave an id before this creation or run did, None when there is none.

    A list read meanwhile may well show what is being created before the creation is answered; another creation may
    not.
    """
    kind: Kind = "workflow" if exchange.operation == "createWorkflow" else "instance"
    earlier = first_given(index).get((kind, key))
    if earlier is None or earlier is exchange:
        return None
    return earlier if earlier.operation == exchange.operation or earlier.before(exchange) else None


def made_ids(traces: Iterable[Trace]) -> frozenset[str]:
    """Every id that creations, runs and lists gave in these traces: what `TraceIndex` takes as ``known_ids``."""
    answers = ((trace.api, each) for trace in traces for each in trace.exchanges if each.operation in _MAKING)
    return frozenset(value for api, exchange in answers if exchange.ok for _, value in _given(api, exchange))


def _of_kind(index: TraceIndex, kind: Kind) -> set[str]:
    """The ids of workflows, or of instances, that this trace shows; where it shows none, those made elsewhere."""
    known: dict[Kind, set[str]] = index.memo.setdefault("ids by kind", {})
    if kind not in known:
        known[kind] = {value for named, value in first_given(index) if named == kind} or set(index.known_ids or ())
    return known[kind]


def is_unknown(index: TraceIndex, value: str, kind: Kind) -> bool:
    """Whether no workflow, or no instance, was ever given this id, although it has the form of those that are given."""
    own = _of_kind(index, kind)
    if value in own or value in (index.known_ids or ()):
        return False
    if value in _ids(index) and uuid_version(value) is None:
        # It is that of something else; only of a UUID it is sure that nobody gives it twice.
        return False
    forms: dict[Kind, set[Form | None]] = index.memo.setdefault("id forms", {})
    if kind not in forms:
        forms[kind] = set(map(form, own))
    return (form(value) is not None and form(value) in forms[kind]) or _far_ahead(value, own)


def _far_ahead(value: str, known: set[str]) -> bool:
    """Whether ids are counted up, and the target is nowhere near this one."""
    if (
        not known
        or not all(map(is_counted, (value, *known)))
        or {split(each)[0] for each in known} != {split(value)[0]}
    ):
        return False
    return int(split(value)[1]) >= max(int(split(each)[1]) for each in known) + FAR_AHEAD


def surely_formed(value: str) -> bool:
    """Whether an unknown id is of the target's own form beyond doubt: a UUID is, and a plain number that is counted up.

    Of other forms nobody knows what the target checks: a prefix, an alphabet, a length, a checksum.
    """
    return uuid_version(value) is not None or (is_counted(value) and value.isdecimal() and value[:1] != "0")


def all_ids_seen(index: TraceIndex) -> bool:
    """Whether an id that was never given is surely not in use: not so in a recording, which may begin midway."""
    return index.known_ids is not None or index.trace.source in _SELF_CONTAINED
