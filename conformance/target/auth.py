"""OAuth2 client credentials: one source of access tokens for all clients of a target."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import OAuth2Token  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_token_request  # type: ignore[import-untyped]

from conformance.target.config import TargetConfig
from conformance.target.errors import TokenRefused

_LEEWAY_S = 30


class TokenSource:
    """Fetches tokens and renews them before they expire. A fixed token from the configuration is used as it is."""

    def __init__(self, config: TargetConfig, http: httpx.AsyncClient) -> None:
        self._config = config
        self._http = http
        self._tokens: dict[tuple[str, ...], Any] = {}
        self._lock = asyncio.Lock()

    async def bearer(self, scopes: tuple[str, ...] | None = None) -> str | None:
        """An access token for some scopes (default: the configured ones), None when the target needs none.

        Raises TokenRefused.
        """
        if self._config.token_url is None or (self._config.token is not None and scopes is None):
            return self._config.token
        wanted = self._config.scopes if scopes is None else scopes
        async with self._lock:
            token = self._tokens.get(wanted)
            if token is None or token.is_expired(leeway=_leeway(token)):
                token = self._tokens[wanted] = await self._fetch(self._config.token_url, wanted)
        return str(token["access_token"])

    async def _fetch(self, token_url: str, scopes: tuple[str, ...]) -> Any:
        auth = ClientAuth(self._config.client_id, self._config.client_secret, "client_secret_basic")
        body = prepare_token_request("client_credentials", scope=list(scopes))
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        url, headers, body = auth.prepare("POST", token_url, headers, body)
        try:
            response = await self._http.post(
                url, headers=dict(headers), content=body, timeout=self._config.timeout_s, follow_redirects=True
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TokenRefused(token_url, str(error) or type(error).__name__) from error
        return _granted(token_url, response)


def _granted(token_url: str, response: httpx.Response) -> Any:
    try:
        grant = json.loads(response.content)
    except ValueError:
        grant = None
    if response.status_code != 200 or not isinstance(grant, dict):
        code = grant.get("error") if isinstance(grant, dict) else None
        raise TokenRefused(token_url, f"status {response.status_code}" + (f", {code}" if code else ""))
    if not isinstance(grant.get("access_token"), str):
        raise TokenRefused(token_url, "the answer holds no access_token")
    return OAuth2Token.from_dict(grant)


def _leeway(token: Any) -> int:
    # A token that lives shorter than the leeway would be fetched anew for each request.
    lifetime = token.get("expires_in")
    return min(_LEEWAY_S, lifetime // 2) if isinstance(lifetime, int) else _LEEWAY_S
