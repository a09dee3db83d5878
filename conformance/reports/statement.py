"""The conformance statement: who, what, when, which requirements, which known deviations; fit to be published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conformance.reports.conclusion import conclusion_of
from conformance.reports.markdown import escaped
from conformance.reports.text import (
    LEVELS,
    OUTCOME_WORDS,
    cut_short,
    level_sentence,
    one_line,
    plural,
    readable_time,
    sentence_case,
)
from conformance.results.model import RequirementResult, Results
from conformance.wire import exact_json


def write_statement(results: Results, path: Path) -> Path:
    """Write the statement as Markdown, and as JSON beside it; returns the path of the Markdown."""
    path.write_text(statement_markdown(results), encoding="utf-8")
    path.with_suffix(".json").write_text(exact_json.dumps(statement_json(results)) + "\n", encoding="utf-8")
    return path


def statement_json(results: Results) -> dict[str, Any]:
    """The statement as data; it says nothing of how a deviation was found."""
    return {
        "statement": f"{conclusion_of(results).headline}. {conclusion_of(results).reason}",
        "verdict": results.verdict,
        "complete": results.complete,
        "target": results.target,
        "document": results.document,
        "suite": results.suite,
        "profile": results.profile,
        "seed": results.seed,
        "judged_at": results.started_at,
        "levels": {level: level_sentence(results, level) for level in LEVELS},
        "requirements": [
            {"id": item.id, "level": item.level, "outcome": item.outcome} for item in results.requirements
        ],
        "known_deviations": [
            {"requirement": item.id, "reason": item.reason, **_terms(results, item)}
            for item in results.requirements
            if item.outcome == "known_deviation"
        ],
    }


def statement_markdown(results: Results) -> str:
    """The statement for people."""
    lines = [
        f"# Conformance statement: {escaped(results.target_name, 100)}",
        "",
        f"**{conclusion_of(results).headline}.** {escaped(conclusion_of(results).reason, 300)}",
        *(["", f"{sentence_case(short)}; what follows is what was seen."] if (short := cut_short(results)) else []),
        "",
        *(f"- **{level}** {level_sentence(results, level)}" for level in LEVELS),
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {escaped(value, 200)} |" for name, value in _facts(results)),
        "",
        *_deviations(results),
        "## Requirements",
        "",
        "| Requirement | Level | Outcome |",
        "|---|---|---|",
        *(f"| {escaped(item.id)} | {item.level} | {OUTCOME_WORDS[item.outcome]} |" for item in results.requirements),
        "",
    ]
    return "\n".join(lines)


def _facts(results: Results) -> list[tuple[str, str]]:
    facts = [
        ("Target", results.target_name),
        ("Version", str(results.target.get("version") or "")),
        ("Judged", readable_time(results.started_at)),
        ("API document", _document(results)),
        ("Document hash", str(results.document.get("sha256") or "")),
        ("Suite", " ".join(str(results.suite[key]) for key in ("name", "version") if results.suite.get(key))),
        ("Profile and seed", f"{results.profile}, {results.seed}"),
    ]
    return [(name, one_line(value)) for name, value in facts if value]


def _document(results: Results) -> str:
    source, operations = results.document.get("source"), results.document.get("operations")
    if not source:
        return ""
    name = "the one that this suite brings along" if source == "bundled" else str(source)
    return f"{name}, {plural(operations, 'operation')}" if isinstance(operations, int) else name


def _deviations(results: Results) -> list[str]:
    known = [item for item in results.requirements if item.outcome == "known_deviation"]
    return ["## Known deviations", "", *(_deviation(results, item) for item in known), ""] if known else []


def _deviation(results: Results, item: RequirementResult) -> str:
    terms = _terms(results, item)
    until = f"; accepted until {terms['until']}" if "until" in terms else ""
    link = f"; see {escaped(terms['link'], 300)}" if "link" in terms else ""
    return f"- **{escaped(item.id)}** ({item.level}): {escaped(item.reason or 'no reason given', 300)}{until}{link}"


def _terms(results: Results, item: RequirementResult) -> dict[str, str]:
    """Where a deviation is discussed, and how long it is accepted, as far as its entry said so."""
    entries = [finding.known for finding in results.findings if finding.known]
    entry = next((entry for entry in entries if entry.get("requirement") == item.id), {})
    return {key: entry[key] for key in ("link", "until") if key in entry}
