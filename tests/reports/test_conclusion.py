"""Headline, reason and exit code agree, whatever the facts are."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace

import pytest
from rich.console import Console

from conformance.reports.conclusion import conclusion_of
from conformance.reports.html.page import render_html
from conformance.reports.terminal import summary
from conformance.results.model import Level, Outcome, RequirementResult, Results
from conformance.results.verdict import verdict_of
from tests.reports.sample import clean, sample

_MUST: tuple[tuple[Outcome, ...], ...] = (
    ("passed",),
    ("passed", "failed"),
    ("passed", "not_exercised", "inconclusive"),
    ("known_deviation", "passed"),
    ("not_applicable",),
)


def _row(number: int, outcome: Outcome, level: Level) -> RequirementResult:
    return RequirementResult(f"{level.lower()}.r{number}", level, outcome)


def _results(
    must: tuple[Outcome, ...], should: Outcome, narrowed: bool, complete: bool, stale: bool, errors: bool, fail_on: str
) -> Results:
    rows = [*(_row(number, outcome, "MUST") for number, outcome in enumerate(must)), _row(0, should, "SHOULD")]
    return replace(
        clean(),
        requirements=rows,
        verdict=verdict_of(rows, narrowed=narrowed, complete=complete),
        narrowed=narrowed,
        complete=complete,
        stale=[{"requirement": "a.b", "why": "it passes", "fails": stale}],
        errors=["broken"] if errors else [],
        configuration={"fail_on": fail_on},
    )


_SWITCHES = (True, False)
_SHOULD: tuple[Outcome, ...] = ("passed", "failed")
_ALL = list(
    itertools.product(_MUST, _SHOULD, _SWITCHES, _SWITCHES, _SWITCHES, _SWITCHES, ("must", "should"), _SWITCHES)
)


def test_all_combinations_of_facts_agree() -> None:
    for must, should, narrowed, complete, stale, errors, fail_on, interrupted in _ALL:
        results = _results(must, should, narrowed, complete, stale, errors, fail_on)
        told = conclusion_of(results, interrupted=interrupted)
        fails = "failed" in must or stale or (should == "failed" and fail_on == "should")
        open_ones = errors or not complete or (not narrowed and results.verdict == "incomplete")
        expected = 130 if interrupted else 1 if fails else 3 if open_ones else 0
        case = (told, results.requirements)
        assert told.code == expected or (narrowed and told.code == 0 and not open_ones), case
        assert bool(told.why) == bool(told.code) == bool(told.last_line), case
        # Good news is told alone: nothing below it contradicts it.
        assert told.headline != "Conformant" or (not fails and not open_ones), case
        assert told.headline != "No violation found" or ("failed" not in (*must, should) and not stale), case
        assert told.headline.startswith("Not conformant") == ("failed" in must), case
        assert " 0 " not in f" {told.reason} {told.why}", case
        assert told.reason.endswith(".") and ".." not in told.reason, case  # noqa: PT018


@pytest.mark.parametrize(
    ("change", "headline", "reason", "last"),
    [
        (
            {"stale": [{"requirement": "a", "why": "w", "fails": True}]},
            "Conformant, but not accepted",
            "Every applicable MUST requirement passed. 1 known deviation no longer happens",
            "Exit code 1: 1 known deviation",
        ),
        (
            {"verdict": "incomplete", "complete": False},
            "Incomplete",
            "The run was cut before its end;",
            "Exit code 3: ",
        ),
        (
            {"verdict": "incomplete", "stale": [{"requirement": "a", "why": "w", "fails": True}] * 2},
            "Incomplete, and not accepted",
            "No MUST requirement failed. 2 known deviations no longer happen",
            "Exit code 1: 2 known deviations no longer happen",
        ),
        ({"errors": ["x"]}, "Incomplete", "The suite itself failed.", "Exit code 3: the suite itself failed."),
    ],
)
def test_the_reason_of_an_exit_code_is_the_last_line(
    change: dict[str, object], headline: str, reason: str, last: str
) -> None:
    results = replace(clean(), **change)  # type: ignore[arg-type]
    told = conclusion_of(results)
    assert (told.headline, told.reason[: len(reason)]) == (headline, reason)
    console = Console(file=io.StringIO(), width=100, height=24)
    summary(results, console, conclusion=told)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines()[-1].startswith(last)


def test_what_was_not_selected_and_is_violated_is_told() -> None:
    rows = [row for row in sample().requirements if row.id == "cancel.error"]
    results = replace(sample(), requirements=rows, verdict=verdict_of(rows, narrowed=True), narrowed=True)
    told = conclusion_of(results)
    assert told.headline == "No selected MUST requirement failed"
    assert "violate what was not selected: cancel.terminates" in told.reason


def test_a_missing_share_is_told_whatever_the_verdict_is() -> None:
    for whole in (sample(), replace(clean(), verdict="incomplete")):
        for missing, told in (
            ([2], "Share 2 of the run is missing"),
            ([2, 4], "Shares 2 and 4 of the run are missing"),
        ):
            results = replace(whole, complete=False, target=whole.target | {"missing": missing})
            assert told in conclusion_of(results).reason
            assert told in render_html(results)
            console = Console(file=io.StringIO(), width=100, height=24)
            summary(results, console)
            assert isinstance(console.file, io.StringIO)
            assert told in " ".join(console.file.getvalue().split())
