"""What is drawn: valid, the same for the same seed, each part often enough, and ordinary twins that are ordinary."""

from __future__ import annotations

import pytest

from conformance.contract.api import V1
from conformance.contract.document import bundled_document
from conformance.contract.schema.responses import ResponseSchemas
from conformance.sdk.campaign.search import draw
from conformance.sdk.drawing.baselines import ordinary
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.minimal_answers import least_data
from conformance.sdk.drawing.themes import Theme, all_themes
from conformance.sdk.drawing.values import BEYOND_DOUBLES
from conformance.wire import exact_json

THEMES = {theme.requirement: theme for theme in all_themes()}
SCHEMAS = ResponseSchemas(bundled_document())
_INVALID = {"sdk-tolerance.odd-element"}


def _drawn(theme: Theme, seed: int = 3) -> list[Case]:
    return [case for at, part in enumerate(theme.parts) for case in draw(part, theme.count, seed * 1000 + at)]


def _good(theme: Theme) -> list[tuple[str, bytes]]:
    steps = [step for case in _drawn(theme) for step in case.steps]
    return [(step.call.operation, step.answer.body) for step in steps if 200 <= step.answer.status < 300]


@pytest.mark.parametrize("name", sorted(THEMES.keys() - _INVALID))
def test_good_answers_are_valid(name: str) -> None:
    for operation, body in _good(THEMES[name]):
        if body:
            assert not SCHEMAS.problems(operation, V1.by_action[operation].success, exact_json.parse(body).value)


def test_draws_follow_from_the_seed() -> None:
    theme = THEMES["sdk-answer.activity-input"]
    bodies = [[case.step.answer.body for case in _drawn(theme, seed)] for seed in (1, 1, 2)]
    assert bodies[0] == bodies[1] != bodies[2]


@pytest.mark.parametrize("name", ["sdk-error.status", "sdk-tolerance.absent-optionals", "sdk-request.path-reserved"])
def test_each_operation_is_asked(name: str) -> None:
    found = {case.step.call.operation for case in _drawn(THEMES[name])}
    assert len(found) == {"sdk-error.status": 12, "sdk-tolerance.absent-optionals": 9}.get(name, 8)


def test_great_integers_are_rounded_by_every_double() -> None:
    found = draw(BEYOND_DOUBLES, 50, 1)
    assert all(number > 2**53 and int(float(number)) != number for number in found)


def test_an_ordinary_value_is_left_as_it_is_but_for_what_is_unusual() -> None:
    assert ordinary({"a": 7, "b": True, "c": 1.5, "d": ["x", "2026-01-02T03:04:05.678Z"]}) == {
        "a": 7,
        "b": True,
        "c": 1.5,
        "d": ["x", "2026-01-02T03:04:05.678Z"],
    }
    assert ordinary({"é": 2**53 + 1, "b": None, "c": "a\u0000", "d": "2026-01-02T03:04:05.6789+01:00"}) == {
        "x": (2**53 + 1) % 1000,
        "b": "text",
        "c": "ax",
        "d": "2026-01-02T02:04:05.678Z",
    }


def test_least_data_keep_what_is_required() -> None:
    at = "2026-01-02T03:04:05.678Z"
    entry = {"name": "RunSend", "terminated": True, "startedAt": at, "terminatedAt": at, "input": {"metadata": {}}}
    assert least_data("getInstanceHistory", [entry]) == [
        {"name": "RunSend", "terminated": True, "startedAt": at, "input": {}}
    ]
    delay = entry | {"name": "RunDelay", "input": {"duration": "1s"}}
    assert least_data("getInstanceHistory", [delay])[0]["input"] == {"duration": "1s"}
    stage = {
        "name": "GetAccount",
        "terminated": True,
        "startedAt": at,
        "attempt": 1,
        "lastFailure": "why",
        "input": {"GetAccount": {"id": "a", "ledger": "l"}},
        "output": {"GetAccount": {"data": {"address": "a", "metadata": {}, "volumes": {}}}},
    }
    (found,) = least_data("getInstanceStageHistory", [stage])
    assert found == {key: value for key, value in stage.items() if key != "lastFailure"} | {"output": found["output"]}
    assert "volumes" not in found["output"]["GetAccount"]["data"]
