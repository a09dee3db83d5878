"""Clients that tell an error wrongly, or not at all."""

from __future__ import annotations

from typing import Any

import httpx
from client import ClientError

from faults.base import Faulty


class ErrorSwallowed(Faulty):
    """A 404 is an empty result."""

    breaks = ("sdk-error.status",)

    def outcome(self, operation: str, answer: httpx.Response) -> Any:
        return None if answer.status_code == 404 else super().outcome(operation, answer)


class StatusLost(Faulty):
    """Errors have no status."""

    breaks = ("sdk-error.status",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        error.status = None
        return error


class CodeLost(Faulty):
    """Errors have no errorCode."""

    breaks = ("sdk-error.code",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        error.code = None
        return error


class MessageGeneric(Faulty):
    """Every error says the same."""

    breaks = ("sdk-error.message",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        error.message = "API error occurred"
        return error


class ErrorMustBeJson(Faulty):
    """A refusal that is not JSON is a decoding error without a status."""

    breaks = ("sdk-error.html", "sdk-error.empty-body")

    def refusal(self, answer: httpx.Response) -> ClientError:
        try:
            answer.json()
        except ValueError:
            return ClientError("decode", text="the body is not JSON")
        return super().refusal(answer)


class UnknownCodeRefused(Faulty):
    """An errorCode outside the enumeration is a decoding error."""

    breaks = ("sdk-error.unknown-code",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        known = error.code in (None, "VALIDATION", "NOT_FOUND", "INTERNAL")
        return error if known else ClientError("decode", text="unknown errorCode")


class ClosedIsEmpty(Faulty):
    """A connection that breaks gives an empty result."""

    breaks = ("sdk-error.closed",)

    async def call(self, operation: str, arguments: dict[str, Any], timeout: float) -> Any:
        try:
            return await super().call(operation, arguments, timeout)
        except ClientError as error:
            if error.kind == "connection":
                return None
            raise


class TimeoutIsConnection(Faulty):
    """A timeout is not told apart from a broken connection."""

    breaks = ("sdk-error.no-answer",)

    async def call(self, operation: str, arguments: dict[str, Any], timeout: float) -> Any:
        try:
            return await super().call(operation, arguments, timeout)
        except ClientError as error:
            error.kind = "connection" if error.kind == "timeout" else error.kind
            raise
