"""Stages, and what their histories show."""

from __future__ import annotations

from typing import Any

from tests.rules.bodies import activity
from tests.rules.build import TraceBuilder

BIG = 10**22 + 1
SEND = {
    "send": {
        "source": {"account": {"id": "world"}},
        "destination": {"account": {"id": "users:1"}},
        "amount": {"asset": "EUR/2", "amount": BIG},
        "metadata": {"k": "v"},
    }
}
BOOKED = {"ledger": "default", "data": {"postings": [], "metadata": {"k": "v"}}}
ACCOUNT = {"id": "users:1", "ledger": "default", "metadata": {"k": "v"}}


def transaction(amount: int = BIG, metadata: Any = None, *, done: bool = True, attempt: int = 1) -> dict[str, Any]:
    posting = {"source": "world", "destination": "users:1", "amount": amount, "asset": "EUR/2"}
    data = {"postings": [posting], "metadata": {"k": "v"} if metadata is None else metadata}
    made = {"data": {"id": 1, "timestamp": "2026-01-01T00:00:00Z", "reverted": False, **data}}
    given = {"ledger": "default", "data": data}
    return activity("CreateTransaction", given, made if done else None, (0, 1 if done else None), attempt)


def shown(stage: Any, entries: list[Any], *, done: bool = True, **trace: Any) -> TraceBuilder:
    t = TraceBuilder(**trace)
    i = t.run(t.create([stage]))
    t.get(i, [(5, 6 if done else None)])
    t.settled()
    if not done:
        t.get(i, [(5, None)])
    t.stage_history(i, 0, entries)
    return t
