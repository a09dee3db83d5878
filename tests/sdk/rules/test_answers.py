"""What an SDK hands over: for each requirement, data that uphold it and data that violate it."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from conformance.contract.api import V1
from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.drawing.case import Played, PlayedStep
from conformance.sdk.driver.protocol import Result, SdkError
from conformance.sdk.rules.answers import RULES
from conformance.sdk.witness.answer import Answer, success_answer
from tests.sdk.rules.cases import broken_too, played, played_step, step, verdicts

_AT = "2026-01-02T03:04:05.678Z"
_HISTORY, _STAGES = "getInstanceHistory", "getInstanceStageHistory"


class Sides(NamedTuple):
    """Data that were sent (None: as the caller who upholds gets them), and data that a caller gets in two ways."""

    requirement: str
    operation: str
    upheld: Any
    violated: Any
    sent: Any = None
    ordinary: Any = None


def _workflow(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SIMPLE["getWorkflow"]), **changes}


def _instance(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SIMPLE["getInstance"]), **changes}


def _config(stage: Any) -> dict[str, Any]:
    return _workflow(config={"name": "n", "stages": [stage]})


def _entry(**changes: Any) -> list[dict[str, Any]]:
    return [copy.deepcopy(SIMPLE[_HISTORY][0]) | changes]


def _stage(**changes: Any) -> list[dict[str, Any]]:
    return [copy.deepcopy(SIMPLE[_STAGES][0]) | changes]


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != name}


def _amount(amount: int) -> list[dict[str, Any]]:
    return _entry(name="RunSend", input={"amount": {"amount": amount, "asset": "EUR/2"}})


_POSTED = {"name": "CreateTransaction", "input": {"CreateTransaction": {"ledger": "l", "data": {"postings": []}}}}
_DONE = {"data": {"id": 1, "postings": [], "timestamp": _AT, "metadata": {"a": "b"}, "reverted": False}}

READ = [
    Sides("sdk-answer.server-info", "getServerInfo", {"version": "1.0"}, None),
    Sides("sdk-answer.workflow", "getWorkflow", _workflow(), _without(_workflow(), "updatedAt")),
    Sides("sdk-answer.instance", "getInstance", _instance(error="why"), _instance()),
    Sides("sdk-answer.history", _HISTORY, _entry(error="why"), _entry()),
    Sides("sdk-answer.stage-kinds", _HISTORY, _entry(), _entry(input={})),
    Sides("sdk-answer.stage-history", _STAGES, _stage(lastFailure="why"), _stage()),
    Sides("sdk-answer.activity-input", _STAGES, _stage(), _stage(input={"GetAccount": {"id": "a"}})),
    Sides(
        "sdk-answer.activity-output", _STAGES, _stage(**_POSTED, output={"CreateTransaction": _DONE}), _stage(**_POSTED)
    ),
    Sides("sdk-answer.configuration", "getWorkflow", _config({"noop": {"a": 1}}), _config({})),
    Sides("sdk-answer.integers", _HISTORY, _amount(2**53 + 1), _amount(2**53)),
    Sides("sdk-answer.integers", "getWorkflow", _config({"a": 2**64 + 1}), _config({"a": 2**64})),
    Sides("sdk-answer.instants", "getInstance", _instance(), _instance(createdAt="2026-01-02T03:04:05Z")),
    Sides("sdk-answer.text", "getInstance", _instance(error="é"), _instance(error="?")),
    Sides("sdk-answer.lists", "listWorkflows", [_workflow()] * 2, [_workflow()]),
]
TOLERATED = [
    Sides("sdk-tolerance.unknown-fields", "getInstance", _instance(), None, _instance(later=1), _instance()),
    Sides("sdk-tolerance.absent-optionals", "getInstance", _without(_instance(), "status"), None, None, _instance()),
    Sides("sdk-tolerance.empty-status", "getInstance", _instance(status=[]), None, None, _instance()),
    Sides("sdk-tolerance.media-type", "getWorkflow", _workflow(), None, None, _workflow()),
    Sides("sdk-tolerance.chunked", "listWorkflows", [_workflow()], [], None, [_workflow()]),
    Sides("sdk-tolerance.gzip", "listWorkflows", [_workflow()], [], None, [_workflow()]),
    Sides(
        "sdk-tolerance.timestamps",
        "getInstance",
        _instance(createdAt="2026-01-02T01:04:05.678Z"),
        _instance(createdAt="2026-01-02T03:04:05.678Z"),
        _instance(createdAt="2026-01-02T03:04:05.6781+02:00"),
        _instance(),
    ),
    Sides("sdk-tolerance.long-lists", "listWorkflows", [_workflow()] * 1000, [_workflow()] * 100, None, [_workflow()]),
    Sides("sdk-tolerance.nulls", "getWorkflow", _config({"a": None, "b": 1}), _config({}), None, _config({"b": 1})),
    Sides("sdk-tolerance.odd-element", "listWorkflows", [_workflow()] * 2, None, [_workflow(), 7, _workflow()], []),
]


def _heard(operation: str, sent: Any, got: Any) -> PlayedStep:
    result = Result(got) if got is not None else SdkError("decode", text="it cannot be read")
    return played_step(step(operation, success_answer(operation, V1.by_action[operation].success, sent)), result)


def _case(sides: Sides, got: Any) -> Played:
    sent = sides.upheld if sides.sent is None else sides.sent
    ordinary = [] if sides.ordinary is None else [_heard(sides.operation, sides.ordinary, sides.ordinary)]
    return played(sides.requirement, *ordinary, _heard(sides.operation, sent, got))


@pytest.mark.parametrize("sides", [*READ, *TOLERATED], ids=lambda sides: f"{sides.requirement} {sides.operation}")
def test_each_requirement_from_both_sides(sides: Sides) -> None:
    assert verdicts(sides.requirement, _case(sides, sides.upheld)) == [True]
    assert verdicts(sides.requirement, _case(sides, sides.violated)) == [False]
    assert verdicts(sides.requirement, _case(sides, None)) == [False]
    assert verdicts(sides.requirement, broken_too(_case(sides, sides.upheld))) == []


def test_a_204_is_a_success_without_data() -> None:
    asked = step("deleteWorkflow", Answer(204), flowId="w")
    name = "sdk-answer.no-content"
    assert verdicts(name, played(name, played_step(asked, Result()))) == [True]
    assert verdicts(name, played(name, played_step(asked, SdkError("decode")))) == [False]
    assert verdicts(name, played(name, played_step(asked, Result({"id": "w"})))) == [False]


def test_every_requirement_on_answers_is_there() -> None:
    assert {sides.requirement for sides in (*READ, *TOLERATED)} | {"sdk-answer.no-content"} == RULES.keys()


def test_what_an_ordinary_answer_loses_as_well_is_not_lost_for_being_unusual() -> None:
    sent, got = [_workflow(), _workflow()], [_without(_workflow(), "updatedAt")] * 2
    ordinary = _heard("listWorkflows", sent[:1], got[:1])
    case = played("sdk-tolerance.chunked", ordinary, _heard("listWorkflows", sent, got))
    assert verdicts("sdk-tolerance.chunked", case) == [True]


@pytest.mark.parametrize("requirement", ["sdk-tolerance.chunked", "sdk-answer.text", "sdk-answer.integers"])
def test_an_sdk_that_cannot_read_the_ordinary_answer_has_another_defect(requirement: str) -> None:
    unread = _heard("getWorkflow", _workflow(), None)
    assert verdicts(requirement, played(requirement, unread, unread)) == []


def test_a_send_without_fields_read_as_another_kind_is_about_kinds() -> None:
    name = "sdk-tolerance.absent-optionals"
    whole = _heard(_HISTORY, _amount(1), _amount(1))
    bare = _entry(name="RunSend", input={})
    case = played(name, whole, _heard(_HISTORY, bare, _entry(name="RunSend", input={"event": ""})))
    assert verdicts(name, case) == [True]
    kinds = played("sdk-answer.stage-kinds", *case.steps[1:])
    assert verdicts("sdk-answer.stage-kinds", kinds) == [False]


@pytest.mark.parametrize(
    ("name", "operation", "sent", "got"),
    [
        ("sdk-answer.instance", "getInstance", _instance(status=[]), _without(_instance(), "status")),
        ("sdk-answer.instance", "getInstance", _instance(), _instance(error=None, terminatedAt=None)),
        (
            "sdk-answer.instants",
            "getInstance",
            _instance(createdAt="2026-01-02T03:04:05.6789Z"),
            _instance(createdAt="2026-01-02T04:04:05.678+01:00"),
        ),
        ("sdk-answer.configuration", "getWorkflow", _config({"a": 1}), _config({"a": Decimal("1.0")})),
    ],
    ids=["empty and absent", "null and absent", "below a millisecond", "numbers by value"],
)
def test_what_is_the_same_for_a_caller(name: str, operation: str, sent: Any, got: Any) -> None:
    assert verdicts(name, played(name, _heard(operation, sent, got))) == [True]
