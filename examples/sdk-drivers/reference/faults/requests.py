"""Clients that send another request than the one asked for."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import httpx

from faults.base import Faulty


class SentIntegersThroughFloats(Faulty):
    """Integers of a request pass through floats."""

    breaks = ("sdk-request.body-integers",)

    def written(self, operation: str, body: Any) -> bytes:
        return json.dumps(json.loads(json.dumps(body), parse_int=lambda text: int(float(text)))).encode()


class FalseLeftOut(Faulty):
    """A query parameter is left out when it is false."""

    breaks = ("sdk-request.wait", "sdk-request.running")

    def query(self, operation: str, given: dict[str, Any]) -> str:
        return super().query(operation, {name: value for name, value in given.items() if value})


class TrueWrittenInCapitals(Faulty):
    """A boolean is sent as Python writes it: True."""

    breaks = ("sdk-request.wait", "sdk-request.running")

    def parameter(self, value: Any) -> str:
        return str(value)


class PathNotEncoded(Faulty):
    """Ids stand in the path as they are, slashes included."""

    breaks = ("sdk-request.path-reserved",)

    def segment(self, value: str) -> str:
        return quote(value, safe="/%?#")


class PathInLatin1(Faulty):
    """Ids are encoded in Latin-1."""

    breaks = ("sdk-request.path-unicode",)

    def segment(self, value: str) -> str:
        return quote(value.encode("latin-1", "replace"), safe="")


class QueryNotEncoded(Faulty):
    """Query parameters are not encoded."""

    breaks = ("sdk-request.workflow-id",)

    def query(self, operation: str, given: dict[str, Any]) -> str:
        pairs = [f"{name}={quote(self.parameter(value), safe='&=+#')}" for name, value in given.items()]
        return f"?{'&'.join(pairs)}" if pairs else ""


class NullForAbsent(Faulty):
    """What was not given is sent as null."""

    breaks = ("sdk-request.body-absent",)

    def written(self, operation: str, body: Any) -> bytes:
        return super().written(operation, {"name": None} | body if operation == "createWorkflow" else body)


class EmptyMapsDropped(Faulty):
    """Empty maps are left out of a request."""

    breaks = ("sdk-request.body-empty-maps", "sdk-request.body")

    def written(self, operation: str, body: Any) -> bytes:
        return super().written(operation, _without_empty(body))


class ControlCharactersDropped(Faulty):
    """Control characters are dropped from a request."""

    breaks = ("sdk-request.body-unicode",)

    def written(self, operation: str, body: Any) -> bytes:
        return re.sub(rb"\\u00[01][0-9a-f]|\\[tnrbf]", b"", super().written(operation, body))


class BodyAsText(Faulty):
    """A body is sent as text/plain."""

    breaks = ("sdk-request.content-type",)

    def content_type(self) -> dict[str, str]:
        return {"content-type": "text/plain"}


class CancelDeletes(Faulty):
    """Cancelling sends DELETE to the instance."""

    breaks = ("sdk-request.operation",)

    def operation(self, operation: str) -> tuple[str, str]:
        return ("DELETE", "/instances/{instanceID}") if operation == "cancelEvent" else super().operation(operation)


class PageSizeAdded(Faulty):
    """Lists are asked for with a page size."""

    breaks = ("sdk-request.no-extra-query",)

    def query(self, operation: str, given: dict[str, Any]) -> str:
        return super().query(operation, given | ({"pageSize": 15} if operation.startswith("list") else {}))


class ReadTwice(Faulty):
    """An instance is read once more after a run."""

    breaks = ("sdk-request.once",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        answer = await super().send(operation, request)
        if operation == "runWorkflow" and answer.is_success:
            await self.http.get(f"{self.base_url}/instances/{answer.json()['data']['id']}")
        return answer


class HiddenRetry(Faulty):
    """A request is sent again when the server answers 5xx."""

    breaks = ("sdk-request.no-hidden-retry",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        answer = await super().send(operation, request)
        return await super().send(operation, request) if answer.status_code >= 500 else answer


class RetryAfterClose(Faulty):
    """A request is sent again when the connection breaks."""

    breaks = ("sdk-request.no-hidden-retry",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        try:
            return await super().send(operation, request)
        except httpx.HTTPError:
            return await super().send(operation, request)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_empty(each) for name, each in value.items() if each != {}}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value
