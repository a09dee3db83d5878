"""JUnit, Markdown, statement, badge, annotations: what each says, and that no text breaks out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from conformance.reports.annotations import MAX_ANNOTATIONS, ci_annotations, github_annotations
from conformance.reports.badge import badge_svg
from conformance.reports.junit import write_junit
from conformance.reports.markdown import MAX_FINDINGS, append_summary, summary_markdown
from conformance.reports.statement import statement_json, statement_markdown
from conformance.reports.write import write_all
from conformance.results.compare import compare
from conformance.results.model import Results
from tests.reports.sample import clean, crowded, sample, swallowed

HOSTILE = "]]><script> | `x` @all ](javascript:1) \ud800\x00\n::error::"


def poisoned() -> Results:
    finding = replace(swallowed(), observed=HOSTILE, expected=HOSTILE, operations=[HOSTILE], script=[HOSTILE])
    results = sample([finding])
    rows = [replace(item, reason=HOSTILE) for item in results.requirements]
    return replace(results, target={"name": HOSTILE}, requirements=rows, errors=[HOSTILE])


def test_junit_has_a_case_per_requirement(tmp_path: Path) -> None:
    root = Xml.parse(write_junit(sample(), tmp_path / "junit.xml")).getroot()
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["skipped"]) == ("21", "4", "5")
    case = next(case for case in root.iter("testcase") if case.attrib["name"] == "cancel.terminates")
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("The instance has terminated 920 ms")
    assert "w1 = create" in (failure.text or "")
    skipped = next(root.iter("skipped")).attrib["message"]
    assert skipped == "known deviation: amounts above 2^53 are rounded; fixed in 2.4"


def test_junit_survives_any_text_and_reports_own_errors(tmp_path: Path) -> None:
    root = Xml.parse(write_junit(poisoned(), tmp_path / "junit.xml")).getroot()
    assert (root.attrib["errors"], root.attrib["tests"]) == ("1", "22")
    assert sum(1 for _ in root.iter("error")) == 1


def test_the_summary_is_short_and_appended(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("# Other\n", encoding="utf-8")
    append_summary(crowded(1000), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Other\n## Not conformant: payments staging\n")
    assert f"and {1000 - MAX_FINDINGS} more" in text
    assert len(text) < 20_000
    assert "No findings." in summary_markdown(clean())


def test_the_summary_says_what_is_new_since_an_earlier_run() -> None:
    told = summary_markdown(sample(), compare(clean(), sample()))
    assert "Since " in told
    assert " new " in told


@pytest.mark.parametrize("text", [summary_markdown(poisoned()), statement_markdown(poisoned())])
def test_markdown_stays_text(text: str) -> None:
    assert "<script>" not in text
    assert "@all" not in text.replace("\\@", "")
    assert "](javascript" not in text
    assert text.encode("utf-8")


def test_the_statement_tells_what_was_judged() -> None:
    text = statement_markdown(sample())
    assert "# Conformance statement: payments staging" in text
    assert "| Version | 2.3.1 |" in text
    assert "- **workflow.exact-numbers** (MUST): amounts above 2^53 are rounded" in text
    assert "accepted until 2027-03-31" in text
    found = statement_json(clean())
    assert (found["verdict"], len(found["requirements"]), found["known_deviations"]) == ("conformant", 21, [])


def test_the_badge_says_the_verdict() -> None:
    assert "conformance: not conformant (3 failed)" in badge_svg(sample())
    assert Xml.fromstring(badge_svg(clean())).attrib["aria-label"] == "conformance: conformant"


def test_annotations_are_for_their_service() -> None:
    assert ci_annotations(sample(), {}) == []
    lines = ci_annotations(sample(), {"GITHUB_ACTIONS": "true"})
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert ci_annotations(sample(), {"GITLAB_CI": "true"})[1].startswith("MUST cancel.terminates at cancelEvent")


def test_annotations_are_bounded_and_stay_on_their_line() -> None:
    lines = github_annotations(crowded(50))
    assert len(lines) == MAX_ANNOTATIONS
    assert lines[-1] == "::notice::41 further findings are in the report"
    (line,) = github_annotations(poisoned())
    assert "\n" not in line


def test_everything_is_written(tmp_path: Path) -> None:
    report = write_all(poisoned(), tmp_path / "out", [])
    names = sorted(path.name for path in report.parent.iterdir())
    assert names == [
        "badge.svg",
        "exchanges.har.gz",
        "junit.xml",
        "report.html",
        "results.json",
        "statement.json",
        "statement.md",
        "summary.md",
    ]
    assert json.loads((report.parent / "results.json").read_text(encoding="utf-8"))["errors"] == [HOSTILE]
