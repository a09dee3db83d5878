"""The reference server with freedoms.

    python -m benchmarks.freedoms.server [--free NAME]... [--draws SEED] [options of the reference server]

It prints its URL once it listens.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.freedoms.answer import Answer, Asked, encoded
from benchmarks.freedoms.areas import FREEDOMS
from benchmarks.freedoms.freedom import Freedom, options_with
from benchmarks.freedoms.wire import Wire, protocol_of
from conformance.reference import __main__ as reference
from conformance.reference.app import PATHS, create_app
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reference.wire.exact_json import read

_ROUTES = [(compile_path(path)[0], operations) for path, operations in PATHS.items()]


def operation_of(method: str, path: str) -> str:
    """The operation of a method and path, without a prefix; "" where there is none."""
    for pattern, operations in _ROUTES:
        if pattern.match(path):
            return operations.get(method, "")
    return ""


class FreeAnswers:
    """An ASGI application in front of another one, whose answers it passes through freedoms before they are sent."""

    def __init__(self, app: ASGIApp, freedoms: Sequence[Freedom], chance: Random, prefix: str = "") -> None:
        self._app = app
        self._prefix = prefix
        self._changes = [freedom.on_answer for freedom in freedoms if freedom.on_answer is not None]
        self._gates = [freedom.gate for freedom in freedoms if freedom.gate is not None]
        self._paths = [freedom.on_path for freedom in freedoms if freedom.on_path is not None]
        self._chance = chance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = {name.lower(): value for name, value in Headers(scope=scope).items()}
        path = scope["path"].removeprefix(self._prefix)
        for rewrite in self._paths:
            path = rewrite(path)
        scope = {**scope, "path": self._prefix + path}
        query = QueryParams(scope["query_string"]).multi_items()
        asked = Asked(scope["method"], path, query, operation_of(scope["method"], path), headers, self._chance)
        refused = next((answer for gate in self._gates if (answer := gate(asked)) is not None), None)
        answer = await self._answer(scope, receive) if refused is None else refused
        for change in self._changes:
            change(answer, asked)
        await self._send(answer, asked, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self._app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in said[1:])
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in said[0]["headers"]]
        kept = [(name, value) for name, value in headers if name != "content-length"]
        if body and dict(headers).get("content-type") == "application/json":
            return Answer(said[0]["status"], kept, read(body))
        return Answer(said[0]["status"], kept, body=body)

    async def _send(self, answer: Answer, asked: Asked, send: Send) -> None:
        body, headers = answer.written(self._chance), list(answer.headers)
        if answer.encoding and body:
            body = encoded(body, answer.encoding)
            headers += [("content-encoding", answer.encoding), ("vary", "Accept-Encoding")]
        if not answer.chunk and answer.status != 204 and not any(name == "content-length" for name, _ in headers):
            headers.append(("content-length", str(len(body))))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        step = answer.chunk or len(body) or 1
        parts = [] if asked.method == "HEAD" else [body[at : at + step] for at in range(0, len(body), step)]
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def free_app(options: ServerOptions, freedoms: Sequence[Freedom], seed: int) -> Starlette:
    """An application with a server of its own that takes these freedoms."""
    app = create_app(options)
    for freedom in freedoms:
        if freedom.on_server is not None:
            freedom.on_server(app.state.server, Random(f"{freedom.name} {seed}"))
    app.add_middleware(FreeAnswers, freedoms=freedoms, chance=Random(f"answers {seed}"), prefix=options.prefix)
    return app


def wire_of(freedoms: Sequence[Freedom]) -> Wire:
    """How a server with these freedoms sends its answers."""
    wire = Wire()
    for freedom in freedoms:
        if freedom.on_wire is not None:
            wire = freedom.on_wire(wire)
    return wire


def program_of(freedoms: Sequence[Freedom], seed: int) -> list[str]:
    """The module that serves with these freedoms, with its own arguments: what a ReferenceProcess takes."""
    return ["benchmarks.freedoms.server", f"--draws={seed}", *(f"--free={freedom.name}" for freedom in freedoms)]


def process(freedoms: Sequence[Freedom], seed: int, **options: Any) -> ReferenceProcess:
    """A server with these freedoms, to be started; ``options`` are those of the reference server."""
    return ReferenceProcess(options_with(freedoms, seed=seed, **options), program=program_of(freedoms, seed))


def main() -> int:
    """Serve until the standard input closes; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--free", action="append", default=[], choices=sorted(FREEDOMS))
    parser.add_argument("--draws", type=int, default=0)
    chosen, rest = parser.parse_known_args()
    freedoms = [freedom for name, freedom in FREEDOMS.items() if name in chosen.free]
    return reference.main(
        rest, lambda options: free_app(options, freedoms, chosen.draws), protocol_of(wire_of(freedoms))
    )


if __name__ == "__main__":
    sys.exit(main())
