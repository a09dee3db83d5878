"""The ids that a server gave, and which ids it cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from conformance.rules.bodies import items
from conformance.rules.story import Story
from conformance.trace import Exchange, Trace

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# Shorter ids can be hit by chance, or counted up: that nobody has such a one is never sure.
_SHORTEST, _SHORTEST_NUMBER = 8, 12
# How far ahead of all ids that it gave a server that counts them up will not be while a run lasts.
_FAR = 1_000_000
_MAKING = ("createWorkflow", "runWorkflow", "listWorkflows", "listInstances")
_SHOWING = (*_MAKING, "getWorkflow", "getInstance")
# Sources where every id in use was made in the same trace.
_SELF_CONTAINED = frozenset({"scenario", "replay", "control"})

Form = tuple[str, int, frozenset[str]]


def _letter_class(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.islower() else character


def form(text: str) -> Form | None:
    """What an id looks like: a UUID of a version, or a length and an alphabet; None when it might be guessed."""
    if match := _UUID.fullmatch(text):
        special = len(set(text) - {"-"}) == 1
        return None if special else (f"uuid{match[1]}", len(text), frozenset())
    if len(text) < (_SHORTEST_NUMBER if text.isdecimal() else _SHORTEST):
        return None
    return "text", len(text), frozenset(map(_letter_class, text))


Kind = Literal["workflow", "instance"]
"""What an id names; a workflow and an instance may bear the same one."""


def _given(exchange: Exchange) -> Iterator[tuple[Kind, str]]:
    """The workflow and instance ids in a success body, but for those that the request itself brought."""
    of_instances = exchange.operation in ("runWorkflow", "listInstances", "getInstance")
    for item in items(exchange):
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


def first_given(story: Story) -> dict[tuple[Kind, str], Exchange]:
    """For each id that the target gave in this trace, the answer that came first with it."""
    known: dict[tuple[Kind, str], Exchange] | None = story.memo.get("first given")
    if known is None:
        known = {}
        for exchange in sorted(story.successes(*_SHOWING), key=lambda each: each.received):
            for named in _given(exchange):
                known.setdefault(named, exchange)
        story.memo["first given"] = known
    return known


def _ids(story: Story) -> set[str]:
    known: set[str] | None = story.memo.get("ids given")
    if known is None:
        known = story.memo["ids given"] = {value for _, value in first_given(story)} | (story.known_ids or frozenset())
    return known


def given_earlier(story: Story, exchange: Exchange, key: str) -> Exchange | None:
    """The answer that gave an id before this creation or run did, None when there is none.

    A list read meanwhile may well show what is being created before the creation is answered; another creation may
    not.
    """
    kind: Kind = "workflow" if exchange.operation == "createWorkflow" else "instance"
    earlier = first_given(story).get((kind, key))
    if earlier is None or earlier is exchange:
        return None
    return earlier if earlier.operation == exchange.operation or earlier.before(exchange) else None


def made_ids(traces: Iterable[Trace]) -> frozenset[str]:
    """Every id that creations, runs and lists gave anywhere in these traces: what `Story` takes as ``known_ids``."""
    exchanges = (exchange for trace in traces for exchange in trace.exchanges if exchange.operation in _MAKING)
    return frozenset(value for exchange in exchanges if exchange.ok for _, value in _given(exchange))


def _forms(story: Story) -> set[Form]:
    known: set[Form] | None = story.memo.get("id forms")
    if known is None:
        found = {form(value) for value in _ids(story)}
        known = story.memo["id forms"] = {each for each in found if each is not None}
    return known


def is_unknown(story: Story, value: str, kind: Kind) -> bool:
    """Whether no workflow, or no instance, was ever given this id, although it has the form of those that are given."""
    other: Kind = "workflow" if kind == "instance" else "instance"
    given = first_given(story)
    if (other, value) in given:
        # Only an id that nobody would give twice cannot be that of something else as well.
        elsewhere = (kind, value) in given or value in (story.known_ids or ())
        return not elsewhere and _UUID.fullmatch(value) is not None
    return value not in _ids(story) and (form(value) in _forms(story) or _far_beyond(story, value))


def _far_beyond(story: Story, value: str) -> bool:
    """Whether the target counts its ids up, and is nowhere near this one."""
    known = _ids(story)
    if not known or not all(map(_counted, (value, *known))):
        return False
    return int(value) >= max(map(int, known)) + _FAR


def _counted(value: str) -> bool:
    return len(value) < _SHORTEST_NUMBER and value.isdecimal() and value.isascii()


def surely_formed(value: str) -> bool:
    """Whether an unknown id is of the target's own form beyond doubt: a UUID is, and a number that is counted up.

    Of other forms nobody knows what the target checks: a prefix, an alphabet, a checksum.
    """
    return _UUID.fullmatch(value) is not None or _counted(value)


def all_ids_seen(story: Story) -> bool:
    """Whether an id that was never given is surely not in use: not so in a recording, which may begin midway."""
    return story.known_ids is not None or story.trace.source in _SELF_CONTAINED
