"""JWTs as access tokens: what they claim, and forged ones that no server may accept."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

_FOREIGN = "https://somebody-else.invalid"


def claims_of(token: str) -> Mapping[str, Any] | None:
    """What a JWT claims, unchecked; None for a token that is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1].encode("ascii")))
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def foreign(own: str | None) -> str:
    """A JWT with the claims of another one, but for its issuer, signed with a key that nobody knows."""
    claims = {**_claims(own), "iss": _FOREIGN}
    return jwt.encode({"alg": "RS256", "kid": _key().kid}, claims, _key())


def unsigned(own: str | None) -> str:
    """A JWT with the claims of another one that says that it is not signed."""
    parts = ({"alg": "none", "typ": "JWT"}, _claims(own))
    return ".".join([*(urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts), ""])


def altered(own: str) -> str:
    """The token with one character changed: of its signature, where it is a JWT."""
    # The last characters may hold bits that count for nothing.
    place = len(own) - max(1, min(12, len(own) // 4))
    return f"{own[:place]}{'A' if own[place] != 'A' else 'B'}{own[place + 1 :]}"


def _claims(own: str | None) -> dict[str, Any]:
    now = int(time.time())
    fresh = {"iat": now, "exp": now + 3600, "jti": uuid.uuid4().hex}
    known = claims_of(own) if own is not None else None
    plain = {"iss": _FOREIGN, "sub": "conformance", "scope": "orchestration:read orchestration:write"}
    return {**(known or plain), **fresh}


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": uuid.uuid4().hex})
