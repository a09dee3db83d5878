"""JUnit XML: one test case per requirement, as GitHub, GitLab and Jenkins show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from conformance.reports.html.view import group_of
from conformance.reports.text import (
    OUTCOME_WORDS,
    cut,
    hint,
    how_sure,
    one_line,
    outcome_counts,
    plural,
    visible,
    worst_first,
)
from conformance.results.model import Finding, RequirementResult, Results

_TEXT_LIMIT = 20_000
_MAX_FINDINGS = 10


def write_junit(results: Results, path: Path) -> Path:
    """Write the results as JUnit XML; only a failed requirement is a failure, what was not judged is skipped."""
    path.write_bytes(Xml.tostring(junit_tree(results), encoding="utf-8", xml_declaration=True))
    return path


def junit_tree(results: Results) -> Xml.Element:
    """The ``testsuites`` element: a suite per group of requirements."""
    groups: dict[str, list[RequirementResult]] = {}
    for requirement in results.requirements:
        groups.setdefault(group_of(requirement), []).append(requirement)
    findings = {finding.id: finding for finding in worst_first(results.findings)}
    root = Xml.Element("testsuites", _totals(results.requirements) | {"name": "conformance", "errors": "0"})
    root.set("time", f"{results.duration_s:.3f}")
    for name, members in groups.items():
        _suite(root, name, members, results, findings)
    untested = results.target.get("untested")
    if results.errors:
        _errors(root, results, "the suite itself", "suite", results.errors)
    elif untested:
        _errors(root, results, "the target", "target", [f"the target could not be tested: {untested}"])
    return root


def _totals(requirements: Iterable[RequirementResult]) -> dict[str, str]:
    counts = outcome_counts(requirements)
    skipped = sum(counts.values()) - counts["passed"] - counts["failed"]
    return {"tests": str(sum(counts.values())), "failures": str(counts["failed"]), "skipped": str(skipped)}


def _suite(
    root: Xml.Element, name: str, members: list[RequirementResult], results: Results, findings: dict[str, Finding]
) -> None:
    attributes = {"name": _clean(name), **_totals(members), "errors": "0", "timestamp": results.started_at}
    suite = Xml.SubElement(root, "testsuite", attributes)
    properties = Xml.SubElement(suite, "properties")
    facts = {
        "target": results.target_name,
        "seed": str(results.seed),
        "profile": results.profile,
        "complete": str(results.complete).lower(),
    }
    for key, value in facts.items():
        Xml.SubElement(properties, "property", {"name": key, "value": _clean(value)})
    for requirement in members:
        _case(suite, requirement, [findings[name] for name in requirement.findings if name in findings])


def _case(suite: Xml.Element, requirement: RequirementResult, findings: list[Finding]) -> None:
    attributes = {"classname": f"conformance.{group_of(requirement)}", "name": requirement.id, "time": "0"}
    case = Xml.SubElement(suite, "testcase", attributes)
    if requirement.outcome == "failed":
        title = hint(findings[0]) if findings else f"violated {plural(requirement.violated, 'time')}"
        failure = Xml.SubElement(case, "failure", {"type": requirement.level, "message": title})
        failure.text = _clean("\n\n".join([requirement.statement, *map(_told, findings[:_MAX_FINDINGS])]))
    elif requirement.outcome != "passed":
        why = one_line(requirement.reason or "no reason was recorded")
        Xml.SubElement(case, "skipped", {"message": f"{OUTCOME_WORDS[requirement.outcome]}: {why}"})
    output = Xml.SubElement(case, "system-out")
    output.text = f"{requirement.level}; upheld {requirement.upheld}, violated {plural(requirement.violated, 'time')}"


def _told(finding: Finding) -> str:
    parts = [
        f"{finding.id} ({how_sure(finding)})",
        f"expected: {finding.expected}",
        f"observed: {finding.observed}",
        *finding.script[:50],
        finding.curl,
    ]
    return "\n".join(part for part in parts if part)


def _errors(root: Xml.Element, results: Results, name: str, kind: str, messages: Sequence[str]) -> None:
    """A suite of its own for what kept requirements from being judged: the suite's own errors, or the target's."""
    count = str(len(messages))
    root.set("errors", count)
    root.set("tests", str(len(results.requirements) + len(messages)))
    attributes = {"name": name, "tests": count, "failures": "0", "skipped": "0", "errors": count}
    suite = Xml.SubElement(root, "testsuite", attributes)
    for number, message in enumerate(messages, start=1):
        case = Xml.SubElement(
            suite, "testcase", {"classname": f"conformance.{kind}", "name": f"error {number}", "time": "0"}
        )
        Xml.SubElement(case, "error", {"type": kind, "message": one_line(message)}).text = _clean(message)


def _clean(text: str) -> str:
    return visible(cut(text, _TEXT_LIMIT))
