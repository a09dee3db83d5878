"""Faults of requests that HTTP lets a client write in more than one form."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from conformance.reference.faults.fault import around, fault
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import write

_JSON = "application/json"


def _read_as(server: Server, change: Callable[[Call], Call | Reply], operations: Collection[str] = ()) -> None:
    """Have operations (default: all) read their call as changed, or answered by what the change gives in its place."""

    async def handle(original: Handler, call: Call) -> Reply:
        found = change(call)
        return found if isinstance(found, Reply) else await original(found)

    for operation in operations or server.handlers:
        around(server, operation, handle)


@fault("workflow.create-echo", "run.created")
def charsets_refused(server: Server) -> None:
    """A body whose media type has a charset gets 415."""

    def read(call: Call) -> Call | Reply:
        if not call.body or call.headers.get("content-type") == _JSON:
            return call
        return Reply(415, write({"errorCode": "VALIDATION", "errorMessage": f"the media type must be {_JSON}"}))

    _read_as(server, read)


@fault("workflow.create-echo", "run.variables")
def chunked_bodies_are_empty(server: Server) -> None:
    """A body that comes without its length is taken for none."""
    _read_as(server, lambda call: call if "content-length" in call.headers else replace(call, body=b""))


@fault("workflow.create-then-get", "run.then-get")
def encoded_ids_are_unknown(server: Server) -> None:
    """An id of which a character is percent-encoded in the path, though it need not be, gets 404."""

    def read(call: Call) -> Call:
        if "%2D" in call.target.partition("?")[0]:
            raise NotFound("there is no such thing")
        return call

    _read_as(server, read)


@fault("list.by-workflow", "run.then-list")
def encoded_filters_select_nothing(server: Server) -> None:
    """A workflowID in a query of which a character is percent-encoded, though it need not be, selects nothing."""

    def read(call: Call) -> Call | Reply:
        return data(200, []) if "%2D" in call.target.partition("?")[2] else call

    _read_as(server, read, ("listInstances",))


@fault("workflow.create-then-get", "run.then-get")
def weighted_types_not_acceptable(server: Server) -> None:
    """A read gets 406 where its Accept header gives weights: application/json;q=0.9 is taken for a type of its own."""

    def read(call: Call) -> Call | Reply:
        if call.body or ";q=" not in call.headers.get("accept", ""):
            return call
        return Reply(406, write({"errorCode": "VALIDATION", "errorMessage": f"only {_JSON} is to be had"}))

    _read_as(server, read, [each for each in server.handlers if each.startswith(("get", "list"))])


@fault("run.created")
def white_space_after_variables_refused(server: Server) -> None:
    """A run gets 400 where there is white space behind its variables."""

    def read(call: Call) -> Call:
        if call.body.strip() and call.body != call.body.rstrip():
            raise Invalid("there is more behind the variables")
        return call

    _read_as(server, read, ("runWorkflow",))


@fault("envelope.schema")
def text_for_whoever_takes_it(server: Server) -> None:
    """Whoever accepts text/plain besides other media types gets every answer as text/plain."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        return replace(reply, media_type="text/plain") if "text/plain" in call.headers.get("accept", "") else reply

    for operation in server.handlers:
        around(server, operation, handle)


FAULTS = (
    charsets_refused,
    chunked_bodies_are_empty,
    encoded_ids_are_unknown,
    encoded_filters_select_nothing,
    weighted_types_not_acceptable,
    white_space_after_variables_refused,
    text_for_whoever_takes_it,
)
