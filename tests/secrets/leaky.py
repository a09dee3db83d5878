"""A reference server behind a gateway that repeats whatever it was sent: in cookies, headers and bodies."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.reference.app import create_app
from conformance.reference.options import ServerOptions
from conformance.reference.process import listen
from conformance.wire import exact_json

COOKIE = "marked-cookie-58a1c0ffee"


class Leaky:
    """``tokens`` are those that went to clients."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.tokens: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and repeat its credentials in the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        names = ("authorization", "x-marked", "cookie")
        told = [f"{name}={request.headers[name]}" for name in names if name in request.headers]
        told.append(f"query={request.url.query}")
        status = 200

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", f"session={COOKIE}; Path=/")
                headers.append("x-seen", " ".join(told))
                if status >= 400:
                    del headers["content-length"]
            elif "/oauth/token" in scope["path"]:
                granted = exact_json.parse_or_none(message["body"])
                if isinstance(granted, dict) and "access_token" in granted:
                    self.tokens.append(str(granted["access_token"]))
            elif status >= 400 and message.get("body"):
                error = exact_json.parse_or_none(message["body"])
                if isinstance(error, dict):
                    body = {**error, "errorMessage": f"{error.get('errorMessage')}: {' '.join(told)}"}
                    message = {**message, "body": exact_json.dumps(body).encode()}
            await send(message)

        await self._app(scope, receive, answer)


@contextlib.contextmanager
def leaky(*faults: str) -> Iterator[tuple[str, Leaky]]:
    """The URL of such a server that demands tokens, and the server."""
    options = ServerOptions(auth=True, faults=faults, client_secret="marked-secret-0123456789", token_lifetime=4)
    server = Leaky(create_app(options))
    listener = listen(options)
    running = uvicorn.Server(uvicorn.Config(server, log_level="critical", lifespan="off", timeout_keep_alive=75))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
    finally:
        running.should_exit = True
        thread.join()
