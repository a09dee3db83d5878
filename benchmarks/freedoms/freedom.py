"""What a freedom is: one change of form that the API leaves to a server, and the hooks by which it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.wire import Wire
from conformance.reference.options import ServerOptions
from conformance.reference.service.server import Server

OnServer = Callable[[Server, Random], None]
OnAnswer = Callable[[Answer, Asked], None]
OnWire = Callable[[Wire], Wire]
Gate = Callable[[Asked], Answer | None]
OnPath = Callable[[str], str]


@dataclass(frozen=True)
class Freedom:
    """A change of form that a correct server may show.

    ``summary`` says what it does, ``basis`` why it is legal. Of the freedoms of one ``kind`` a server has one at most;
    "" is no kind. ``options`` are those of the reference server that differ. ``on_server`` alters an assembled server,
    ``on_answer`` an answer before it is written, ``on_wire`` how it is sent. ``gate`` may answer instead of the server,
    which then does not see the request; ``on_path`` rewrites the path that the server sees. ``slow``: a run takes
    minutes.
    """

    name: str
    summary: str
    basis: str
    kind: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    on_server: OnServer | None = None
    on_answer: OnAnswer | None = None
    on_wire: OnWire | None = None
    gate: Gate | None = None
    on_path: OnPath | None = None
    slow: bool = False


def _named(function: Callable[..., Any]) -> tuple[str, str]:
    return function.__name__.strip("_").replace("_", "-"), (function.__doc__ or "").strip()


def of_server(basis: str, kind: str = "", *, slow: bool = False) -> Callable[[OnServer], Freedom]:
    """Make a Freedom of a function that alters an assembled server; its name and docstring name and tell it."""
    return lambda function: Freedom(*_named(function), basis, kind, on_server=function, slow=slow)


def of_answer(basis: str, kind: str = "") -> Callable[[OnAnswer], Freedom]:
    """Make a Freedom of a function that alters an answer."""
    return lambda function: Freedom(*_named(function), basis, kind, on_answer=function)


def of_wire(basis: str, kind: str = "") -> Callable[[OnWire], Freedom]:
    """Make a Freedom of a function that gives another way to send answers."""
    return lambda function: Freedom(*_named(function), basis, kind, on_wire=function)


def of_gate(basis: str, kind: str = "") -> Callable[[Gate], Freedom]:
    """Make a Freedom of a function that answers some requests before the server sees them."""
    return lambda function: Freedom(*_named(function), basis, kind, gate=function)


def of_path(basis: str, kind: str = "") -> Callable[[OnPath], Freedom]:
    """Make a Freedom of a function that gives the path which the server sees."""
    return lambda function: Freedom(*_named(function), basis, kind, on_path=function)


def of_options(name: str, summary: str, basis: str, kind: str = "", *, slow: bool = False, **options: Any) -> Freedom:
    """A Freedom that is a matter of options of the reference server."""
    return Freedom(name, summary, basis, kind, options, slow=slow)


def options_with(freedoms: Iterable[Freedom], **others: Any) -> ServerOptions:
    """Options of a server that takes these freedoms."""
    taken: dict[str, Any] = dict(others)
    for freedom in freedoms:
        taken |= freedom.options
    return ServerOptions(**taken)
