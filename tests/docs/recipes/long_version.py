"""A fault of the reference server: a very long version."""

from __future__ import annotations

from conformance.reference.faults.fault import around, fault
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import write


@fault("info.short-version", profile="smoke")
def long_version(server: Server) -> None:
    """The version has a hundred letters."""

    async def handle(original: Handler, call: Call) -> Reply:
        await original(call)
        return Reply(200, write({"version": "v" * 100}))

    around(server, "getServerInfo", handle)


FAULTS = (long_version,)
