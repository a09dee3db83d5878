"""Imported by each Python program that finds it: lets the suite itself fail, with secrets in the text.

MARKED_CRASH says where: "rule", in a rule, in the judge's process; "token", where a token has just been granted.
"""

from __future__ import annotations

import os

if os.environ.get("MARKED_CRASH") == "rule":
    from conformance import rules

    def _crash(index: object) -> list[object]:
        del index
        variables = {"secret": os.environ["CONFORMANCE_CLIENT_SECRET"]}
        raise RuntimeError(f"{os.environ['CONFORMANCE_HEADER']} with {variables}")

    rules.ALL_RULES = {**rules.ALL_RULES, "info.version": _crash}  # type: ignore[dict-item]

if os.environ.get("MARKED_CRASH") == "token":
    from conformance.target.authentication.tokens import TokenSource

    _granted = TokenSource._granted

    async def _refuse(self: TokenSource, scopes: tuple[str, ...]) -> object:
        token = (await _granted(self, scopes)).token
        raise RuntimeError(f"of no use: {token}")

    TokenSource._granted = _refuse  # type: ignore[assignment,method-assign]
