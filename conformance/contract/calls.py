"""A request before it is sent: what is asked of which operation, and the same as a method, a path and a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """What is asked of an operation, whatever the version of the API.

    ``params`` are the path parameters and ``query`` the pairs of the query, all decoded. ``body``: text that goes out
    as UTF-8, or the bytes to send; None sends none. ``method`` is None for the operation's own.
    """

    action: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    body: str | bytes | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request that only has to be sent.

    ``path`` is percent-encoded and below the API's root; ``query`` is decoded.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str | bytes | None = None

    @property
    def content(self) -> bytes | None:
        """The bytes of the body; a lone surrogate in a text stays one."""
        return self.body.encode("utf-8", "surrogatepass") if isinstance(self.body, str) else self.body
