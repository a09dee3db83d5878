"""Annotations where a CI service shows them: GitHub's workflow commands, GitLab's collapsible sections."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.reports.conclusion import conclusion_of
from conformance.reports.text import hint, one_line, worst_first
from conformance.results.model import Finding, Results

MAX_ANNOTATIONS = 10
"""GitHub shows ten of a kind for a step."""


def ci_annotations(results: Results, environment: Mapping[str, str]) -> list[str]:
    """Lines to print for the CI service that the environment variables name; none elsewhere."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return github_annotations(results)
    if environment.get("GITLAB_CI") == "true":
        return gitlab_section(results)
    return []


def github_annotations(results: Results) -> list[str]:
    """An error for a MUST finding, a warning for a SHOULD, a notice for a known one; the worst ten."""
    findings = worst_first(results.findings)
    lines = [f"::{_kind(item)} title={_property(_title(item))}::{_data(hint(item))}" for item in findings]
    shown = lines[:MAX_ANNOTATIONS]
    if len(lines) > len(shown):
        shown[-1] = f"::notice::{len(lines) - len(shown) + 1} further findings are in the report"
    return shown


def gitlab_section(results: Results) -> list[str]:
    """A section of the job log that holds the findings."""
    findings = worst_first(results.findings)[:MAX_ANNOTATIONS]
    head = f"{conclusion_of(results).headline}: {conclusion_of(results).reason}"
    return [
        f"\x1b[0Ksection_start:0:conformance_findings[collapsed=true]\r\x1b[0K{head}",
        *(f"{item.level} {_title(item)}: {hint(item)}" for item in findings),
        "\x1b[0Ksection_end:0:conformance_findings\r\x1b[0K",
    ]


def _kind(finding: Finding) -> str:
    if finding.known:
        return "notice"
    return "error" if finding.level == "MUST" else "warning"


def _title(finding: Finding) -> str:
    operations = ", ".join(finding.operations[:3])
    return one_line(f"{finding.requirement} at {operations}" if operations else finding.requirement, 120)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
