"""Notes of what a server said, in which ids and timestamps do not matter but their relations do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx

from conformance.reference.wire.exact_json import MalformedJson, read

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Notes:
    """Two sequences of the same exchanges with the same behaviour give equal ``lines``."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self._ids: dict[str, str] = {}
        self._times: dict[str, str] = {}

    def take(self, response: httpx.Response) -> None:
        """Note an answer."""
        body = _body(response.content)
        path = str(response.request.url.path)
        announced = response.status_code == 204 and "content-length" in response.headers
        kind = (response.status_code, response.headers.get("content-type"), announced)
        self.lines.append((kind, self._plain(body, path), list(_disorders(body))))

    def _plain(self, value: Any, where: str) -> Any:
        if isinstance(value, dict):
            owner = value["id"] if _ID.fullmatch(str(value.get("id"))) else where
            # That an instance's updatedAt moves on is right, and when it does so a matter of luck.
            stable = value.keys() - ({"updatedAt"} if "workflowID" in value else set())
            return {key: self._plain(item, f"{owner}/{key}") for key, item in value.items() if key in stable}
        if isinstance(value, list):
            return [self._plain(item, f"{where}/{number}") for number, item in enumerate(value)]
        return self._text(value, where) if isinstance(value, str) else value

    def _text(self, value: str, where: str) -> str:
        if _TIMESTAMP.fullmatch(value):
            first = self._times.setdefault(where, value)
            return "a time" if first == value else "another time"
        return _ID.sub(lambda match: self._ids.setdefault(match[0], f"id {len(self._ids)}"), value)


def _body(content: bytes) -> Any:
    try:
        return read(content)
    except MalformedJson:
        return content.decode()


def _disorders(value: Any) -> Iterator[bool]:
    if isinstance(value, list):
        for item in value:
            yield from _disorders(item)
    elif isinstance(value, dict):
        yield from (True for earlier, later in _ordered(value) if earlier and later and earlier > later)
        for item in value.values():
            yield from _disorders(item)


def _ordered(value: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Pairs of timestamps of one object of which the first must not be after the second."""
    status = value.get("status") or []
    pairs = [(value.get("createdAt"), value.get("updatedAt")), (value.get("startedAt"), value.get("terminatedAt"))]
    pairs += [(value.get("createdAt"), entry.get("startedAt")) for entry in status]
    pairs += [(entry.get("terminatedAt"), value.get("terminatedAt")) for entry in status]
    return pairs + [(before.get("terminatedAt"), after.get("startedAt")) for before, after in pairwise(status)]
