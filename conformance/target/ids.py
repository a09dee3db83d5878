"""Ids that a server gave, and ids of its own form that it never gave."""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Collection, Sequence

from conformance.trace import Exchange

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_ATTEMPTS = 50
# Longer numbers are drawn, not counted.
_COUNTED = 12
# No server that counts its ids up gets that far while a run lasts.
_FAR_BEYOND = 1_000_000


def answered_id(exchange: Exchange | None) -> str | None:
    """The id of what a creation or a run made; None when it made nothing that can be found again."""
    data = exchange.data if exchange else None
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) and found else None


def unknown_like(known: Collection[str], source: random.Random) -> str:
    """An id that is not among ``known`` but looks like them: a UUID (of their version) when they are UUIDs, or when
    none is known; a far greater number when they are counted up."""
    pattern = next(iter(known), None)
    if pattern is None or _UUID.fullmatch(pattern):
        return _uuid_like(pattern, source)
    if len(pattern) < _COUNTED and all(each.isdecimal() and each.isascii() for each in known):
        return str(max(map(int, known)) + source.randrange(2 * _FAR_BEYOND, 3 * _FAR_BEYOND))
    alike = [each for each in known if len(each) == len(pattern)]
    made = pattern
    for _ in range(_ATTEMPTS):
        made = "".join(_like(position, alike, source) for position in range(len(pattern)))
        if made not in known:
            break
    return made


def _uuid_like(pattern: str | None, source: random.Random) -> str:
    made = str(uuid.UUID(int=source.getrandbits(128), version=4))
    if pattern is None:
        return made
    made = made[:14] + pattern[14] + made[15:]
    return made.upper() if pattern.isupper() else made


def _like(position: int, known: Sequence[str], source: random.Random) -> str:
    """A character for a position: the one that all ids have there, or one of its kind that some id has somewhere."""
    here = sorted({each[position] for each in known})
    if len(here) == 1 and len(known) > 1:
        return here[0]
    kind = next((letters for letters in _ALPHABETS if here[0] in letters), here[0])
    return source.choice(sorted({character for each in known for character in each if character in kind}))
