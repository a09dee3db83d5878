"""A reference server that lets in whoever has a JWT of an issuer that nobody here wrote: oauth2-mock-server."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.app import create_app
from conformance.reference.options import ServerOptions
from conformance.reference.process import listen
from tests.strangers.prism import HERE


@contextlib.contextmanager
def issuer(lifetime_s: float, *, silent: bool = False) -> Iterator[str]:
    """The URL of an issuer; ``silent``: it tells clients that its tokens live for an hour."""
    command = ["node", str(HERE / "oauth2-issuer.mjs"), str(lifetime_s), *(["silent"] if silent else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:"), "the issuer did not start"
            yield url
        finally:
            process.communicate()


class Guard:
    """Lets in requests with a token of the issuer, neither expired nor without the scope; no leeway for clocks."""

    def __init__(self, app: ASGIApp, issuer_url: str) -> None:
        self._app = app
        self._issuer = issuer_url
        metadata = httpx.get(f"{issuer_url}/.well-known/openid-configuration").json()
        self._keys = KeySet.import_key_set(httpx.get(metadata["jwks_uri"]).json())
        self.expired = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        if scope["type"] == "http" and (refused := self._refusal(Request(scope))) is not None:
            await JSONResponse({"errorCode": "VALIDATION", "errorMessage": "no access"}, refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, request: Request) -> int | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            claims: dict[str, Any] = jwt.decode(token, self._keys, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            return 401
        if scheme.lower() != "bearer" or claims.get("iss") != self._issuer:
            return 401
        if time.time() >= claims["exp"]:
            self.expired += 1
            return 401
        wanted = "orchestration:read" if request.method in ("GET", "HEAD") else "orchestration:write"
        return None if wanted in claims.get("scope", "").split() else 403


@contextlib.contextmanager
def guarded(issuer_url: str) -> Iterator[tuple[str, Guard]]:
    """The URL of a guarded reference server, and its guard."""
    options = ServerOptions()
    app = create_app(options)
    guard = Guard(app, issuer_url)
    listener = listen(options)
    server = uvicorn.Server(uvicorn.Config(guard, log_level="critical", lifespan="off", timeout_keep_alive=75))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", guard
    finally:
        server.should_exit = True
        thread.join()
