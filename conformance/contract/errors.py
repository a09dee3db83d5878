"""The base of every error a user can cause."""

from __future__ import annotations


class UserError(Exception):
    """A mistake in what the user gave: ``message`` says what is wrong in one sentence, ``hint`` what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()
