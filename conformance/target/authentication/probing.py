"""Whether a target demands tokens, and whether one for a single scope can be had."""

from __future__ import annotations

from conformance.contract.calls import Call
from conformance.target.authentication.presenting import presented
from conformance.target.config import READ_SCOPE, WRITE_SCOPE
from conformance.target.sender import Sender, send
from conformance.target.target import Target
from conformance.trace import TokenKind

_BAD: tuple[TokenKind, ...] = ("absent", "garbage", "foreign")


async def guards(target: Target, client: Sender) -> frozenset[str]:
    """The features `auth` and `scopes`, as far as the target has them; workflows are listed with a few bad tokens.

    It demands tokens where it refuses one of them: that it accepts the others is then a violation. Raises TokenRefused.
    """
    refused = [await _refuses(target, client, kind) for kind in _BAD]
    if not any(refused):
        return frozenset()
    narrow = [await target.tokens.narrow(scope) for scope in (READ_SCOPE, WRITE_SCOPE)]
    return frozenset({"auth", "scopes"} if all(narrow) else {"auth"})


async def _refuses(target: Target, client: Sender, kind: TokenKind) -> bool:
    exchange = await send(
        client, target.api.prepare(Call("listWorkflows")), refused=await presented(target.tokens, kind)
    )
    return exchange.status in (401, 403)
