"""The base of every error a user can cause."""

from __future__ import annotations

from typing import ClassVar


class UserError(Exception):
    """A mistake in what the user gave: ``message`` says what is wrong in one sentence, ``hint`` what to do about it.

    ``exit_code`` is that of a command which ends for it: 2, wrong usage.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()
