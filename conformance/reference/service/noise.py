"""What happens between a server and its clients: a gateway's errors, dropped connections, slow answers, a stall.

None of it is a fault of the server. Whether a request is still carried out is drawn as well, so that a client cannot
tell: it has to reckon with both.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conformance.reference.options import Noise

_NGINX = {"server": "nginx", "content-type": "text/html"}
_BAD_GATEWAY = b"""<html>\r
<head><title>502 Bad Gateway</title></head>\r
<body>\r
<center><h1>502 Bad Gateway</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""
_UNAVAILABLE = b'{"message":"no healthy upstream"}'
# No HTTP server writes a header of this name: it closes the connection instead, with nothing said.
_CLOSE: Mapping[str, str] = {"no answer": ""}

Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""


class NoisyNetwork:
    """An ASGI application in front of another one. The same ``seed`` draws the same disturbances, request by request.

    ``pause`` blocks the whole process for some seconds; it is only ever called for a stall, which begins so many
    seconds after the first request.
    """

    def __init__(self, app: ASGIApp, noise: Noise, seed: int, pause: Callable[[float], object] = time.sleep) -> None:
        self._app = app
        self._noise = noise
        self._chance = random.Random(f"noise {seed}")
        self._pause = pause
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let something come between."""
        if not self._begun:
            self._begun = True
            self._plan_stall()
        # Always as many draws for a request, so that one kind of noise does not change where another one strikes.
        which, slow, carried_out = self._chance.random(), self._chance.random(), self._chance.random() < 0.5
        if slow < self._noise.slow_share:
            await self._slowly(scope, receive, send, late=carried_out)
            return
        answer = self._instead(which)
        if answer is None:
            await self._app(scope, receive, send)
            return
        if carried_out:
            await self._app(scope, receive, _unheard)
        await _say(send, *answer)

    def _instead(self, which: float) -> Answer | None:
        """What the client gets instead of the server's answer; None for the answer itself."""
        noise = self._noise
        kinds: tuple[tuple[float, Answer], ...] = (
            (noise.gateway_errors, (502, _NGINX, _BAD_GATEWAY)),
            (noise.unavailable, (503, {"server": "envoy", "content-type": "application/json"}, _UNAVAILABLE)),
            (noise.drop, (502, _CLOSE, b"")),
        )
        for share, answer in kinds:
            if which < share:
                return answer
            which -= share
        return None

    async def _slowly(self, scope: Scope, receive: Receive, send: Send, *, late: bool) -> None:
        """Carry a request out late, or answer it late."""
        if late:
            await asyncio.sleep(self._noise.slow_s)
            await self._app(scope, receive, send)
            return
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self._app(scope, receive, keep)
        await asyncio.sleep(self._noise.slow_s)
        for message in said:
            await send(message)

    def _plan_stall(self) -> None:
        if self._noise.stall_s:
            asyncio.get_running_loop().call_later(self._noise.stall_at_s, self._pause, self._noise.stall_s)


async def _unheard(message: Message) -> None:
    del message


async def _say(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw += [] if headers is _CLOSE else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
