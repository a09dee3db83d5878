"""Errors that make a target unusable for the suite. None of them is a finding."""

from __future__ import annotations

from conformance.contract.errors import UserError
from conformance.wire.redaction import mask_url

_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "RECORD LAYER", "WRONG VERSION")
"""What TLS libraries say when the other side answers in plain HTTP."""


class TargetError(UserError):
    """The target cannot be used, so nothing can be said of it."""

    exit_code = 3


class Unreachable(TargetError):
    """No connection, or no answer."""

    def __init__(self, url: str, reason: str) -> None:
        hint = "Check that the server is running, and that host and port are right."
        if url.startswith("https:") and any(sign in reason.upper() for sign in _NO_TLS):
            hint = f"The server there does not speak TLS: try http{url.removeprefix('https')}."
        super().__init__(f"{url} cannot be reached: {reason}.", hint)


class Unauthorised(TargetError):
    """The target refuses our credentials, or wants some."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(
            f"{url} refuses access (status {status}).",
            "Give a token, or a client id and secret whose scopes are orchestration:read and orchestration:write.",
        )


class NotAnOrchestrationServer(TargetError):
    """Something answers, but not with this API."""

    def __init__(self, url: str, observed: str) -> None:
        super().__init__(
            f"{url} does not speak the orchestration API: {observed}.",
            "Check the URL's path: a gateway often serves the API below /api/orchestration.",
        )


class TokenRefused(TargetError):
    """The token endpoint did not grant a token."""

    def __init__(self, token_url: str, reason: str) -> None:
        super().__init__(
            f"No access token from {mask_url(token_url)}: {reason.rstrip('.')}.",
            "Check client id, secret and token URL.",
        )


class AccessLost(TargetError):
    """The target accepted a token, and later refused it everywhere; there is no other."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} no longer accepts the token (status 401).",
            "Give one that outlives the run: --token-file, or client credentials, which are renewed.",
        )
