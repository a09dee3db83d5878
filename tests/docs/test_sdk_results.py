"""The page about published SDKs: its matrix, its exchanges, and how it knows that it is out of date."""

from __future__ import annotations

import runpy
from dataclasses import replace
from typing import Any

from conformance.results.known.files import load_known
from conformance.results.model import ExchangeRecord, Finding, Outcome, RequirementResult, Results
from tests.reports.sample import clean
from tests.sdk.drivers import ROOT

PROGRAM: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "sdk_results.py"))
NAME = "sdk-error.status"


def _results(outcome: Outcome) -> Results:
    row = replace(clean().requirements[0], id=NAME, outcome=outcome, statement="A refusal has its status.")
    return replace(clean(), target={"name": "go 1"}, requirements=[row, _passed()], findings=[_finding()])


def _passed() -> RequirementResult:
    return replace(clean().requirements[0], id="sdk-request.wait", outcome="passed")


def _finding() -> Finding:
    exchange = ExchangeRecord(
        0, "getWorkflow", "GET", "http://127.0.0.1:1/api/workflows/w", 0, 1, status=404, response_body='{"a":1}'
    )
    return Finding(
        "F1",
        NAME,
        "MUST",
        [NAME],
        ["getWorkflow"],
        "0/0",
        "an error with status 404",
        "an error",
        script=['call getWorkflow with {"flowId":"w"}', "the caller got an error"],
        exchanges=[exchange],
        known={"requirement": NAME, "reason": "there is no field"},
    )


def test_a_failed_cell_names_the_line_of_the_known_deviation() -> None:
    judged = [PROGRAM["Judged"]("go", _results("known_deviation"))]
    table = PROGRAM["matrix"](judged).splitlines()
    line = (ROOT / "examples/sdk-drivers/go/known.yaml").read_text().splitlines().index(f"  - requirement: {NAME}") + 1
    assert table[0] == "| requirement | level | go 1 |"
    assert f"failed, [line {line}](../examples/sdk-drivers/go/known.yaml#L{line})" in table[2]
    assert table[3].endswith("| passed |")
    assert "**failed**" in PROGRAM["matrix"]([PROGRAM["Judged"]("go", _results("failed"))])


def test_a_failed_cell_has_its_exchange() -> None:
    text = PROGRAM["exchanges"]([PROGRAM["Judged"]("go", _results("known_deviation"))])
    assert "**go 1**: there is no field (getWorkflow)." in text
    assert '> GET /api/workflows/w\n< 404 {"a":1}\nthe caller got an error\n' in text
    assert "sdk-request.wait" not in text


def test_the_page_lists_what_the_drivers_are_known_to_get_wrong() -> None:
    page = (ROOT / "docs" / "sdk-results.md").read_text()
    for name in PROGRAM["NAMES"]:
        for entry in load_known(ROOT / "examples" / "sdk-drivers" / name / "known.yaml"):
            (row,) = [line for line in page.splitlines() if line.startswith(f"| `{entry.requirement}` |")]
            assert f"sdk-drivers/{name}/known.yaml#L" in row
