"""Errors of a driver that are no findings about its SDK."""

from __future__ import annotations

from conformance.contract.errors import UserError
from conformance.target import TargetError

_SHOWN = 400


class DriverNotStarted(UserError):
    """The command cannot be started at all."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(
            f"The driver {command!r} cannot be started: {reason}.",
            "Give the command that starts it after --, such as: conformance sdk -- python driver.py",
        )


class NoHello(TargetError):
    """The driver ended, or said something else, or nothing, where its hello was due."""

    def __init__(self, command: str, observed: str, stderr: str = "") -> None:
        said = f" Its stderr ends with: {stderr.strip()[-_SHOWN:]}" if stderr.strip() else ""
        super().__init__(
            f"The driver {command!r} did not begin with a hello: {observed}.{said}",
            'Its first line on stdout must be like {"type":"hello","protocol":1,"sdk":"NAME"}; see docs/sdk.md.',
        )


class ProtocolBroken(Exception):
    """The driver broke the protocol; ``observed`` says how, in words that end a sentence."""

    def __init__(self, observed: str) -> None:
        super().__init__(observed)
        self.observed = observed
