"""Which activities a stage history shows, and of which stages."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.history import RULES
from tests.rules.bodies import activity
from tests.rules.build import TraceBuilder
from tests.rules.history.histories import ACCOUNT, BOOKED, SEND, shown, transaction
from tests.rules.judging import verdict
from tests.rules.timelines import HOUR, NOOP, started


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (shown(NOOP, []), "upheld"),
        (shown(HOUR, [activity("GetWallet", {"id": "w"})]), "violated"),
        (shown(SEND, [transaction()]), "upheld"),
        (shown(SEND, [transaction(attempt=0)]), "violated"),
        # An input, not the transaction that was made of it.
        (shown(SEND, [activity("CreateTransaction", BOOKED, BOOKED)]), "violated"),
        (shown(SEND, [{**transaction(done=False), "terminated": True}]), "violated"),
        (shown(SEND, [{**transaction(done=False), "terminated": True, "error": "x"}, transaction()]), "upheld"),
        (
            shown(SEND, [{**transaction(done=False), "terminated": True, "lastFailure": "x"}, transaction()]),
            "upheld",
        ),
        (shown(SEND, [transaction(done=False)], done=False), "upheld"),
        (shown(SEND, [transaction(done=False)]), "violated"),
        (shown(SEND, []), "violated"),
        (shown(SEND, [], features=frozenset()), "nothing"),
        (shown(SEND, [], done=False), "nothing"),
        (shown(SEND, [activity("GetAccount", {"id": "a", "ledger": "default"})], done=False), "upheld"),
        (shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", ACCOUNT)]), "upheld"),
        (shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", {"id": "users:1"})]), "violated"),
    ],
)
def test_activities(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage-history.activities"], trace) == expected


def _of_two(first: Any, second: Any, entries: list[Any]) -> TraceBuilder:
    """The history of the second of two stages."""
    t, i = started(first, second)
    t.get(i, [(5, 6), (6, 7)], ended=7)
    t.settled()
    t.stage_history(i, 1, entries)
    return t


_LESS = {"send": {**SEND["send"], "amount": {"asset": "EUR/2", "amount": 7}}}
_UPDATE = {"update": {"account": ACCOUNT}}


@pytest.mark.parametrize(
    ("first", "second", "entries", "activities", "effect"),
    [
        # Beside its own, that of the stage before: one violation, not a second one of its amount.
        (_LESS, SEND, [transaction(7), transaction()], "violated", "upheld"),
        (_UPDATE, SEND, [activity("AddAccountMetadata", ACCOUNT), transaction()], "violated", "upheld"),
        # In place of its own: its own may have been carried out wrongly.
        (_LESS, SEND, [transaction(7)], "upheld", "violated"),
        # What no stage ordered is no other stage's.
        (_LESS, SEND, [transaction(8), transaction()], "upheld", "violated"),
        # Two stages that order the same: whose of them it is cannot be told, and three are one too many.
        (SEND, SEND, [transaction(), transaction()], "upheld", "upheld"),
        (SEND, SEND, [transaction(), transaction(), transaction()], "upheld", "violated"),
    ],
)
def test_an_activity_of_another_stage_is_told_as_such(
    first: Any, second: Any, entries: list[Any], activities: str, effect: str
) -> None:
    trace = _of_two(first, second, entries)
    assert verdict(RULES["stage-history.activities"], trace) == activities
    assert verdict(RULES["stage-history.effect"], trace) == effect
