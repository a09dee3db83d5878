"""Faults of authentication; they show only on a server that asks for it."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from conformance.reference.faults.fault import alter, around, fault
from conformance.reference.service.auth import READ, WRITE
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Forbidden, Invalid, NotFound, Unauthorized
from conformance.reference.wire.exact_json import Json, MalformedJson, read

Check = Callable[[str | None, str], None]
Issue = Callable[[bytes, str | None], Json]


@fault("auth.missing", profile="smoke")
def token_not_needed(server: Server) -> None:
    """A request without a token passes; one with a bad token does not."""

    def make(check: Check) -> Check:
        return lambda authorization, scope: None if authorization is None else check(authorization, scope)

    alter(server.auth, "check", make)


@fault("auth.missing")
def tokens_without_case(server: Server) -> None:
    """Tokens are compared without regard to case."""
    issued: dict[str, str] = {}

    def issuing(issue: Issue) -> Issue:
        def kept(body: bytes, authorization: str | None) -> Json:
            granted = issue(body, authorization)
            issued[granted["access_token"].lower()] = granted["access_token"]
            return granted

        return kept

    def checking(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            scheme, _, token = (authorization or "").partition(" ")
            check(authorization and f"{scheme} {issued.get(token.lower(), token)}", scope)

        return checked

    alter(server.auth, "issue", issuing)
    alter(server.auth, "check", checking)


@fault("auth.missing")
def any_token_will_do(server: Server) -> None:
    """A bearer token that the server never issued passes."""

    def make(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            try:
                check(authorization, scope)
            except Unauthorized:
                if not (authorization or "").lower().startswith("bearer "):
                    raise

        return checked

    alter(server.auth, "check", make)


@fault("auth.scope", profile="smoke")
def scopes_ignored(server: Server) -> None:
    """A token passes whatever its scopes."""

    def make(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            try:
                check(authorization, scope)
            except Forbidden:
                return

        return checked

    alter(server.auth, "check", make)


@fault("auth.scope")
def reading_allows_writing(server: Server) -> None:
    """Every operation asks for the scope of reading only."""

    def make(check: Check) -> Check:
        return lambda authorization, scope: check(authorization, READ if scope == WRITE else scope)

    alter(server.auth, "check", make)


@fault("auth.missing")
def unsigned_tokens_pass(server: Server) -> None:
    """A JWT that says that it is not signed passes."""

    def make(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            header, _, rest = (authorization or "").removeprefix("Bearer ").partition(".")
            if not (rest.endswith(".") and header.startswith(_ALG_NONE)):
                check(authorization, scope)

        return checked

    alter(server.auth, "check", make)


@fault("auth.missing")
def other_schemes_pass(server: Server) -> None:
    """A request with credentials of another scheme than Bearer passes: they are left to somebody else to check."""

    def make(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            if authorization is None or authorization.lower().startswith("bearer"):
                check(authorization, scope)

        return checked

    alter(server.auth, "check", make)


@fault("envelope.no-5xx", tokens=True)
def schemes_alone_crash(server: Server) -> None:
    """Credentials of one word, such as Bearer without a token, get 500: no second word is there to be read."""

    def make(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            if authorization is not None and len(authorization.split()) == 1:
                raise ApiError("index out of range")
            check(authorization, scope)

        return checked

    alter(server.auth, "check", make)


_ALG_NONE = "eyJhbGciOiAibm9uZS"
"""How the base64 of {"alg": "none" begins."""

_REFUSED: ContextVar[ApiError | None] = ContextVar("refused", default=None)


def _put_off(server: Server, answer: Callable[[Handler, Call, ApiError], Awaitable[Reply]]) -> None:
    """Let every operation begin, and have ``answer`` decide about a request that ought to have been refused."""

    def make(check: Check) -> Check:
        def checked(authorization: str | None, scope: str) -> None:
            _REFUSED.set(None)
            try:
                check(authorization, scope)
            except (Unauthorized, Forbidden) as error:
                _REFUSED.set(error)

        return checked

    async def handle(original: Handler, call: Call) -> Reply:
        refused = _REFUSED.get()
        return await (original(call) if refused is None else answer(original, call, refused))

    alter(server.auth, "check", make)
    for operation in list(server.handlers):
        around(server, operation, handle)


@fault("auth.missing")
def accepts_expired_tokens(server: Server) -> None:
    """A token that was issued here passes however long ago it expired."""
    alter(server.auth, "expired", lambda _: lambda _: False)


@fault("auth.missing", "auth.scope")
def refused_but_done(server: Server) -> None:
    """A request without the right token is carried out before it is refused."""

    async def answer(original: Handler, call: Call, refused: ApiError) -> Reply:
        with contextlib.suppress(ApiError):
            await original(call)
        raise refused

    _put_off(server, answer)


@fault("auth.missing", "auth.scope")
def cancelling_unguarded(server: Server) -> None:
    """Nobody needs a token to cancel an instance."""

    async def answer(original: Handler, call: Call, refused: ApiError) -> Reply:
        if call.operation != "cancelEvent":
            raise refused
        return await original(call)

    _put_off(server, answer)


@fault("auth.missing")
def existence_told_without_token(server: Server) -> None:
    """A request without the right token gets 404 when it is about what does not exist, else 401 or 403."""

    async def answer(original: Handler, call: Call, refused: ApiError) -> Reply:
        del original
        ids = (call.path.get(name) for name in ("flowId", "workflowID", "instanceID"))
        if any(each is not None and not server.log.of(each) for each in ids):
            raise NotFound("there is no such thing")
        raise refused

    _put_off(server, answer)


@fault("auth.missing")
def bodies_read_before_tokens(server: Server) -> None:
    """A body that is not JSON gets 400 whatever the token."""

    async def answer(original: Handler, call: Call, refused: ApiError) -> Reply:
        del original
        try:
            read(call.body or b"{}")
        except MalformedJson as error:
            raise Invalid("the body is not JSON") from error
        raise refused

    _put_off(server, answer)


FAULTS = (
    token_not_needed,
    tokens_without_case,
    any_token_will_do,
    scopes_ignored,
    reading_allows_writing,
    unsigned_tokens_pass,
    other_schemes_pass,
    schemes_alone_crash,
    accepts_expired_tokens,
    refused_but_done,
    cancelling_unguarded,
    existence_told_without_token,
    bodies_read_before_tokens,
)
