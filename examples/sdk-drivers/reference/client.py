"""A small client of the orchestration API, written by hand: what the demonstration driver drives.

Each step of a call is a method of its own, so that `faults.py` can get one of them wrong.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

OPERATIONS: dict[str, tuple[str, str]] = {
    "getServerInfo": ("GET", "/_info"),
    "listWorkflows": ("GET", "/workflows"),
    "createWorkflow": ("POST", "/workflows"),
    "getWorkflow": ("GET", "/workflows/{flowId}"),
    "deleteWorkflow": ("DELETE", "/workflows/{flowId}"),
    "runWorkflow": ("POST", "/workflows/{workflowID}/instances"),
    "listInstances": ("GET", "/instances"),
    "getInstance": ("GET", "/instances/{instanceID}"),
    "sendEvent": ("POST", "/instances/{instanceID}/events"),
    "cancelEvent": ("PUT", "/instances/{instanceID}/abort"),
    "getInstanceHistory": ("GET", "/instances/{instanceID}/history"),
    "getInstanceStageHistory": ("GET", "/instances/{instanceID}/stages/{number}/history"),
}
QUERY = ("wait", "workflowID", "running")


@dataclass
class ClientError(Exception):
    """What a caller gets when a call fails; ``kind`` is one of the driver protocol's."""

    kind: str
    status: int | None = None
    code: str | None = None
    message: str | None = None
    text: str = ""


@dataclass
class Credentials:
    """OAuth2 client credentials."""

    client_id: str
    client_secret: str
    token_url: str


class Client:
    """A client of one server; its calls may run at the same time. Raises ClientError."""

    follow_redirects = False

    def __init__(self, base_url: str, credentials: Credentials | None = None) -> None:
        self.base_url = base_url
        self.credentials = credentials
        self.http = httpx.AsyncClient(trust_env=False, timeout=None, follow_redirects=self.follow_redirects)
        self.token: tuple[str, float] | None = None
        self.fetching = asyncio.Lock()

    async def call(self, operation: str, arguments: dict[str, Any], timeout: float) -> Any:
        """The data of a good answer, None where it has none."""
        try:
            async with asyncio.timeout(self.patience(timeout)):
                answer = await self.exchange(operation, arguments)
        except TimeoutError:
            raise ClientError("timeout", text=f"no answer within {timeout} s") from None
        except httpx.HTTPError as error:
            raise ClientError("connection", text=str(error)) from error
        return self.outcome(operation, answer)

    def patience(self, timeout: float) -> float:
        """Seconds to wait for an answer."""
        return timeout

    async def exchange(self, operation: str, arguments: dict[str, Any]) -> httpx.Response:
        """Send the request, and again with a new token when the server does not take the one that it got."""
        answer = await self.send(operation, await self.request(operation, arguments))
        if answer.status_code == 401 and self.credentials is not None:
            self.token = None
            answer = await self.send(operation, await self.request(operation, arguments))
        return answer

    async def request(self, operation: str, arguments: dict[str, Any]) -> httpx.Request:
        """The request of a call."""
        method, template = self.operation(operation)
        path = template
        for name, value in arguments.items():
            path = path.replace(f"{{{name}}}", self.segment(str(value)))
        given = {name: arguments[name] for name in QUERY if name in arguments and f"{{{name}}}" not in template}
        headers = self.headers() | await self.authorization()
        content = None
        if "body" in arguments:
            content = self.written(operation, arguments["body"])
            headers |= self.content_type()
        return self.http.build_request(
            method, f"{self.base_url}{path}{self.query(operation, given)}", content=content, headers=headers
        )

    def operation(self, operation: str) -> tuple[str, str]:
        """Method and path template."""
        return OPERATIONS[operation]

    def segment(self, value: str) -> str:
        """A path parameter, encoded."""
        return quote(value, safe="")

    def query(self, operation: str, given: dict[str, Any]) -> str:
        """The query string with its question mark."""
        pairs = [f"{name}={quote(self.parameter(value), safe='')}" for name, value in given.items()]
        return f"?{'&'.join(pairs)}" if pairs else ""

    def parameter(self, value: Any) -> str:
        """A query parameter as text."""
        return str(value).lower() if isinstance(value, bool) else str(value)

    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {"accept": "application/json"}

    def content_type(self) -> dict[str, str]:
        """The headers of a request with a body."""
        return {"content-type": "application/json"}

    def written(self, operation: str, body: Any) -> bytes:
        """The body of a request."""
        return json.dumps(body).encode()

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        """Send a request, and read the whole answer."""
        return await self.http.send(request)

    async def authorization(self) -> dict[str, str]:
        """The header with the token, fetched when there is none or the one there is has expired."""
        if self.credentials is None:
            return {}
        async with self.fetching:
            if self.token is None or self.expired(self.token[1]):
                self.token = await self.fetched(self.credentials)
            return {"authorization": f"Bearer {self.token[0]}"}

    def expired(self, end: float) -> bool:
        """Whether a token that is good until ``end`` on the monotonic clock is none any more."""
        return time.monotonic() >= end

    async def fetched(self, credentials: Credentials) -> tuple[str, float]:
        """A new token, and the end of its life on the monotonic clock."""
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        answer = await self.http.post(credentials.token_url, data=form)
        given = answer.json()
        return str(given["access_token"]), time.monotonic() + float(given.get("expires_in", 3600))

    def outcome(self, operation: str, answer: httpx.Response) -> Any:
        """What the caller gets of an answer."""
        if not answer.is_success:
            raise self.refusal(answer)
        if not answer.content:
            return None
        try:
            value = self.read(answer)
        except ValueError as error:
            raise ClientError("decode", answer.status_code, text=str(error)) from error
        return self.decoded(operation, value if operation == "getServerInfo" else value["data"])

    def refusal(self, answer: httpx.Response) -> ClientError:
        """The error of a refusal; its body may be an Error or anything else."""
        try:
            error = answer.json()
        except ValueError:
            error = None
        error = error if isinstance(error, dict) else {}
        return ClientError("http", answer.status_code, error.get("errorCode"), error.get("errorMessage"))

    def read(self, answer: httpx.Response) -> Any:
        """The JSON of a good answer. Raises ValueError."""
        return answer.json()

    def decoded(self, operation: str, data: Any) -> Any:
        """The caller's data."""
        return data
