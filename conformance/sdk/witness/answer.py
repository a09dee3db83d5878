"""An answer as the witness gives it, legal or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from conformance.trace.exchange import Headers
from conformance.wire import exact_json

JSON_TYPE: Headers = (("content-type", "application/json"),)
Fate: TypeAlias = Literal["answer", "close", "silence"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, ``delay`` seconds after the request.

    ``fate`` "close" closes the connection without an answer, "silence" leaves it open and says nothing. ``chunked``
    sends the body in chunks, ``gzip`` compresses it if the client's Accept-Encoding asks for that.
    """

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    delay: float = 0.0
    fate: Fate = "answer"
    chunked: bool = False
    gzip: bool = False

    def but(self, **changes: Any) -> Answer:
        """The same with some fields changed."""
        return replace(self, **changes)


def json_answer(status: int, value: Any, headers: Headers = JSON_TYPE) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, headers, exact_json.dumps(value, escaped=False).encode("utf-8"))


def success_answer(operation: str, status: int, data: Any) -> Answer:
    """The good answer of an operation with this data, in the form that the operation has."""
    if status == 204:
        return Answer(status)
    return json_answer(status, data if operation == "getServerInfo" else {"data": data})
