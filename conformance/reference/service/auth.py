"""OAuth2 client credentials: issuing bearer tokens, and checking them."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from urllib.parse import parse_qs, unquote_plus

from conformance.reference.wire.errors import Forbidden, Unauthorized
from conformance.reference.wire.exact_json import Json

READ = "orchestration:read"
WRITE = "orchestration:write"


class TokenRefused(Exception):
    """The token endpoint refuses; ``error`` is a code of RFC 6749, section 5.2."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class Auth:
    """The tokens of one server; when it is not required, every request passes. ``now`` gives seconds."""

    def __init__(self, client_id: str, client_secret: str, *, required: bool, lifetime_s: float = 3600) -> None:
        self._client = (client_id, client_secret)
        self.required = required
        self.now = time.monotonic
        self._lifetime_s = lifetime_s
        self._scopes: dict[str, frozenset[str]] = {}
        self._expires: dict[str, float] = {}

    def issue(self, body: bytes, authorization: str | None) -> Json:
        """A token response for a form-encoded request. Raises TokenRefused."""
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if self._credentials(form, authorization) != self._client:
            raise TokenRefused(401, "invalid_client")
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused(400, "unsupported_grant_type")
        scopes = frozenset(form.get("scope", f"{READ} {WRITE}").split())
        if not scopes or not scopes <= {READ, WRITE}:
            raise TokenRefused(400, "invalid_scope")
        token = secrets.token_urlsafe(24)
        self._scopes[token] = scopes
        self._expires[token] = self.now() + self._lifetime_s
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self._lifetime_s if self._lifetime_s % 1 else int(self._lifetime_s),
            "scope": " ".join(sorted(scopes)),
        }

    def _credentials(self, form: dict[str, str], authorization: str | None) -> tuple[str, str]:
        scheme, _, encoded = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return form.get("client_id", ""), form.get("client_secret", "")
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote_plus(name), unquote_plus(secret)

    def check(self, authorization: str | None, scope: str) -> None:
        """Pass a request whose token has ``scope``. Raises Unauthorized or Forbidden."""
        if not self.required:
            return
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not self.known(token):
            raise Unauthorized("a bearer token issued by this server is required")
        if scope not in self._scopes[token]:
            raise Forbidden(f"the token lacks the scope {scope}")

    def known(self, token: str) -> bool:
        """Whether the token was issued here and has not expired."""
        return token in self._scopes and not self.expired(token)

    def expired(self, token: str) -> bool:
        """Whether a token that was issued here is too old."""
        return self.now() >= self._expires[token]
