"""The messages of the driver protocol as values, and their form on a line (specs/driver-protocol.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeAlias

import jsonschema_rs

from conformance.contract.paths import specs_dir
from conformance.sdk.driver.errors import ProtocolBroken
from conformance.wire import exact_json
from conformance.wire.pointer import token

SCHEMA = "driver-protocol.schema.json"
ErrorKind: TypeAlias = Literal["http", "connection", "timeout", "decode", "other"]
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Hello:
    """Who the driver is; ``features`` is what it can do: ``concurrency``, ``credentials``."""

    sdk: str
    version: str = ""
    features: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The SDK with its version."""
        return f"{self.sdk} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Credentials:
    """OAuth2 client credentials and where to exchange them for a token."""

    client_id: str
    client_secret: str
    token_url: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``arguments`` by the API's names, the request body as ``body``; ``timeout`` in seconds.

    ``client`` names the instance of the SDK that is to be used.
    """

    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    client: str = "1"
    timeout: float = 10.0
    credentials: Credentials | None = None

    def line(self, number: int, base_url: str) -> bytes:
        """The call as a line of the protocol."""
        message: dict[str, Any] = {
            "type": "call",
            "id": number,
            "operation": self.operation,
            "arguments": dict(self.arguments),
            "baseUrl": base_url,
            "client": self.client,
            "timeout": self.timeout,
        }
        if self.credentials is not None:
            message["credentials"] = {
                "clientId": self.credentials.client_id,
                "clientSecret": self.credentials.client_secret,
                "tokenUrl": self.credentials.token_url,
            }
        return exact_json.encode(message) + b"\n"


@dataclass(frozen=True, slots=True)
class SdkError:
    """An error as the SDK's caller got it."""

    kind: ErrorKind
    status: int | None = None
    code: str | None = None
    message: str | None = None
    text: str | None = None

    def __str__(self) -> str:
        parts = [self.kind, f"status {self.status}" if self.status else "", self.code, self.message or self.text]
        return ", ".join(str(part)[:_SHOWN] for part in parts if part)


@dataclass(frozen=True, slots=True)
class Result:
    """What the SDK's caller got: ``data``, or an error."""

    data: Any = None
    error: SdkError | None = None

    @property
    def ok(self) -> bool:
        """Whether the caller got a success."""
        return self.error is None

    def __str__(self) -> str:
        text = f"an error ({self.error})" if self.error else exact_json.dumps(self.data, escaped=False)
        return text if len(text) <= 2 * _SHOWN else f"{text[: 2 * _SHOWN]}…"


BYE = b'{"type":"bye"}\n'


def read_hello(line: bytes) -> Hello:
    """The first line. Raises ProtocolBroken."""
    message = _message(line, "hello")
    return Hello(message["sdk"], str(message.get("version") or ""), frozenset(message.get("features") or ()))


def read_result(line: bytes) -> tuple[int, Result]:
    """A result with the id of its call. Raises ProtocolBroken."""
    message = _message(line, "result")
    error = message.get("error")
    if error is None:
        return int(message["id"]), Result(message["data"])
    status = error.get("status")
    told = SdkError(
        error["kind"],
        int(status) if status is not None else None,
        error.get("errorCode"),
        error.get("errorMessage"),
        error.get("message"),
    )
    return int(message["id"]), Result(error=told)


def _message(line: bytes, kind: str) -> dict[str, Any]:
    shown = line.decode("utf-8", "replace").strip()[:_SHOWN]
    try:
        message = exact_json.parse(line).value
    except exact_json.NotJson as error:
        raise ProtocolBroken(f"the line {shown!r} is not JSON ({error})") from error
    if not isinstance(message, dict) or message.get("type") != kind:
        raise ProtocolBroken(f"a {kind} was due, and the line {shown!r} came")
    problem = next(iter(_validator(kind).iter_errors(message)), None)
    if problem is not None:
        raise ProtocolBroken(f"the {kind} {shown!r} is not valid: {_said(message, problem)}")
    return message


def _said(message: dict[str, Any], problem: jsonschema_rs.ValidationError) -> str:
    """What is wrong with a message, for the author of a driver who has not read the schema."""
    at = "".join(f"/{token(part)}" for part in problem.instance_path)
    if at == "/protocol":
        return f"it speaks version {exact_json.dumps(message['protocol'])} of the protocol, and this suite version 1"
    if not at and message["type"] == "result" and ("data" in message) == ("error" in message):
        found = "both data and error" if "data" in message else "neither data nor error"
        return f"it has {found}; a result has data for a success, or else error"
    return (f"at {at}, " if at else "") + problem.message[:_SHOWN]


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads((specs_dir() / SCHEMA).read_text(encoding="utf-8"))
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
