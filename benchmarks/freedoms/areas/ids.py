"""Ids of other forms: the API calls them strings, and nothing more."""

from __future__ import annotations

import base64
import os
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random

from benchmarks.freedoms.freedom import Freedom, of_server
from conformance.reference.faults.fault import around
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid

_BASIS = "an id is a string of any form (schemas: id! string)"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SPECIAL = "-_=~.:"
_PATHS = ("flowId", "workflowID", "instanceID")
_ids = of_server(_BASIS, "ids")


def _given(server: Server, make: Callable[[], str]) -> None:
    server.engine.new_id = make  # type: ignore[method-assign]


@_ids
def ids_in_upper_case(server: Server, chance: Random) -> None:
    """UUIDs in upper case."""
    del chance
    _given(server, lambda: str(uuid.uuid4()).upper())


@_ids
def ids_of_time(server: Server, chance: Random) -> None:
    """UUIDs of version 7, which begin with the time."""

    def make() -> str:
        drawn = (time.time_ns() // 1_000_000) << 80 | chance.getrandbits(80)
        version = drawn & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62
        return str(uuid.UUID(int=version))

    _given(server, make)


@_ids
def ids_without_dashes(server: Server, chance: Random) -> None:
    """UUIDs as 32 hexadecimal digits."""
    del chance
    _given(server, lambda: uuid.uuid4().hex)


@_ids
def ulids(server: Server, chance: Random) -> None:
    """ULIDs."""

    def make() -> str:
        number = (time.time_ns() // 1_000_000) << 80 | chance.getrandbits(80)
        return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))

    _given(server, make)


@_ids
def counted_ids(server: Server, chance: Random) -> None:
    """Integers, counted up, as strings."""
    counted = count(chance.randrange(1, 5000))
    _given(server, lambda: str(next(counted)))


@_ids
def snowflakes(server: Server, chance: Random) -> None:
    """Integers of 19 digits, as strings: the time, and a number."""
    counted = count(chance.randrange(4096))
    _given(server, lambda: str((time.time_ns() // 1_000_000) << 22 | next(counted) & 0x3FFFFF))


@_ids
def ids_with_a_prefix(server: Server, chance: Random) -> None:
    """A prefix and 24 letters and digits."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    _given(server, lambda: "orc_" + "".join(chance.choices(letters, k=24)))


@_ids
def ids_of_special_letters(server: Server, chance: Random) -> None:
    """base64url with padding, and other letters that a path takes as they are."""

    def make() -> str:
        text = base64.urlsafe_b64encode(os.urandom(16)).decode()
        return text[:10] + "".join(chance.choices(_SPECIAL, k=3)) + text[10:]

    _given(server, make)


@_ids
def long_ids(server: Server, chance: Random) -> None:
    """160 hexadecimal digits."""
    _given(server, lambda: f"{chance.getrandbits(640):0160x}")


@_ids
def ids_to_be_escaped(server: Server, chance: Random) -> None:
    """A URN with a space, a percent sign and letters beyond ASCII, all of which a path must escape."""
    del chance
    _given(server, lambda: f"flow é%20 {uuid.uuid4()}")


def _with_ids(server: Server, change: Callable[[str], str]) -> None:
    for operation in server.handlers:

        async def handle(original: Handler, call: Call) -> Reply:
            path = {key: change(value) if key in _PATHS else value for key, value in call.path.items()}
            return await original(replace(call, path=path))

        around(server, operation, handle)


@of_server("ids not of the server's own form: 400 or 404 (left open)", "foreign ids")
def refuses_foreign_ids(server: Server, chance: Random) -> None:
    """An id of another form than the server's gets 400, save those that it holds since it had another form."""
    del chance

    def check(value: str) -> str:
        if not server.log.of(value) and _form(value) != _form(server.engine.new_id()):
            raise Invalid("this is not the form of an id")
        return value

    _with_ids(server, check)


def _form(value: str) -> str:
    """A UUID of any version is one; else digits and letters of any kind, in the places where they are."""
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        return "uuid"
    return re.sub(r"\d+", "0", value) if value.isdigit() else str(len(value))


@of_server("a UUID is one value however it is written; the form is the server's to choose", "foreign ids")
def reads_uuids_of_any_form(server: Server, chance: Random) -> None:
    """A UUID in upper case, without dashes, in braces or as a URN names the same thing."""
    del chance

    def canonical(value: str) -> str:
        try:
            own = str(uuid.UUID(value))
        except ValueError:
            return value
        return own if server.engine.new_id().islower() else own.upper()

    _with_ids(server, canonical)


FREEDOMS: tuple[Freedom, ...] = (
    ids_in_upper_case,
    ids_of_time,
    ids_without_dashes,
    ulids,
    counted_ids,
    snowflakes,
    ids_with_a_prefix,
    ids_of_special_letters,
    long_ids,
    ids_to_be_escaped,
    refuses_foreign_ids,
    reads_uuids_of_any_form,
)
