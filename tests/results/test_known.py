"""Known deviations: what they cover, and what they must never hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conformance.contract.requirements import load_requirements
from conformance.reports.conclusion import exit_code
from conformance.results.known.deviations import KnownDeviation, apply_known
from conformance.results.known.files import PLACEHOLDER, KnownFileInvalid, known_from, load_known, unfilled
from conformance.results.known.ways import fits, pattern_of, way_id
from conformance.results.model import Finding, Results
from tests.reports.sample import clean, sample, swallowed

TODAY = date(2026, 11, 24)
ALL_CANCELLING = [
    KnownDeviation(name, "being rewritten")
    for name in ("cancel.terminates", "cancel.closes-stage", "cancel.not-running")
]


def outcome(results: Results, name: str) -> str:
    return next(item.outcome for item in results.requirements if item.id == name)


def test_listed_failures_are_known_and_do_not_fail_the_run() -> None:
    found = apply_known(sample(), ALL_CANCELLING, TODAY, False)
    assert outcome(found, "cancel.terminates") == "known_deviation"
    assert found.findings[0].known == {"requirement": "cancel.terminates", "reason": "being rewritten"}
    assert (found.verdict, found.stale, exit_code(found)) == ("incomplete", [], 3)


def test_every_must_passing_but_for_known_ones_is_conformant() -> None:
    failed = replace(clean(), findings=[replace(swallowed(), requirements=["cancel.terminates"])])
    for item in failed.requirements:
        if item.id == "cancel.terminates":
            item.outcome, item.findings = "failed", ["F1"]
    assert exit_code(apply_known(failed, ALL_CANCELLING[:1], TODAY, False)) == 0
    assert exit_code(apply_known(failed, [], TODAY, False)) == 1


def test_known_requirements_never_hide_a_third() -> None:
    found = apply_known(sample(), ALL_CANCELLING[:2], TODAY, False)
    assert outcome(found, "cancel.not-running") == "failed"
    assert found.findings[0].known is None
    assert exit_code(found) == 1


def test_an_entry_for_one_operation_covers_no_other() -> None:
    one = replace(swallowed(), requirements=["cancel.terminates"], operations=["cancelEvent"])
    other = replace(one, id="F9", operations=["runWorkflow"])
    results = sample([one, other])
    found = apply_known(results, [KnownDeviation("cancel.terminates", "why", "cancelEvent")], TODAY, False)
    assert outcome(found, "cancel.terminates") == "failed"
    assert [item.known is not None for item in found.findings] == [True, False]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (KnownDeviation("event.matching", "why"), "the requirement passes now"),
        (KnownDeviation("no.such", "why"), "it matches no requirement"),
        (KnownDeviation("cancel.terminates", "why", "listWorkflows"), "it fails, but not at listWorkflows"),
        (KnownDeviation("cancel.terminates", "why", until=date(2026, 11, 23)), "it was accepted until 2026-11-23"),
    ],
)
def test_entries_without_a_failure_are_stale(entry: KnownDeviation, why: str) -> None:
    assert [item["why"] for item in apply_known(sample(), [entry], TODAY, False).stale] == [why]


def test_stale_entries_fail_only_a_strict_run() -> None:
    entries = [KnownDeviation("run.created", "was flaky")]
    assert exit_code(apply_known(clean(), entries, TODAY, False)) == 0
    assert exit_code(apply_known(clean(), entries, TODAY, True)) == 1


def test_what_was_not_looked_at_is_not_stale() -> None:
    entries = [KnownDeviation("event.burst", "why"), KnownDeviation("cancel.terminates", "why", until=TODAY)]
    assert apply_known(sample(), entries, TODAY, True).stale == []


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("known:\n- {requirement: run.wait, reason: slow, operation: runWorkflow, until: 2027-01-31}\n")
    assert load_known(path) == (KnownDeviation("run.wait", "slow", "runWorkflow", None, date(2027, 1, 31)),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("known: [", "it is not YAML"),
        ("- a", "it has no list named 'known'"),
        ("known: [x]", "entry 1 is not a mapping"),
        ("known: [{requirement: a.b}]", "entry 1 has no reason"),
        ("known: [{reason: a}]", "entry 1 has no requirement"),
        ("known: [{requirement: a, reason: b, untill: c}]", "entry 1 has the unknown key 'untill'"),
        ("known: [{requirement: a, reason: 3}]", "entry 1 has a reason that is no text"),
        ("known: [{requirement: a, reason: b, until: soon}]", "entry 1 has an 'until' that is no date"),
        ("known: [{requirement: a, reason: b, until: 2026-13-45}]", "entry 1 has an 'until' that is no date|not YAML"),
    ],
)
def test_a_broken_file_is_explained(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(text)
    with pytest.raises(KnownFileInvalid, match=reason):
        load_known(path)


def test_a_first_file_is_accepted_as_it_is_and_covers_what_it_was_made_from(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(known_from(sample()), encoding="utf-8")
    known = load_known(path)
    assert sorted(item.requirement for item in known) == [
        "cancel.closes-stage",
        "cancel.not-running",
        "cancel.terminates",
        "envelope.documented-fields",
    ]
    found = apply_known(sample(), known, TODAY, False)
    assert {item.outcome for item in found.requirements} & {"failed"} == set()
    told = unfilled(path, known)
    assert told is not None
    assert "write a reason in place of the placeholder" in told
    filled = path.read_text(encoding="utf-8").replace(PLACEHOLDER, "accepted")
    path.write_text(filled, encoding="utf-8")
    assert unfilled(path, load_known(path)) is None
    path.write_text(known_from(clean()), encoding="utf-8")
    assert load_known(path) == ()


def test_a_first_file_has_one_entry_and_one_comment_for_each_finding() -> None:
    text = known_from(sample())
    comments = [line for line in text.splitlines() if line.startswith("  #")]
    assert len(comments) == len(set(comments)) == text.count("- finding:") == 2


def test_a_first_file_names_what_failed_without_a_finding() -> None:
    text = known_from(replace(sample(), findings=[]))
    assert "  - requirement: cancel.terminates\n" in text


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ({}, True),
        ({"observed": "it still runs 7.9 s after the cancellation was accepted"}, True),
        ({"observed": "500"}, False),
        ({"operations": ["runWorkflow"], "id": "cancel.terminates-else"}, False),
    ],
)
def test_the_same_requirement_violated_in_another_way_is_an_alarm(
    change: dict[str, object], covered: bool, tmp_path: Path
) -> None:
    seen = "it still runs 2.41 s after the cancellation was accepted"
    first = replace(swallowed(), requirements=["cancel.terminates"], observed=seen)
    path = tmp_path / "known.yaml"
    path.write_text(known_from(sample([first])), encoding="utf-8")
    now: Finding = replace(first, **change)  # type: ignore[arg-type]
    entries = [entry for entry in load_known(path) if entry.requirement == "cancel.terminates"]
    found = apply_known(sample([now]), entries, TODAY, False)
    assert outcome(found, "cancel.terminates") == ("known_deviation" if covered else "failed")


def test_a_further_finding_keeps_its_entry_when_it_becomes_the_first() -> None:
    further = way_id("cancel.terminates", ["cancelEvent"], "500")
    first = replace(swallowed(), requirements=["cancel.terminates"], operations=["cancelEvent"], observed="500")
    entry = KnownDeviation("cancel.terminates", "why", finding=further, observed="500")
    assert outcome(apply_known(sample([first]), [entry], TODAY, False), "cancel.terminates") == "known_deviation"


@pytest.mark.parametrize(
    ("observed", "pattern"),
    [
        ("404", "404"),
        ("500 instead of 404", "500 instead of 404"),
        ("it still runs 2.41 s after the cancellation", "it still runs * s after the cancellation"),
        ("it waited 404 ms", "it waited * ms"),
        ('name is "a" and was "b"', "name is * and was *"),
        ('{"data": [1, "x"]}', "*"),
        ('201 {"data": {"id": "a", "stages": [{"name": "resu…', "201 *"),
        ('201 {"data": [{"id": "a"}], "name": "resu…', "201 *"),
        ("it had 2 entries, 10,000 characters", "it had * entries, * characters"),
        ("stage 1 of 4f1f7a3e-0000-4000-8000-1234567890ab", "stage * of *"),
        ("it is not  there*", "it is not there*"),
    ],
)
def test_what_differs_from_run_to_run_is_no_part_of_the_way(observed: str, pattern: str) -> None:
    assert pattern_of(observed) == pattern
    assert fits(pattern, observed)


def test_a_pattern_that_was_cut_covers_what_it_was_made_from() -> None:
    observed = "so " * 200
    assert fits(pattern_of(observed), observed)
    assert not fits("404", "404 after all")


def test_the_documented_example_is_usable(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    path = tmp_path / "known.yaml"
    path.write_text(guide.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    (entry,) = load_known(path)
    assert entry.requirement in load_requirements().by_id
    assert (entry.operation, str(entry.until)) == ("getInstanceStageHistory", "2027-12-31")
