"""Progress and summary on the terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from conformance.contract.requirements import Requirement
from conformance.reports.comparison import print_comparison, print_matrix
from conformance.reports.explain import explain, explanation
from conformance.reports.terminal import (
    Counts,
    LiveProgress,
    PlainProgress,
    SilentProgress,
    Verbosity,
    make_console,
    make_progress,
    summary,
)
from conformance.results.compare import compare, matrix
from tests.reports.sample import clean, crowded, sample, swallowed


def console(*, terminal: bool = False, width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, height=24)


def printed(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


@pytest.mark.parametrize("count", [0, 3, 5000])
def test_a_summary_fits_a_screen(count: int) -> None:
    on = console()
    summary(crowded(count), on, Path("reports/latest/report.html"))
    lines = printed(on).splitlines()
    assert len(lines) <= 24
    # What is to be copied is not wrapped.
    assert all(len(line) <= 100 for line in lines if not line.startswith("  Play it again: "))
    assert lines[0] == "Not conformant: 3 MUST requirements failed."
    assert lines[-2:] == ["Report: reports/latest/report.html", "Exit code 1: 3 MUST requirements failed."]


def test_what_is_new_since_an_earlier_run_is_told_on_the_same_screen() -> None:
    on, quiet = console(), console()
    news = compare(clean(), crowded(5000))
    summary(crowded(5000), on, Path("report.html"), comparison=news)
    summary(crowded(5000), quiet, verbosity="quiet", comparison=news)
    assert len(printed(on).splitlines()) <= 24
    told = " ".join(printed(on).splitlines())
    assert "Since " in told
    assert " new (" in told
    assert "; 5,000 new findings." in " ".join(told.split())
    assert "Since " in printed(quiet)
    same = console()
    summary(clean(), same, comparison=compare(clean(), clean()))
    assert "no requirement differs." in printed(same)


def test_the_line_that_plays_the_first_finding_again_can_be_copied() -> None:
    on = console(width=60)
    summary(sample(), on, Path("reports/x/report.html"))
    line = next(line for line in printed(on).splitlines() if line.startswith("  Play it again: "))
    assert f"conformance replay {swallowed().id} " in line
    assert line.endswith("--from reports/x")


def test_a_verbose_summary_has_every_finding_and_a_quiet_one_none() -> None:
    verbose, quiet = console(), console()
    summary(crowded(60), verbose, verbosity="verbose")
    summary(crowded(60), quiet, verbosity="quiet")
    assert printed(verbose).count("The instance has terminated 920 ms") == 60
    assert printed(quiet).splitlines() == [
        "Not conformant: 3 MUST requirements failed.",
        "Exit code 1: 3 MUST requirements failed.",
    ]


def test_what_came_alike_at_several_operations_is_one_line_that_names_the_first() -> None:
    on = console()
    alike = [
        replace(swallowed(), id=f"A{number}", operations=[f"operation{number}"], expected=f"Status {400 + number}.")
        for number in range(12)
    ]
    other = replace(swallowed(), id="B", observed="It was never answered.", operations=["listInstances"])
    summary(replace(sample(), findings=[*alike, other]), on)
    told = printed(on)
    assert told.count("cancel.terminates (operation0 and 11 more): ") == 1
    assert "operation1" not in told
    assert "cancel.terminates (listInstances): " in told
    assert "further finding" not in told


def test_stale_entries_errors_and_hostile_text_are_told() -> None:
    on = console()
    results = replace(clean(), stale=[{"requirement": "run.wait", "why": "it passes"}], errors=["\x1b[2Jbroken"])
    summary(results, on)
    assert "stale known deviation run.wait: it passes" in printed(on)
    assert "failure of the suite itself: ‹U+001B›[2Jbroken" in printed(on)


@pytest.mark.parametrize(
    ("terminal", "environment", "verbosity", "kind"),
    [
        (True, {}, "normal", LiveProgress),
        (True, {"NO_COLOR": "1"}, "normal", PlainProgress),
        (True, {"CI": "true"}, "normal", PlainProgress),
        (False, {}, "verbose", PlainProgress),
        (True, {}, "quiet", SilentProgress),
    ],
)
def test_the_form_suits_the_place(
    terminal: bool, environment: dict[str, str], verbosity: Verbosity, kind: type[object]
) -> None:
    progress = make_progress(console(terminal=terminal), environment, verbosity)
    progress.phase("scenarios")
    progress.update(Counts(1, 1, 0), 0.5, 60)
    progress.close()
    assert isinstance(progress, kind)


def test_plain_progress_prints_now_and_then() -> None:
    on = console()
    progress = PlainProgress(on, every=10)
    progress.phase("scenarios")
    for second in range(25):
        progress.update(Counts(second * 100, second, 1), float(second), 60.0)
    assert printed(on).splitlines() == [
        "scenarios",
        "scenarios: 1,000 exchanges, 10 runs, 1 rule broken, 10 s, 50 s left",
        "scenarios: 2,000 exchanges, 20 runs, 1 rule broken, 20 s, 40 s left",
    ]


def test_no_color_means_no_color() -> None:
    assert make_console({"NO_COLOR": "1"}).color_system is None
    assert make_console({"CI": "true"}).color_system is None
    assert make_console({}, stderr=True).stderr


def test_explaining_a_requirement() -> None:
    requirement = Requirement(
        "run.wait",
        "run",
        "MUST",
        frozenset("SE"),
        "It waits.",
        "section 4",
        "Because.",
        "It does not.",
        ("runWorkflow",),
        "f",
    )
    on = console()
    on.print(explain(requirement))
    for text in ("run.wait", "It waits.", "Because.", "It does not.", "only where the target offers the feature f"):
        assert text in printed(on)
    judged = dict(explanation(requirement))["How it is judged"]
    assert judged.startswith("from single responses")
    assert "eventually" in judged


def test_comparisons_as_text() -> None:
    on = console(width=160)
    print_comparison(compare(clean(), sample()), on, limit=3)
    lines = printed(on).splitlines()
    assert lines[2].startswith("requirements: 4 new")
    assert lines[3].strip().startswith("new  cancel.terminates (MUST): passed -> failed")
    assert lines[-1] == "9 further lines left out; --html FILE.html writes all of them."


@pytest.mark.parametrize(("width", "cell"), [(160, "✗ failed"), (50, "cancel.terminates           ✓  ✗")])
def test_a_matrix_never_shortens_what_it_is_about(width: int, cell: str) -> None:
    on = console(width=width)
    print_matrix(matrix([clean(), sample()]), on)
    assert cell in printed(on)


def test_a_matrix_of_equal_results_says_so() -> None:
    on = console(width=80)
    print_matrix(matrix([clean(), clean(), clean()]), on)
    assert printed(on).endswith("They agree on every requirement.\n")
