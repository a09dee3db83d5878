"""An answer on its way out: what was asked, the decoded value, and how its text is to be written."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from conformance.reference.wire.exact_json import Json


@dataclass(frozen=True)
class Asked:
    """A request. ``operation`` is "" where method and path are those of none; header names are in lower case.

    ``query`` has each parameter as it was given, decoded.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    operation: str
    headers: Mapping[str, str]
    chance: Random


@dataclass
class Style:
    """How JSON is written.

    ``indent``: so many spaces, None for compact text. Keys come ``shuffled``, ``ordered`` by name or as they are; text
    is ``raw`` or in ASCII; ``escaped_slash``: a slash as ``\\/``; ``upper_escapes``: hexadecimal in upper case;
    ``around``: white space before and after.
    """

    indent: int | None = None
    shuffled: bool = False
    ordered: bool = False
    raw: bool = False
    escaped_slash: bool = False
    upper_escapes: bool = False
    around: tuple[str, str] = ("", "")


@dataclass
class Answer:
    """``value`` is the decoded body where ``body`` is None; ``body`` is sent as it is. ``encoding``: of the content.

    ``chunk`` is the number of bytes in each part of the body, 0 for a body of a declared length.
    """

    status: int
    headers: list[tuple[str, str]]
    value: Json = None
    body: bytes | None = None
    style: Style = field(default_factory=Style)
    encoding: str = ""
    chunk: int = 0

    @property
    def ok(self) -> bool:
        """Whether the request was carried out."""
        return 200 <= self.status < 300

    @property
    def records(self) -> list[Json]:
        """The objects under ``data``: the one of a single read, or those of a list."""
        data = self.value.get("data") if self.body is None and isinstance(self.value, dict) else None
        return [each for each in (data if isinstance(data, list) else [data]) if isinstance(each, dict)]

    def say(self, status: int, body: bytes, media_type: str = "") -> None:
        """Answer with these bytes instead."""
        self.status, self.body = status, body
        self.headers = [(name, value) for name, value in self.headers if name != "content-type"]
        if media_type:
            self.headers.append(("content-type", media_type))

    def refuse(self, status: int, code: str, message: str) -> None:
        """Answer with an Error instead."""
        self.status, self.body = status, None
        self.value = {"errorCode": code, "errorMessage": message}
        self.headers = [("content-type", "application/json")]

    def written(self, chance: Random) -> bytes:
        """The body as it is sent, before its content is encoded."""
        return self.body if self.body is not None else Writer(self.style, chance).write(self.value)


def encoded(body: bytes, encoding: str) -> bytes:
    """A body in a content encoding: gzip, deflate or "" for none."""
    if encoding == "gzip":
        return gzip.compress(body, 1)
    return zlib.compress(body, 1) if encoding == "deflate" else body


class Writer:
    """Writes JSON in a style; numbers keep every digit, lone surrogates stay escaped."""

    def __init__(self, style: Style, chance: Random) -> None:
        self._style = style
        self._chance = chance

    def write(self, value: Json) -> bytes:
        """A value as bytes."""
        before, after = self._style.around
        return (before + self._text(value, 0) + after).encode("utf-8")

    def _text(self, value: Json, depth: int) -> str:
        if isinstance(value, dict):
            colon = ":" if self._style.indent is None else ": "
            members = [self._string(key) + colon + self._text(value[key], depth + 1) for key in self._keys(value)]
            return self._between("{", members, "}", depth)
        if isinstance(value, list):
            return self._between("[", [self._text(item, depth + 1) for item in value], "]", depth)
        if isinstance(value, str):
            return self._string(value)
        return str(value) if isinstance(value, Decimal) else json.dumps(value)

    def _keys(self, value: Mapping[str, Json]) -> list[str]:
        keys = sorted(value) if self._style.ordered else list(value)
        if self._style.shuffled:
            self._chance.shuffle(keys)
        return keys

    def _between(self, begin: str, parts: list[str], end: str, depth: int) -> str:
        if self._style.indent is None or not parts:
            return begin + ",".join(parts) + end
        space = "\n" + " " * self._style.indent * (depth + 1)
        return begin + space + ("," + space).join(parts) + space[: -self._style.indent or None] + end

    def _string(self, text: str) -> str:
        whole = text.encode("utf-8", "replace").decode("utf-8") == text
        written = json.dumps(text, ensure_ascii=not (self._style.raw and whole))
        if self._style.escaped_slash:
            written = written.replace("/", "\\/")
        return _upper(written) if self._style.upper_escapes else written


def _upper(written: str) -> str:
    parts = written.split("\\\\")
    return "\\\\".join(_upper_hex(part) for part in parts)


def _upper_hex(part: str) -> str:
    first, *rest = part.split("\\u")
    return first + "".join("\\u" + each[:4].upper() + each[4:] for each in rest)
