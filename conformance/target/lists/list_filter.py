"""A filter of long lists, read as streams: it keeps the elements that matter to this client, and a few samples."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from typing import Any

Keeps = Callable[[Any, str], bool]
"""Whether an element is kept, from its value (numbers are texts) and its text."""

_BEGIN = re.compile(r'\s*\{\s*"data"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_LONGEST_BEGIN = 4096
_LONGEST_ELEMENT = 1 << 20
_EXAMPLES = 20


class NotAList(ValueError):
    """The body does not begin as a list does, or has an element that is longer than any can be."""


class ListFilter:
    """Fed with a body ``{"data": […]}`` part by part; ``body`` is the same with fewer elements.

    ``read`` counts its bytes, ``seen`` and ``kept`` its elements. What is kept is kept as it was written.
    """

    def __init__(self, keeps: Keeps) -> None:
        self._keeps = keeps
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._reader = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
        self._begin = ""
        self._text = ""
        self._needed = 0
        self._elements: list[str] = []
        self._ended = False
        self._examples = 0
        self.read = self.seen = self.kept = self.size = 0

    def feed(self, part: bytes) -> None:
        """Take in the next part of the body. Raises NotAList; ValueError for what is no UTF-8."""
        self.read += len(part)
        self._text += self._decode(part)
        if not self._begin and not self._begun():
            return
        if not self._ended and len(self._text) >= self._needed:
            self._take()
        if len(self._text) > _LONGEST_ELEMENT:
            raise NotAList("one element is longer than any can be")

    def body(self) -> bytes:
        """The list so far, with what follows it; no JSON where the body was none."""
        if self._begin and not self._ended:
            self._take()
        return f"{self._begin}{','.join(self._elements)}{self._text}".encode()

    def _begun(self) -> bool:
        found = _BEGIN.match(self._text)
        if found is None:
            if len(self._text) > _LONGEST_BEGIN:
                raise NotAList("it does not begin as a list does")
            return False
        self._begin, self._text = found[0], self._text[found.end() :]
        return True

    def _take(self) -> None:
        """Take the whole elements off the text."""
        at = 0
        while not self._ended:
            at = _between(self._text, at)
            if self._text[at : at + 1] == "]":
                self._ended = True
                break
            try:
                value, end = self._reader.raw_decode(self._text, at)
            except (ValueError, RecursionError):
                break
            if end == len(self._text):
                # A number may go on in the next part.
                break
            self._note(value, self._text[at:end])
            at = end
        self._text = self._text[at:]
        # An element that is longer than all that came is tried again only once there is twice as much of it.
        self._needed = 0 if self._ended else 2 * len(self._text)

    def _note(self, value: Any, text: str) -> None:
        self.seen += 1
        if not self._keeps(value, text):
            if self._examples >= _EXAMPLES:
                return
            self._examples += 1
        self.kept += 1
        self.size += len(text)
        self._elements.append(text)


def _between(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at
