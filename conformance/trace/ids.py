"""The form of ids: whether they are counted up, and which part of them the server chose."""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_PREFIX = re.compile(r".*[^0-9A-Za-z]", re.ASCII)
_HEAD = re.compile(r"([0-9A-Za-z]*[^0-9A-Za-z])(.*[0-9A-Za-z].*)", re.ASCII | re.DOTALL)
# Longer numbers are drawn, not counted.
_COUNTED = 12

FAR_AHEAD = 1_000_000
"""How far ahead of all ids that it gave a server that counts them up will not get while a run lasts."""


def uuid_version(text: str) -> str | None:
    """The version digit of a UUID; None for any other text."""
    match = _UUID.fullmatch(text)
    return match[1] if match else None


def split(text: str) -> tuple[str, str]:
    """An id's beginning up to its last separator, and the rest, which tells one id from another."""
    match = _PREFIX.match(text)
    end = match.end() if match else 0
    return text[:end], text[end:]


def varying(text: str) -> tuple[str, str]:
    """An id's beginning up to its first separator, and all that follows, where the server may choose as it likes."""
    match = _HEAD.match(text)
    return (match[1], match[2]) if match else ("", text)


def is_counted(text: str) -> bool:
    """Whether what tells this id from others is so short a number that it may be counted up."""
    rest = split(text)[1]
    return 0 < len(rest) < _COUNTED and rest.isascii() and rest.isdecimal()
