"""Refusals and answers that never come: for each requirement, an error that upholds it and one that violates it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from conformance.sdk.driver.protocol import Result, SdkError
from conformance.sdk.rules.errors import RULES
from conformance.sdk.witness.answer import Answer, json_answer
from tests.sdk.rules.cases import played, played_step, step, verdicts

REFUSED = json_answer(404, {"errorCode": "NOT_FOUND", "errorMessage": "no such thing"})
ODD = json_answer(409, {"errorCode": "CONFLICT", "errorMessage": "not now"})
BARE = Answer(503)
HTML = Answer(503, (("content-type", "text/html"),), b"<h1>503</h1>")
TOLD = SdkError("http", 404, "NOT_FOUND", "no such thing")
STATUS = "sdk-error.status"


class Sides(NamedTuple):
    """An answer in a case of a theme, what upholds a requirement, and what violates it."""

    requirement: str
    theme: str
    answer: Answer
    upheld: SdkError
    violated: SdkError | Result


SIDES = [
    Sides(STATUS, STATUS, REFUSED, TOLD, SdkError("http", None, "NOT_FOUND", "no such thing")),
    Sides(STATUS, STATUS, REFUSED, TOLD, Result([])),
    Sides("sdk-error.code", STATUS, REFUSED, TOLD, SdkError("http", 404, None, "no such thing")),
    Sides("sdk-error.message", STATUS, REFUSED, TOLD, SdkError("http", 404, "NOT_FOUND", "API error occurred")),
    Sides("sdk-error.kind", STATUS, REFUSED, TOLD, SdkError("connection", 404, "NOT_FOUND", "no such thing")),
    Sides("sdk-error.unknown-code", "sdk-error.unknown-code", ODD, SdkError("http", 409), SdkError("decode")),
    Sides("sdk-error.unknown-code", "sdk-error.unknown-code", ODD, SdkError("decode", 409), Result()),
    Sides("sdk-error.empty-body", "sdk-error.empty-body", BARE, SdkError("http", 503), SdkError("decode")),
    Sides("sdk-error.html", "sdk-error.html", HTML, SdkError("http", 503), SdkError("decode")),
    Sides("sdk-error.kind", "sdk-error.html", HTML, SdkError("http", 503), SdkError("decode", 503)),
    Sides("sdk-error.closed", "sdk-error.closed", Answer(fate="close"), SdkError("connection"), Result([])),
    Sides("sdk-error.closed", "sdk-error.closed", Answer(fate="close"), SdkError("connection"), SdkError("http", 500)),
    Sides("sdk-error.no-answer", "sdk-error.no-answer", Answer(fate="silence"), SdkError("timeout"), SdkError("other")),
]
_AFTER_ORDINARY = {"sdk-error.unknown-code", "sdk-error.empty-body", "sdk-error.html"}


@pytest.mark.parametrize("sides", SIDES, ids=lambda sides: f"{sides.requirement}-{sides.violated}")
def test_each_requirement_from_both_sides(sides: Sides) -> None:
    ordinary = [played_step(step("getWorkflow", REFUSED), TOLD)] if sides.theme in _AFTER_ORDINARY else []
    for got, upheld in ((sides.upheld, True), (sides.violated, False)):
        case = played(sides.theme, *ordinary, played_step(step("getWorkflow", sides.answer), got))
        assert verdicts(sides.requirement, case) == [upheld]


def test_every_requirement_on_errors_is_there() -> None:
    assert {sides.requirement for sides in SIDES} == RULES.keys()


def test_an_sdk_whose_errors_have_no_status_tells_odd_refusals_as_ordinary_ones() -> None:
    plain = played_step(step("getWorkflow", REFUSED), SdkError("http", None, "NOT_FOUND"))
    for got, upheld in ((SdkError("http"), True), (SdkError("decode", 409), True), (SdkError("decode"), False)):
        case = played("sdk-error.unknown-code", plain, played_step(step("getWorkflow", ODD), got))
        assert verdicts("sdk-error.unknown-code", case) == [upheld]


def test_an_sdk_that_swallows_ordinary_refusals_is_not_asked_about_odd_ones() -> None:
    swallowed = played_step(step("getWorkflow", REFUSED), Result())
    case = played("sdk-error.html", swallowed, played_step(step("getWorkflow", HTML), Result()))
    assert verdicts("sdk-error.html", case) == []
    alone = played(STATUS, played_step(step("getWorkflow", REFUSED), Result()))
    assert verdicts("sdk-error.code", alone) == []
    assert verdicts("sdk-error.kind", alone) == []
