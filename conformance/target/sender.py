"""The protocol of everything that sends requests, so that an SDK's driver can stand where the HTTP client stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypedDict, Unpack

from conformance.contract.calls import PreparedRequest
from conformance.target.authentication.presenting import Presented
from conformance.target.forms import Form
from conformance.target.pacing.known_end import KnownEnd
from conformance.target.pacing.run_gate import Place
from conformance.trace import Exchange


class RequestOptions(TypedDict, total=False):
    """What a request may carry besides method and path.

    ``query``: decoded pairs. ``body``: bytes, sent as they are. ``headers``: pairs that replace the configured ones of
    the same name. ``content_type``: default application/json where there is a body; None for no header. ``timeout_s``:
    patience in seconds, default the target's; ``expected_wait_s`` comes on top, for answers that rightly take long.
    ``refused``: a token to send in the place of the target's own, and of any configured header that may let the request
    in. ``place``: that of a run which has had its turn at the gate; whoever sends it gives the place back. ``behind``:
    how many waiting runs may go before one that has none, default 0. ``repeat``: whether it is sent again at once when
    its answer is lost, as a read always is; default False. ``known_end`` may bound the wait for the answer. ``forms``:
    how HTTP writes it.
    """

    query: Sequence[tuple[str, str]]
    body: bytes | None
    headers: Sequence[tuple[str, str]]
    content_type: str | None
    step: int | None
    timeout_s: float | None
    expected_wait_s: float
    refused: Presented | None
    place: Place | None
    behind: int
    repeat: bool
    known_end: KnownEnd
    forms: Collection[Form]


def patience_s(options: RequestOptions, usual_s: float) -> float:
    """How long an answer is waited for; ``usual_s`` where the options do not say."""
    given = options.get("timeout_s")
    return (usual_s if given is None else given) + options.get("expected_wait_s", 0.0)


class Sender(Protocol):
    """Sends requests to one target and records each as an exchange under its ``name``."""

    name: str

    @property
    def url(self) -> str:
        """The URL of the API's root."""
        ...

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Exchange:
        """Send one request. What goes wrong with the target is in ``exchange.failure``. Raises TokenRefused."""
        ...

    async def warm(self) -> Exchange:
        """Get ready to send without delay, with one recorded request for the server's version."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


async def send(sender: Sender, prepared: PreparedRequest, **options: Unpack[RequestOptions]) -> Exchange:
    """Send a prepared request. Raises TokenRefused."""
    asked: RequestOptions = {**options, "query": prepared.query, "body": prepared.content}
    return await sender.request(prepared.method, prepared.path, **asked)
