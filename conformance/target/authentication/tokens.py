"""The source of access tokens for all clients of a target, and of tokens that the target must refuse."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

from conformance.target.authentication.oauth import Connect, Grant, TokenEndpoint
from conformance.target.config import READ_SCOPE, WRITE_SCOPE, TargetConfig, UnreadableToken
from conformance.target.errors import TokenRefused

_LEEWAY_S = 30.0
_OWN = (READ_SCOPE, WRITE_SCOPE)


class TokenSource:
    """Gives the target's token: a fixed one, that of a file, or one that an endpoint grants and that is renewed.

    ``secrets`` are these tokens and whatever else of the configuration nobody may see.
    ``accepted``: whether the target has listed workflows, so that it has accepted what was sent with the request.
    ``patient_until``: until which moment of the monotonic clock a token may be waited for that has long expired.
    """

    def __init__(self, config: TargetConfig, connect: Connect) -> None:
        self.secrets = config.secrets()
        self.accepted = False
        self.patient_until = 0.0
        self._fixed = config.token
        self._file = None if config.token_file is None else TokenFile(config.token_file)
        self._endpoint = None if config.client_id is None else TokenEndpoint(config, connect, self.secrets)
        self._grants: dict[tuple[str, ...], Grant] = {}
        self._oldest: Grant | None = None
        self._lock = asyncio.Lock()

    @property
    def asks(self) -> bool:
        """Whether tokens are granted on request, and so for single scopes, too."""
        return self._endpoint is not None and self._fixed is None and self._file is None

    async def bearer(self) -> str | None:
        """The access token to send now; None when the target needs none. Raises TokenRefused and UnreadableToken."""
        if self._fixed is not None:
            return self._fixed
        if self._file is not None:
            token = self._file.token()
            self.secrets.add(token)
            return token
        return (await self._granted(_OWN)).token if self._endpoint is not None else None

    async def renewed(self, refused: str) -> str | None:
        """Another token than one that was refused; None where there is no other.

        Raises TokenRefused and UnreadableToken.
        """
        if not self.asks:
            current = await self.bearer()
            return current if current != refused else None
        async with self._lock:
            grant = self._grants.get(_OWN)
            if grant is not None and grant.token == refused:
                self._note_old(grant)
                del self._grants[_OWN]
        return await self.bearer()

    async def narrow(self, scope: str) -> str | None:
        """A token that has one scope of the API and not the other; None where there is none to be had."""
        if not self.asks:
            return None
        with contextlib.suppress(TokenRefused):
            grant = await self._granted((scope,))
            if (grant.scopes or {scope}).isdisjoint(set(_OWN) - {scope}):
                return grant.token
        return None

    def first_to_expire(self) -> Grant | None:
        """The token of this run that has expired, or will expire, before all others; None where none ever does."""
        current = self._grants.get(_OWN)
        return self._oldest or (current if current is not None and current.expires_at is not None else None)

    async def _granted(self, scopes: tuple[str, ...]) -> Grant:
        async with self._lock:
            grant = self._grants.get(scopes)
            if grant is None or grant.expired_for(time.time()) > -_leeway_s(grant):
                if grant is not None and scopes == _OWN:
                    self._note_old(grant)
                assert self._endpoint is not None
                grant = self._grants[scopes] = await self._endpoint.grant(scopes)
        return grant

    def _note_old(self, grant: Grant) -> None:
        if self._oldest is None and grant.expires_at is not None:
            self._oldest = grant


def _leeway_s(grant: Grant) -> float:
    # A token that lives shorter than the leeway would be fetched anew for each request.
    return _LEEWAY_S if grant.lifetime_s is None else min(_LEEWAY_S, max(0.0, grant.lifetime_s / 2))


class TokenFile:
    """A file that holds a token and nothing else; it is read again when it has changed. Raises UnreadableToken."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._token = ""

    def token(self) -> str:
        """The token that it holds now. A file that is just being written still holds the one before."""
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen != self._seen:
                found = self._path.read_text(encoding="ascii").strip()
                if not found.isprintable() or (not found and not self._token):
                    raise UnreadableToken(self._path, "it holds no token on a line of its own")
                self._token, self._seen = found or self._token, seen if found else None
        except (OSError, ValueError) as error:
            if not self._token:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not ASCII"
                raise UnreadableToken(self._path, reason) from None
        return self._token
