"""Ids that a server gave, and ids of its own form that it never gave."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Collection
from itertools import accumulate

from conformance.trace import Exchange
from conformance.trace.ids import FAR_AHEAD, is_counted, split, uuid_version, varying

_ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_HEX = set("0123456789abcdef")
_ATTEMPTS = 50
_LEADING = 4
_REMEMBERED = 50
_TELLING = 3
_FREE = 12


def answered_id(exchange: Exchange | None) -> str | None:
    """The id of what a creation or a run made; None when it made nothing that can be found again."""
    return (exchange.data_id or None) if exchange else None


def ended_ids(exchange: Exchange) -> set[str]:
    """The ids of the instances that an answer shows terminated, by itself or in a list."""
    items = exchange.data if isinstance(exchange.data, list) else [exchange.data]
    ended = (each.get("id") for each in items if isinstance(each, dict) and each.get("terminated") is True)
    return {each for each in ended if isinstance(each, str)}


class GivenIds:
    """The ids that a target gave, by kind; the first ones are enough to tell what they have in common."""

    def __init__(self) -> None:
        self.workflows: list[str] = []
        self.instances: list[str] = []

    def note(self, exchange: Exchange) -> None:
        """Take note of what an exchange has made."""
        kept = {"createWorkflow": self.workflows, "runWorkflow": self.instances}.get(exchange.operation or "")
        made = answered_id(exchange)
        if kept is not None and made is not None and len(kept) < _REMEMBERED:
            kept.append(made)


def unknown_like(known: Collection[str], source: random.Random) -> str:
    """An id that is not among ``known`` but looks like them, and that nobody else has either.

    A UUID (of their version) when they are UUIDs, or when none is known; a far greater number when they are counted up.
    """
    pattern = next(iter(known), None)
    if pattern is None or uuid_version(pattern):
        return _uuid_like(pattern, source)
    if all(map(is_counted, known)):
        return _far_ahead(known, source)
    drawn = (_drawn_as(known, source) or _drawn_like(pattern, source) for _ in range(_ATTEMPTS))
    # Where nearly all such ids are taken, better one of another form than somebody's own.
    return next((made for made in drawn if made not in known), None) or _uuid_like(None, source)


def _uuid_like(pattern: str | None, source: random.Random) -> str:
    made = str(uuid.UUID(int=source.getrandbits(128), version=4))
    if pattern is None:
        return made
    made = made[:14] + pattern[14] + made[15:]
    return made.upper() if pattern.isupper() else made


def _far_ahead(known: Collection[str], source: random.Random) -> str:
    prefix, rest = split(next(iter(known)))
    last = max(int(split(each)[1]) for each in known)
    return prefix + str(last + source.randrange(2 * FAR_AHEAD, 3 * FAR_AHEAD)).zfill(len(rest))


def _drawn_as(known: Collection[str], source: random.Random) -> str | None:
    """What all ids have in common, and between it only characters that they have; None where they are too few to tell.

    A server may look whether an id is of its alphabet, which may lack letters, and begins as all its own ones do.
    """
    pattern = next(iter(known))
    alike = [each for each in known if len(each) == len(pattern)]
    common = [all(each[place] == pattern[place] for each in alike) for place in range(len(pattern))]
    if len(alike) < _TELLING or common.count(False) < _FREE or pattern.isdecimal():
        return None
    # Each part between separators has an alphabet of its own.
    parts = list(accumulate(not each.isalnum() for each in pattern))
    seen: dict[tuple[int, str], set[str]] = {}
    for each in alike:
        for place, character in enumerate(each):
            if not common[place]:
                seen.setdefault((parts[place], _kind_of(character)), set()).add(character)
    return "".join(
        each if common[place] else source.choice(sorted(seen[parts[place], _kind_of(each)]))
        for place, each in enumerate(pattern)
    )


def _kind_of(character: str) -> str:
    """The alphabet of a character; itself when it has none."""
    return next((alphabet for alphabet in _ALPHABETS if character in alphabet), character)


def _drawn_like(pattern: str, source: random.Random) -> str:
    prefix, rest = varying(pattern)
    letters = {each for each in rest if each.isalnum()}
    if letters <= _HEX and not letters <= set(string.digits):
        return prefix + "".join(source.choice("0123456789abcdef") if each in _HEX else each for each in rest)
    if rest.isdecimal():
        # The first digits stay, so that the number is no greater than the server's numbers can be.
        prefix, rest = prefix + rest[:_LEADING], rest[_LEADING:]
    return prefix + "".join(source.choice(_kind_of(each)) for each in rest)
