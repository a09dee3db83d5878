"""What a behaviour is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.hostile.handling import Handling

Act = Callable[[Handling], Awaitable[bool | None]]
"""Answers a request in its way; False: the connection ends after it."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A way to misbehave. ``violates``: a client can prove by it that the server violates the API.

    Where it does not, whoever says that a requirement failed raises a false alarm: it may be chance, a gateway's doing,
    or allowed. ``seldom``: a few requests do not prove it, since it may be chance, but for the requirements in
    ``proven``, which fail where an answer comes so far. ``tls``: the certificate of a server that speaks TLS, or tries
    to.
    """

    name: str
    act: Act
    about: str
    violates: bool = True
    seldom: bool = False
    proven: tuple[str, ...] = ()
    tls: str = ""
