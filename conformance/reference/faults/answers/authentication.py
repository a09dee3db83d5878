"""Faults of authentication; they show only on a server that asks for it."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.faults.fault import alter, fault
from conformance.reference.service.auth import READ, WRITE
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Forbidden, Unauthorized

Check = Callable[[str | None, str], None]


@fault("auth.missing", profile="smoke")
def token_not_needed(server: Server) -> None:
    """A request without a token passes; one with a bad token does not."""

    def make(check: Check) -> Check:
        return lambda authorization, scope: None if authorization is None else check(authorization, scope)

    alter(server.auth, "check", make)


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


FAULTS = (token_not_needed, any_token_will_do, scopes_ignored, reading_allows_writing)
