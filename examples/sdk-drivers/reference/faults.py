"""Clients that get one thing wrong, each of a kind that generated clients have. ``breaks`` names what finds it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, ClassVar
from urllib.parse import quote

import httpx
from client import Client, ClientError, Credentials


class Faulty(Client):
    """The base of all of them."""

    breaks: ClassVar[tuple[str, ...]] = ()


class _Changing(Faulty):
    """One that changes what it has read, value by value; ``change`` gets the key that a value stands under."""

    def decoded(self, operation: str, data: Any) -> Any:
        return self.walk("", data)

    def walk(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self.change(key, {name: self.walk(name, each) for name, each in value.items()})
        if isinstance(value, list):
            return self.change(key, [self.walk(key, each) for each in value])
        return self.change(key, value)

    def change(self, key: str, value: Any) -> Any:
        return value


class IntegersThroughFloats(_Changing):
    """Integers pass through floats, so that big ones are rounded."""

    breaks = ("sdk-answer.integers",)

    def change(self, key: str, value: Any) -> Any:
        return int(float(value)) if type(value) is int else value


class IntegersCutTo64Bits(_Changing):
    """Integers wrap around at 64 bits."""

    breaks = ("sdk-answer.integers",)

    def change(self, key: str, value: Any) -> Any:
        return value & (2**63 - 1) if type(value) is int else value


class SentIntegersThroughFloats(Faulty):
    """Integers of a request pass through floats."""

    breaks = ("sdk-request.body-integers",)

    def written(self, operation: str, body: Any) -> bytes:
        return json.dumps(json.loads(json.dumps(body), parse_int=lambda text: int(float(text)))).encode()


class FieldDropped(_Changing):
    """The error of an instance, or of an entry, is dropped."""

    breaks = ("sdk-answer.instance", "sdk-answer.history")

    def change(self, key: str, value: Any) -> Any:
        return {name: each for name, each in value.items() if name != "error"} if isinstance(value, dict) else value


class UpdatedAtDropped(_Changing):
    """updatedAt is not a field of the model."""

    breaks = ("sdk-answer.workflow", "sdk-answer.instance")

    def change(self, key: str, value: Any) -> Any:
        return {name: each for name, each in value.items() if name != "updatedAt"} if isinstance(value, dict) else value


class StageReadAsSend(Faulty):
    """Every stage of a history is decoded as a send, the first kind of the union."""

    breaks = ("sdk-answer.stage-kinds",)

    def decoded(self, operation: str, data: Any) -> Any:
        if operation == "getInstanceHistory":
            known = ("amount", "destination", "source", "metadata", "timestamp")
            for entry in data:
                entry["input"] = {name: each for name, each in entry["input"].items() if name in known}
        return data


class StageReadAsDelay(Faulty):
    """An update is decoded as a delay."""

    breaks = ("sdk-answer.stage-kinds",)

    def decoded(self, operation: str, data: Any) -> Any:
        for entry in data if operation == "getInstanceHistory" else ():
            if entry["name"] == "RunUpdate":
                entry["input"] = {"duration": "0s"}
        return data


class ActivityOutputLost(Faulty):
    """The outputs of activities are not read."""

    breaks = ("sdk-answer.activity-output",)

    def decoded(self, operation: str, data: Any) -> Any:
        for entry in data if operation == "getInstanceStageHistory" else ():
            entry.pop("output", None)
        return data


class ActivityInputEmptied(Faulty):
    """The input of an activity comes as an empty object."""

    breaks = ("sdk-answer.activity-input",)

    def decoded(self, operation: str, data: Any) -> Any:
        for entry in data if operation == "getInstanceStageHistory" else ():
            entry["input"] = {name: {} for name in entry["input"]}
        return data


class StagesEmptied(_Changing):
    """The stages of a configuration come as empty maps."""

    breaks = ("sdk-answer.configuration",)

    def change(self, key: str, value: Any) -> Any:
        return {name: {} for name in value} if key == "stages" and isinstance(value, dict) else value


class TimesCutToSeconds(_Changing):
    """Times are cut to whole seconds."""

    breaks = ("sdk-answer.instants",)

    def change(self, key: str, value: Any) -> Any:
        timed = key.endswith("At") and isinstance(value, str)
        return re.sub(r"(:\d\d)\.\d+", r"\1", value) if timed else value


class OffsetsIgnored(_Changing):
    """The offset of a time is taken for UTC."""

    breaks = ("sdk-tolerance.timestamps",)

    def change(self, key: str, value: Any) -> Any:
        timed = key.endswith("At") and isinstance(value, str)
        return re.sub(r"[+-]\d\d:\d\d$", "Z", value) if timed else value


class LastElementLost(Faulty):
    """The last element of a list is lost."""

    breaks = ("sdk-answer.lists",)

    def decoded(self, operation: str, data: Any) -> Any:
        return data[:-1] if isinstance(data, list) else data


class ListsCutAtHundred(Faulty):
    """Lists are cut after a hundred elements."""

    breaks = ("sdk-tolerance.long-lists",)

    def decoded(self, operation: str, data: Any) -> Any:
        return data[:100] if isinstance(data, list) else data


class OnlyPerfectLists(Faulty):
    """A list is decoded only if each of its elements is perfect."""

    breaks = ("sdk-tolerance.odd-element",)

    def decoded(self, operation: str, data: Any) -> Any:
        for each in data if isinstance(data, list) else ():
            texts = [each[name] for name in ("updatedAt", "createdAt", "name") if name in each]
            times = [each[name] for name in ("createdAt", "updatedAt") if name in each]
            if not all(isinstance(text, str) for text in texts) or "soon" in times or each.get("terminated", 1) is None:
                raise ClientError("decode", 200, text="an element is not valid")
        return data


class UnknownFieldsRefused(Faulty):
    """A field that the model does not have is a decoding error."""

    breaks = ("sdk-tolerance.unknown-fields",)

    def decoded(self, operation: str, data: Any) -> Any:
        if "addedLater" in json.dumps(data):
            raise ClientError("decode", 200, text="unknown field addedLater")
        return data


class OptionalsDemanded(Faulty):
    """An instance without status is a decoding error."""

    breaks = ("sdk-tolerance.absent-optionals",)

    def decoded(self, operation: str, data: Any) -> Any:
        if operation == "getInstance" and "status" not in data:
            raise ClientError("decode", 200, text="status is missing")
        return data


class MediaTypeCompared(Faulty):
    """The content type must be application/json, letter by letter."""

    breaks = ("sdk-tolerance.media-type",)

    def read(self, answer: httpx.Response) -> Any:
        if answer.headers.get("content-type") != "application/json":
            raise ValueError("unexpected content type")
        return answer.json()


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


class ErrorSwallowed(Faulty):
    """A 404 is an empty result."""

    breaks = ("sdk-error.status",)

    def outcome(self, operation: str, answer: httpx.Response) -> Any:
        return None if answer.status_code == 404 else super().outcome(operation, answer)


class StatusLost(Faulty):
    """Errors have no status."""

    breaks = ("sdk-error.status",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        error.status = None
        return error


class CodeLost(Faulty):
    """Errors have no errorCode."""

    breaks = ("sdk-error.code",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        error.code = None
        return error


class MessageGeneric(Faulty):
    """Every error says the same."""

    breaks = ("sdk-error.message",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        error.message = "API error occurred"
        return error


class ErrorMustBeJson(Faulty):
    """A refusal that is not JSON is a decoding error without a status."""

    breaks = ("sdk-error.html", "sdk-error.empty-body")

    def refusal(self, answer: httpx.Response) -> ClientError:
        try:
            answer.json()
        except ValueError:
            return ClientError("decode", text="the body is not JSON")
        return super().refusal(answer)


class UnknownCodeRefused(Faulty):
    """An errorCode outside the enumeration is a decoding error."""

    breaks = ("sdk-error.unknown-code",)

    def refusal(self, answer: httpx.Response) -> ClientError:
        error = super().refusal(answer)
        known = error.code in (None, "VALIDATION", "NOT_FOUND", "INTERNAL")
        return error if known else ClientError("decode", text="unknown errorCode")


class ClosedIsEmpty(Faulty):
    """A connection that breaks gives an empty result."""

    breaks = ("sdk-error.closed",)

    async def call(self, operation: str, arguments: dict[str, Any], timeout: float) -> Any:
        try:
            return await super().call(operation, arguments, timeout)
        except ClientError as error:
            if error.kind == "connection":
                return None
            raise


class TimeoutIsConnection(Faulty):
    """A timeout is not told apart from a broken connection."""

    breaks = ("sdk-error.no-answer",)

    async def call(self, operation: str, arguments: dict[str, Any], timeout: float) -> Any:
        try:
            return await super().call(operation, arguments, timeout)
        except ClientError as error:
            error.kind = "connection" if error.kind == "timeout" else error.kind
            raise


class TenSecondsOnly(Faulty):
    """No call may take longer than ten seconds, whatever its caller says."""

    breaks = ("sdk-client.long-wait",)

    def patience(self, timeout: float) -> float:
        return min(timeout, 10.0)


class ConnectionsMixedUp(Faulty):
    """Of calls at the same time, each gets the answer that came last."""

    breaks = ("sdk-client.no-mixing",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        self.last = await super().send(operation, request)
        await asyncio.sleep(0.02)
        return self.last


class LastBaseUrlWins(Faulty):
    """The base URL is shared by all clients of the process, and the last one wins."""

    breaks = ("sdk-client.second-client",)
    shared: ClassVar[dict[str, str]] = {}

    def __init__(self, base_url: str, credentials: Credentials | None = None) -> None:
        super().__init__(base_url, credentials)
        self.shared["url"] = base_url

    async def request(self, operation: str, arguments: dict[str, Any]) -> httpx.Request:
        self.base_url = self.shared["url"]
        return await super().request(operation, arguments)


class FirstHeaderWins(Faulty):
    """The headers of the first request are used for ever, its token included."""

    breaks = ("sdk-client.token-renewed", "sdk-client.token-after-401")

    async def authorization(self) -> dict[str, str]:
        self.first = getattr(self, "first", None) or await super().authorization()
        return self.first


class TokenForEachCall(Faulty):
    """A token is fetched for every call."""

    breaks = ("sdk-client.token-once",)

    def expired(self, end: float) -> bool:
        return True


class TokenFollowsRedirect(Faulty):
    """Redirects are followed with the token, wherever they lead."""

    breaks = ("sdk-client.token-other-host",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        answer = await super().send(operation, request)
        if not answer.is_redirect:
            return answer
        return await self.http.get(
            answer.headers["location"], headers={"authorization": request.headers["authorization"]}
        )


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_empty(each) for name, each in value.items() if each != {}}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


FAULTS: dict[str, type[Faulty]] = {
    _kebab(found.__name__): found
    for found in list(globals().values())
    if isinstance(found, type) and issubclass(found, Faulty) and found.breaks
}
"""The faulty clients by name."""
