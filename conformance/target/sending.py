"""Sending one request through httpx, with the different ways in which it can fail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from conformance.target.pacing.known_end import KnownEnd
from conformance.trace import Failure, Response

# What may stand in a path as it is; the percent sign too, since paths come already encoded.
_PATH_SAFE = "%/:@!$&'()*+,;=-._~\"<>[]\\^`{|}"


@dataclass(slots=True)
class SendResult:
    """What became of a request: a response, or a failure."""

    response: Response | None = None
    failure: Failure | None = None


@dataclass(slots=True)
class ConnectionWatch:
    """Notices, through httpcore's trace extension, whether anything of a request was sent."""

    sending: bool = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:  # noqa: ARG002 - httpcore's signature
        if event.endswith("send_request_headers.started"):
            self.sending = True


def encoded_path(path: str) -> str:
    """The path as it goes out: as given, but for what no request line holds (blank, controls, ``?#``, not ASCII)."""
    return quote(path, safe=_PATH_SAFE, errors="surrogatepass")


def encoded_query(query: tuple[tuple[str, str], ...]) -> str:
    """The query string with its question mark, "" for no query."""
    text = urlencode(query, quote_via=quote, safe="", errors="surrogatepass")
    return f"?{text}" if text else ""


def raw_header(name: str, value: str) -> tuple[bytes, bytes]:
    """A header as bytes: Latin-1 where that is possible, as HTTP/1.1 reads them, UTF-8 otherwise."""
    return name.encode("latin-1", "replace"), _latin(value)


Reader = Callable[[httpx.Response, asyncio.Timeout], Awaitable[Response | Failure]]
"""Reads the body of an answer, and says how it ended."""


async def exchange(
    http: httpx.AsyncClient, request: httpx.Request, timeout_s: float, read: Reader, end: KnownEnd | None = None
) -> SendResult:
    """Send a request and read the answer within ``timeout_s`` seconds, or until its ``end`` if that is earlier.

    Only cancellation is raised.
    """
    watch, begun = ConnectionWatch(), time.monotonic()
    request.extensions["trace"] = watch
    try:
        async with asyncio.timeout(timeout_s) as patience:
            with (end or KnownEnd()).ending(patience):
                answer = await read(await http.send(request, stream=True, follow_redirects=False), patience)
            return SendResult(answer) if isinstance(answer, Response) else SendResult(failure=answer)
    except TimeoutError:
        within = f"within {min(timeout_s, round(time.monotonic() - begun, 1)):g} s"
        kind = f"no complete answer {within}" if watch.sending else f"no connection {within}"
        return SendResult(failure=Failure("timeout" if watch.sending else "refused", kind))
    except (httpx.HTTPError, httpx.StreamError, OSError, ValueError) as error:
        message = str(error) or type(error).__name__
        return SendResult(failure=Failure("protocol" if _was_sent(watch, error) else "refused", message))


def _was_sent(watch: ConnectionWatch, error: Exception) -> bool:
    # What h11 will not write (an illegal header) is a broken request, not an unreachable target.
    return watch.sending or not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | OSError)


def _latin(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
