"""Credentials of a request: those that the target accepts, and those that it must refuse."""

from __future__ import annotations

import asyncio
import base64
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from conformance.target.authentication.jwt import altered, foreign, unsigned
from conformance.target.authentication.tokens import TokenSource
from conformance.target.config import READ_SCOPE, WRITE_SCOPE
from conformance.trace import TokenKind
from conformance.wire.redaction import REDACTED, is_credential

Header = tuple[str, str, bool]
"""Name, value, and whether the value is a secret."""

LEEWAY_S = 75.0
"""For how many seconds a token may still be accepted once it has expired: libraries allow clocks to differ by 60 s."""

QUERY_NAME = "access_token"

_LONGEST_WAIT_S = 20.0
_MOMENT_S = 0.2


@dataclass(frozen=True, slots=True)
class Presented:
    """A token to be refused: what follows the scheme in the Authorization header, or a parameter of the query."""

    kind: TokenKind
    token: str | None = field(default=None, repr=False)
    in_query: bool = False
    scheme: str = "Bearer"


async def presented(tokens: TokenSource, kind: TokenKind) -> Presented | None:
    """A token of a kind; None where there is none to be had. One that soon expires is waited for.

    Raises TokenRefused and UnreadableToken.
    """
    if kind in ("absent", "garbage"):
        return Presented(kind, None if kind == "absent" else uuid.uuid4().hex)
    if kind == "other-scheme":
        made_up = f"nobody:{uuid.uuid4().hex}".encode()
        return Presented(kind, base64.b64encode(made_up).decode(), scheme="Basic")
    if kind == "scheme-alone":
        return Presented(kind, "")
    if kind in ("read-only", "write-only"):
        narrow = await tokens.narrow(READ_SCOPE if kind == "read-only" else WRITE_SCOPE)
        return None if narrow is None else Presented(kind, narrow)
    if kind in ("expired", "lapsed"):
        return await _expired(tokens)
    own = await tokens.bearer()
    if kind == "foreign":
        return Presented(kind, foreign(own))
    if kind == "unsigned":
        return Presented(kind, unsigned(own))
    if own is None:
        return None
    if kind == "other-case":
        other = own.swapcase()
        return Presented(kind, other) if other != own else None
    return Presented(kind, own, in_query=True) if kind == "in-query" else Presented(kind, altered(own))


async def _expired(tokens: TokenSource) -> Presented | None:
    first = tokens.first_to_expire()
    if first is None:
        return None
    just, long = (moment - first.expired_for(time.time()) for moment in (_MOMENT_S, LEEWAY_S + _MOMENT_S))
    if time.monotonic() + long > tokens.patient_until:
        if just > _LONGEST_WAIT_S:
            return None
        long = just
    await asyncio.sleep(max(0.0, long))
    return Presented("expired" if first.expired_for(time.time()) > LEEWAY_S else "lapsed", first.token)


def common_headers(configured: Mapping[str, str], token: str | None, refused: Presented | None) -> list[Header]:
    """The token and the configured headers; with a token to be refused none that may let the request in."""
    if refused is not None:
        kept = [(name, value, True) for name, value in configured.items() if not is_credential(name)]
        shown_token = None if refused.in_query else refused.token
        return [
            *([("authorization", f"{refused.scheme} {shown_token}".rstrip(), True)] if shown_token is not None else []),
            *kept,
        ]
    given = [(name, value, True) for name, value in configured.items()]
    return [("authorization", f"Bearer {token}", True), *given] if token else given


def shown(headers: Sequence[Header]) -> tuple[tuple[str, str], ...]:
    """The headers as an exchange keeps them: a secret is replaced, the scheme of a token stays."""
    return tuple((name, _shown(name, value) if secret else value) for name, value, secret in headers)


def _shown(name: str, value: str) -> str:
    return f"{value.split(' ', maxsplit=1)[0]} {REDACTED}" if name == "authorization" else REDACTED
