"""Whether a target demands tokens, and whether one for a single scope can be had."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.contract.calls import Call
from conformance.target.authentication.presenting import presented
from conformance.target.config import READ_SCOPE, WRITE_SCOPE
from conformance.target.sender import Sender, send
from conformance.target.target import Target
from conformance.trace import TokenKind

_TIMES = 2
_BAD: tuple[TokenKind, ...] = ("absent", "garbage", "foreign")


async def guards(target: Target, client: Sender) -> frozenset[str]:
    """The features `auth` and `scopes`, as far as the target has them; workflows are listed with a few bad tokens.

    It demands tokens where it refuses one of them: that it accepts the others is then a violation. Raises TokenRefused.
    """
    refused = [kind for kind in _BAD if await _refuses(target, client, kind)]
    if not refused or (len(refused) < len(_BAD) and not await _again(target, client, refused)):
        return frozenset()
    narrow = [await target.tokens.narrow(scope) for scope in (READ_SCOPE, WRITE_SCOPE)]
    return frozenset({"auth", "scopes"} if all(narrow) else {"auth"})


async def _again(target: Target, client: Sender, kinds: Sequence[TokenKind]) -> bool:
    """Whether one of some kinds of tokens is refused each time: something in between may refuse a request by chance."""
    for kind in kinds:
        if all([await _refuses(target, client, kind) for _ in range(_TIMES)]):
            return True
    return False


async def _refuses(target: Target, client: Sender, kind: TokenKind) -> bool:
    exchange = await send(
        client, target.api.prepare(Call("listWorkflows")), refused=await presented(target.tokens, kind)
    )
    return exchange.status in (401, 403)
