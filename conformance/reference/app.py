"""The server over HTTP: routes, bodies in and out, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from conformance.reference.faults import apply_faults
from conformance.reference.options import Noise, ServerOptions
from conformance.reference.service.auth import READ, WRITE, TokenRefused
from conformance.reference.service.filled import fill
from conformance.reference.service.noise import NoisyNetwork
from conformance.reference.service.operations import Call, Reply
from conformance.reference.service.server import Server, assemble
from conformance.reference.wire.errors import ApiError, NotFound
from conformance.reference.wire.exact_json import write

PATHS: Mapping[str, Mapping[str, str]] = {
    "/_info": {"GET": "getServerInfo"},
    "/workflows": {"GET": "listWorkflows", "POST": "createWorkflow"},
    "/workflows/{flowId}": {"GET": "getWorkflow", "DELETE": "deleteWorkflow"},
    "/workflows/{workflowID}/instances": {"POST": "runWorkflow"},
    "/instances": {"GET": "listInstances"},
    "/instances/{instanceID}": {"GET": "getInstance"},
    "/instances/{instanceID}/events": {"POST": "sendEvent"},
    "/instances/{instanceID}/abort": {"PUT": "cancelEvent"},
    "/instances/{instanceID}/history": {"GET": "getInstanceHistory"},
    "/instances/{instanceID}/stages/{number}/history": {"GET": "getInstanceStageHistory"},
}
"""By path template and method: the operation id."""

# What ASGI calls the parts of a request's target as they were sent.
_TARGET = ("raw_path", "query_string")


class Resource:
    """An ASGI application for one path template: it answers every method itself."""

    def __init__(self, server: Server, operations: Mapping[str, str]) -> None:
        self._server = server
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            reply = await self._answer(request)
        except ApiError as error:
            reply = refusal(error)
        await to_response(reply)(scope, receive, send)
        self._server.restarts.answered()

    async def _answer(self, request: Request) -> Reply:
        operation = self._server.methods.find(request.method, self._operations)
        scope = READ if request.method in {"GET", "HEAD"} else WRITE
        self._server.auth.check(request.headers.get("authorization"), scope)
        return await self._server.handlers[operation](
            Call(
                operation,
                request.path_params,
                request.query_params,
                await request.body(),
                gone=partial(_disconnected, request),
                headers=request.headers,
                target=b"?".join(request.scope.get(part, b"") for part in _TARGET).decode("ascii", "replace"),
            )
        )


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def refusal(error: ApiError) -> Reply:
    """The reply for an ApiError."""
    return Reply(error.status, write(error.body), error.headers)


def to_response(reply: Reply) -> Response:
    """A reply as Starlette sends it; one without a body has no media type either."""
    media_type = reply.media_type if reply.body else None
    return Response(reply.body, reply.status, dict(reply.headers), media_type)


class TokenEndpoint:
    """POST /oauth/token."""

    def __init__(self, server: Server) -> None:
        self._auth = server.auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Issue a token, or say why not."""
        request = Request(scope, receive)
        try:
            issued = self._auth.issue(await request.body(), request.headers.get("authorization"))
            reply = Reply(200, write(issued), {"Cache-Control": "no-store"})
        except TokenRefused as refused:
            reply = Reply(refused.status, write({"error": refused.error}))
        await to_response(reply)(scope, receive, send)


async def _unknown_path(request: Request, error: Exception) -> Response:
    del error
    return to_response(refusal(NotFound(f"nothing is served at {request.url.path[:200]}")))


def create_app(options: ServerOptions) -> Starlette:
    """An application with a server of its own. Raises UnknownFault when ``options.faults`` names none that exists."""
    server = assemble(options)
    apply_faults(server)
    if options.filled:
        fill(server, options.filled)
    prefix = options.prefix.strip("/")
    base = f"/{prefix}" if prefix else ""
    routes = [Route(base + path, Resource(server, operations)) for path, operations in PATHS.items()]
    if options.auth:
        token_paths = dict.fromkeys(["/oauth/token", f"{base}/oauth/token"])
        routes += [Route(path, TokenEndpoint(server), methods=["POST"]) for path in token_paths]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _unknown_path})
    app.router.redirect_slashes = False
    app.state.server = server
    if options.noise != Noise():
        app.add_middleware(NoisyNetwork, noise=options.noise, seed=options.seed)
    return app
