"""What the server refuses, and how it says so."""

from __future__ import annotations

from typing import ClassVar

from conformance.reference.wire.exact_json import Json


class ApiError(Exception):
    """A request that is refused; ``body`` is the API's Error object."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL"

    @property
    def body(self) -> Json:
        """``{errorCode, errorMessage}``."""
        return {"errorCode": self.code, "errorMessage": str(self)}

    @property
    def headers(self) -> dict[str, str]:
        """Headers that go with the refusal."""
        return {}


class Invalid(ApiError):
    """400: the request itself is wrong."""

    status = 400
    code = "VALIDATION"


class NotFound(ApiError):
    """404: what the path names does not exist."""

    status = 404
    code = "NOT_FOUND"


class Unauthorized(ApiError):
    """401: no bearer token, or one that this server did not issue."""

    status = 401
    code = "VALIDATION"

    @property
    def headers(self) -> dict[str, str]:
        """The challenge that RFC 6750 asks for."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(ApiError):
    """403: the token lacks the operation's scope."""

    status = 403
    code = "VALIDATION"


class MethodNotAllowed(ApiError):
    """405: the path exists, but not with this method."""

    status = 405
    code = "VALIDATION"

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__(f"{method} is not allowed here")
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """The methods that the path does have."""
        return {"Allow": ", ".join(self.allowed)}
