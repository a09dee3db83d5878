"""OAuth2 client credentials: finding an issuer's token endpoint, and asking it for tokens."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped]
from authlib.oauth2.rfc8414 import get_well_known_url  # type: ignore[import-untyped]

from conformance.target.authentication.jwt import claims_of
from conformance.target.config import TargetConfig
from conformance.target.errors import TokenRefused
from conformance.trace.secrets import Secrets

Connect = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]
"""Gives a client for a URL."""

_BASIC, _POST = "client_secret_basic", "client_secret_post"
_LONGEST_S, _DIGITS = 1e12, 13
_CODE = 60
# A gateway may fail, and a connection may be lost, once or twice.
_PAUSES_S = (0.2, 0.5)
_GATEWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True)
class Grant:
    """A token. ``expires_at`` is when it expires (s since 1970), None where nothing says so; ``lifetime_s`` how long it
    lives. ``scopes`` are those that it has, as far as the endpoint or the token itself tells; None where neither does.
    """

    token: str = field(repr=False)
    expires_at: float | None
    lifetime_s: float | None
    scopes: frozenset[str] | None

    def expired_for(self, now: float) -> float:
        """For how many seconds it has been expired; negative before that."""
        return float("-inf") if self.expires_at is None else now - self.expires_at


class TokenEndpoint:
    """Asks for tokens. An endpoint that is not given is looked up at the issuer, once."""

    def __init__(self, config: TargetConfig, connect: Connect, secrets: Secrets) -> None:
        self._config = config
        self._secrets = secrets
        self._connect = connect
        self._url = config.token_url
        self._methods: tuple[str, ...] = (_BASIC, _POST)

    async def grant(self, scopes: tuple[str, ...]) -> Grant:
        """A new token for some scopes. Raises TokenRefused."""
        if self._url is None:
            await self._discover()
        url = self._url or ""
        for method in self._methods:
            response = await self._request(url, "POST", *self._prepared(url, method, scopes))
            # RFC 6749 lets an endpoint know only one of the ways to present a secret.
            if response.status_code != 401 or method == self._methods[-1]:
                break
        self._methods = (method,) if response.status_code == 200 else self._methods
        return _granted(url, response, self._secrets)

    def _prepared(self, url: str, method: str, scopes: tuple[str, ...]) -> tuple[Mapping[str, str], str]:
        auth = ClientAuth(self._config.client_id, self._config.client_secret, method)
        body = prepare_token_request("client_credentials", scope=list(scopes))
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        _, headers, body = auth.prepare("POST", url, headers, body)
        return dict(headers), body

    async def _discover(self) -> None:
        """Read the issuer's metadata: OpenID Connect's, or that of RFC 8414."""
        issuer = (self._config.issuer or "").rstrip("/")
        places = [f"{issuer}/.well-known/openid-configuration", get_well_known_url(issuer, external=True)]
        for place in places:
            response = await self._request(place, "GET", {"accept": "application/json"})
            metadata = _json(response) if response.status_code == 200 else None
            endpoint = metadata.get("token_endpoint") if isinstance(metadata, dict) else None
            if (
                isinstance(metadata, dict)
                and isinstance(endpoint, str)
                and endpoint.startswith(("https://", "http://"))
            ):
                self._url = endpoint
                known = metadata.get("token_endpoint_auth_methods_supported")
                if isinstance(known, list) and _BASIC not in known and _POST in known:
                    self._methods = (_POST,)
                return
        raise TokenRefused(issuer, "its metadata names no token endpoint")

    async def _request(
        self, url: str, method: str, headers: Mapping[str, str], content: str | None = None
    ) -> httpx.Response:
        """Send a request, again where what lies in between failed by chance. Raises TokenRefused."""
        for pause_s in (*_PAUSES_S, None):
            try:
                response = await self._request_once(url, method, headers, content)
                if pause_s is None or response.status_code not in _GATEWAY:
                    return response
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if pause_s is None or not isinstance(error, httpx.TransportError):
                    raise TokenRefused(url, self._secrets.mask(str(error)) or type(error).__name__) from None
            await asyncio.sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    async def _request_once(
        self, url: str, method: str, headers: Mapping[str, str], content: str | None
    ) -> httpx.Response:
        async with self._connect(url) as http:
            # A redirect would carry the secret to wherever it leads.
            return await http.request(
                method,
                url,
                headers=dict(headers),
                content=content,
                timeout=self._config.timeout_s,
                follow_redirects=method == "GET",
            )


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _granted(url: str, response: httpx.Response, secrets: Secrets) -> Grant:
    grant = _json(response)
    if response.status_code != 200 or not isinstance(grant, dict):
        code = grant.get("error") if isinstance(grant, dict) else None
        told = f", {code[:_CODE]}" if isinstance(code, str) and code.replace("_", "").isalnum() else ""
        raise TokenRefused(url, secrets.mask(f"status {response.status_code}{told}"))
    token = grant.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise TokenRefused(url, "the answer holds no access_token")
    for name in ("access_token", "refresh_token", "id_token"):
        secrets.add(grant[name] if isinstance(grant.get(name), str) else None)
    return grant_of(token, grant, time.time())


def grant_of(token: str, told: Mapping[str, Any], now: float) -> Grant:
    """What is known of a token that was given just now: from what was ``told`` with it, and from its own claims."""
    claims = claims_of(token) or {}
    lifetime = _seconds(told.get("expires_in"))
    if lifetime is None and (expires := _seconds(claims.get("exp"))) is not None:
        # Measured on the issuer's own clock where that is possible, which need not be this one.
        issued = _seconds(claims.get("iat"))
        lifetime = expires - (now if issued is None else issued)
    return Grant(token, None if lifetime is None else now + lifetime, lifetime, _scopes(told, claims))


def _seconds(value: object) -> float | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < _DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LONGEST_S:
        return None
    return float(value)


def _scopes(told: Mapping[str, Any], claims: Mapping[str, Any]) -> frozenset[str] | None:
    """All scopes that anything says the token has."""
    found: set[str] = set()
    known = False
    for value in (told.get("scope"), claims.get("scope"), claims.get("scp")):
        if isinstance(value, str | list):
            known = True
            found |= set(value.split() if isinstance(value, str) else map(str, value))
    return frozenset(found) if known else None
