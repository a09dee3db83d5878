"""What the activities of a stage did."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.history import RULES
from tests.rules.bodies import activity
from tests.rules.build import TraceBuilder
from tests.rules.history.histories import ACCOUNT, BIG, SEND, shown, transaction
from tests.rules.judging import observe, verdict
from tests.rules.timelines import NOOP, started


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (shown(SEND, [transaction()]), "upheld"),
        (shown(SEND, [transaction(BIG - 1)]), "violated"),
        (shown(SEND, [transaction(metadata={})]), "violated"),
        (shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", ACCOUNT)]), "upheld"),
        (
            shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", {**ACCOUNT, "id": "b"})]),
            "violated",
        ),
        (shown(NOOP, []), "nothing"),
    ],
)
def test_effect(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], trace) == expected


def _routed(through: str | None, *postings: tuple[str, str], amount: int = BIG, asset: str = "EUR/2") -> TraceBuilder:
    """A send from one ledger to another, by an account that the destination names, too, if any, and what was booked."""
    named = {} if through is None else {"throughAccount": through}
    holders = {
        "source": {"account": {"id": "world", "ledger": "east", "throughAccount": "via"}},
        "destination": {"account": {"id": "users:1", "ledger": "west", **named}},
    }
    money = {"asset": asset, "amount": amount}
    booked = [{"source": source, "destination": destination, **money} for source, destination in postings]
    data = {"postings": booked, "metadata": {"k": "v"}}
    made = {"data": {"id": 1, "timestamp": "2026-01-01T00:00:00Z", "reverted": False, **data}}
    entry = activity("CreateTransaction", {"ledger": "east", "data": data}, made)
    return shown({"send": {**SEND["send"], **holders}}, [entry])


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (_routed("via", ("world", "via")), "upheld"),
        (_routed("via", ("world", "via"), ("via", "users:1")), "upheld"),
        (_routed("via", ("world", "users:1")), "upheld"),
        (_routed("via", ("world", "bank")), "violated"),
        (_routed("via", ("world", "via"), ("bank", "users:1")), "violated"),
        (_routed("via", ("world", "via"), amount=BIG - 1), "violated"),
        (_routed("via", ("world", "via"), ("via", "users:1"), amount=BIG - 1), "upheld"),
        (_routed("via", ("world", "via"), asset="USD/2"), "violated"),
        (_routed("bank", ("world", "via"), ("bank", "users:1")), "upheld"),
        (_routed(None, ("world", "bank")), "upheld"),
    ],
)
def test_money_goes_through_the_accounts_that_are_named(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], trace) == expected


@pytest.mark.parametrize(
    ("sides", "shown_ledger", "expected"),
    [
        (("books", "books"), "books", "upheld"),
        (("books", "books"), "default", "violated"),
        (("default", "default"), "books", "violated"),
        # In which of two ledgers the money moves first is open, and so is the name of the one that nobody names.
        (("books", "more"), "default", "upheld"),
        ((None, None), "books", "upheld"),
    ],
)
def test_money_moves_in_the_ledger_that_both_sides_name(
    sides: tuple[str | None, str | None], shown_ledger: str, expected: str
) -> None:
    accounts = [
        {"id": name} | ({"ledger": ledger} if ledger else {})
        for name, ledger in zip(("world", "a"), sides, strict=True)
    ]
    stage = {"source": {"account": accounts[0]}, "destination": {"account": accounts[1]}}
    posting = {"source": "world", "destination": "a", "amount": BIG, "asset": "EUR/2"}
    entry = activity(
        "CreateTransaction", {"ledger": shown_ledger, "data": {"postings": [posting], "metadata": {"k": "v"}}}
    )
    trace = shown({"send": {**SEND["send"], **stage}}, [entry])
    assert verdict(RULES["stage-history.effect"], trace) == expected


def _plain_after(metadata: dict[str, str]) -> TraceBuilder:
    """A send with telling metadata in one instance, then one without in another that shows this metadata."""
    rich = {"send": {**SEND["send"], "metadata": {"note": "only of the first", "k": "v"}}}
    t, _ = started(rich)
    plain = {"send": {key: value for key, value in SEND["send"].items() if key != "metadata"}}
    i = t.run(t.create([plain]))
    t.stage_history(i, 0, [transaction(metadata=metadata)])
    return t


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, "upheld"),
        ({"note": "only of the first"}, "violated"),
        ({"server": "orchestration", "run": "5b6a8f9c-3c6e-4d43-93c4-ab6a5a1f0000"}, "upheld"),
        ({"k": "v"}, "upheld"),
        ({"server": "only of the first"}, "upheld"),
    ],
)
def test_a_send_without_metadata_books_none_of_another(metadata: dict[str, str], expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], _plain_after(metadata)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"other": "of the second only"}, "upheld"),
        ({"note": "of the first only", "other": "of the second only"}, "violated"),
        ({"note": "the server's own note", "other": "of the second only"}, "upheld"),
    ],
)
def test_an_update_writes_nothing_of_another(written: dict[str, str], expected: str) -> None:
    metadata = ({"note": "of the first only"}, {"other": "of the second only"})
    t, i = started(*({"update": {"account": {**ACCOUNT, "metadata": each}}} for each in metadata))
    t.stage_history(i, 1, [activity("AddAccountMetadata", {**ACCOUNT, "metadata": written})])
    assert verdict(RULES["stage-history.effect"], t) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [({"k": "v"}, "upheld"), ({"k": "v", "note": "only of the first"}, "violated"), ({"k": "v", "x": "y"}, "upheld")],
)
def test_a_send_books_its_own_metadata_alone(metadata: dict[str, str], expected: str) -> None:
    t, _ = started({"send": {**SEND["send"], "metadata": {"note": "only of the first"}}})
    t.stage_history(t.run(t.create([SEND])), 0, [transaction(metadata=metadata)])
    assert verdict(RULES["stage-history.effect"], t) == expected
    wrong = [each.expected for each in observe(RULES["stage-history.effect"], t) if not each.upheld]
    assert set(wrong) <= {"stage 0: metadata = nothing of another stage"}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([transaction()], "upheld"),
        ([transaction(), transaction()], "violated"),
        ([{**transaction(), "error": "late"}, transaction(attempt=2)], "upheld"),
        ([transaction(done=False), transaction(attempt=2)], "upheld"),
    ],
)
def test_an_amount_is_sent_once(entries: list[Any], expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], shown(SEND, entries)) == expected
