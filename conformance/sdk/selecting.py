"""Selecting requirements by an expression such as "error and not (html or empty)"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.contract.errors import UserError

_TOKEN = re.compile(r"\s*([()]|[^\s()]+)")


class BadExpression(UserError):
    """The expression cannot be read, or selects nothing."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            f"The expression -k {text!r} {reason}.",
            "Give parts of ids, joined by and, or, not and parentheses; `conformance requirements` lists the ids.",
        )


def select(text: str, names: Iterable[str]) -> frozenset[str]:
    """The names of which the expression is true: a word is true of a name that holds it. Raises BadExpression."""
    found = frozenset(name for name in names if _Expression(text).of(name))
    if not found:
        raise BadExpression(text, "selects no requirement")
    return found


class _Expression:
    """Reads by descent: or, and, not, a word or parentheses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        self._name = ""

    def of(self, name: str) -> bool:
        self._tokens, self._name = _TOKEN.findall(self._text), name.lower()
        value = self._either()
        if self._tokens:
            raise BadExpression(self._text, f"cannot be read from {self._tokens[0]!r} on")
        return value

    def _either(self) -> bool:
        value = self._both()
        while self._taken("or"):
            value = self._both() or value
        return value

    def _both(self) -> bool:
        value = self._single()
        while self._taken("and"):
            value = self._single() and value
        return value

    def _single(self) -> bool:
        if self._taken("not"):
            return not self._single()
        if self._taken("("):
            value = self._either()
            if not self._taken(")"):
                raise BadExpression(self._text, "lacks a closing parenthesis")
            return value
        if not self._tokens or self._tokens[0] in {")", "and", "or"}:
            raise BadExpression(self._text, "lacks a word")
        return self._tokens.pop(0).lower() in self._name

    def _taken(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        del self._tokens[0]
        return True
