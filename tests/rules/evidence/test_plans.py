"""What each stage will do, as far as configuration and variables settle it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.evidence.plans import plan_stage

SEND = {
    "source": {"account": {"id": "world"}},
    "destination": {"account": {"id": "users:1"}},
    "amount": {"asset": "EUR/2", "amount": 5},
}


@pytest.mark.parametrize(
    ("given", "variables", "expected"),
    [
        ("go", {}, "go"),
        ("${v}", {"v": "go"}, "go"),
        ("a ${v} ${v}", {"v": ""}, "a  "),
        ("${v}", {}, None),
        ("${v}", {"v": 5}, None),
        ("${v}", {"v": "${w}"}, None),
        ("${${v}}", {"v": "w", "w": "go"}, None),
        ("$${v}", {"v": "go"}, None),
        ("${v", {"v": "go"}, None),
        ("", {}, None),
    ],
)
def test_interpolation(given: str, variables: dict[str, Any], expected: str | None) -> None:
    assert plan_stage(0, {"wait_event": {"event": given}}, variables).event == expected


@pytest.mark.parametrize(
    ("stage", "cannot_fail", "by_itself"),
    [
        ({"noop": {}}, True, True),
        ({"wait_event": {"event": "go"}}, True, False),
        ({"delay": {"duration": "1h"}}, True, True),
        ({"delay": {"until": "2026-01-01T00:00:00Z"}}, True, True),
        ({"delay": {"duration": "soon"}}, False, False),
        ({"delay": {"duration": "3000000h"}}, False, False),
        ({"delay": {"duration": "1s", "until": "2026-01-01T00:00:00Z"}}, False, False),
        ({"send": SEND}, True, True),
        ({"send": {**SEND, "source": {"account": {"id": "poor"}}}}, False, False),
        ({"send": {**SEND, "amount": {"asset": "EUR/2", "amount": 0}}}, False, False),
        ({"send": {**SEND, "amount": {"asset": "eur", "amount": 5}}}, False, False),
        ({"send": {**SEND, "amount": {"asset": 978, "amount": 5}}}, False, False),
        ({"send": {**SEND, "amount": {"asset": "EUR/2", "amount": True}}}, False, False),
        ({"send": {**SEND, "destination": {"account": {"id": "users:1", "ledger": "default"}}}}, True, True),
        ({"send": {**SEND, "destination": {"account": {"id": "users:1", "ledger": "other"}}}}, False, False),
        ({"send": {**SEND, "destination": {"account": {"id": "users 1"}}}}, False, False),
        ({"send": {**SEND, "destination": {"wallet": {"id": "w"}}}}, False, False),
        ({"send": {**SEND, "destination": {"account": {"id": "world"}}}}, False, False),
        ({"send": {**SEND, "metadata": {"k": "v"}}}, True, True),
        ({"send": {**SEND, "metadata": {"k": 1}}}, False, False),
        ({"send": {**SEND, "timestamp": "2026-01-01T00:00:00Z"}}, False, False),
        ({"update": {}}, False, False),
        ({"mystery": {}}, False, False),
        ({}, False, False),
        ("noop", False, False),
    ],
)
def test_what_may_fail(stage: Any, cannot_fail: bool, by_itself: bool) -> None:
    found = plan_stage(0, stage, {})
    assert (found.cannot_fail, found.ends_by_itself) == (cannot_fail, by_itself)


def test_nobody_knows_how_a_send_ends_without_a_ledger() -> None:
    assert not plan_stage(0, {"send": SEND}, {}, ledger=False).cannot_fail


@pytest.mark.parametrize(("value", "expected"), [("soon", True), ("1s", False), ("${w}", False), ("5", False)])
def test_what_must_fail(value: str, expected: bool) -> None:
    assert plan_stage(0, {"delay": {"duration": "${v}"}}, {"v": value}).must_fail is expected
