"""A Markdown summary for a job's page."""

from __future__ import annotations

from pathlib import Path

from conformance.reports.conclusion import conclusion_of
from conformance.reports.losses import losses_sentences
from conformance.reports.text import (
    LEVELS,
    OUTCOME_SIGNS,
    OUTCOME_WORDS,
    comparison_sentence,
    cut_short,
    hint,
    level_sentence,
    one_line,
    outcome_counts,
    plural,
    readable_time,
    time_taken,
    worst_first,
)
from conformance.results.compare import Comparison
from conformance.results.model import OUTCOMES, Finding, Results

MAX_FINDINGS = 25
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>()#+!|~&$@"})


def write_summary(results: Results, path: Path, comparison: Comparison | None = None) -> Path:
    """Write the summary to a file of its own."""
    path.write_text(summary_markdown(results, comparison), encoding="utf-8")
    return path


def append_summary(results: Results, path: Path, comparison: Comparison | None = None) -> None:
    """Append the summary, as a CI's summary file that other steps share wants it."""
    with path.open("a", encoding="utf-8") as out:
        out.write(summary_markdown(results, comparison))


def summary_markdown(results: Results, comparison: Comparison | None = None) -> str:
    """Verdict, counts per level, and the worst findings; far below the size that CI services accept."""
    since = [escaped(comparison_sentence(comparison), 600), ""] if comparison is not None else []
    lines = [
        f"## {conclusion_of(results).headline}: {escaped(results.target_name, 80)}",
        "",
        escaped(conclusion_of(results).reason, 300),
        "",
        *([escaped(results.unreached, 300), ""] if results.unreached else []),
        *since,
        *(f"- **{level}** {level_sentence(results, level)}" for level in LEVELS),
        "",
        *(f"{escaped(sentence, 600)}\n" for sentence in losses_sentences(results)),
        *_counts(results),
        "",
        *_findings(results),
        *_stale(results),
        f"<sub>{escaped(_origin(results), 300)}</sub>",
        "",
    ]
    return "\n".join(lines)


def escaped(text: str, limit: int = 200) -> str:
    """Text of any origin on one line of Markdown: shown as it is, never markup, a mention or a link."""
    return one_line(text, limit).translate(_SPECIAL).replace("://", ":\u2060//")


def _counts(results: Results) -> list[str]:
    head = " | ".join(f"{OUTCOME_SIGNS[outcome]} {OUTCOME_WORDS[outcome]}" for outcome in OUTCOMES)
    rows = []
    for level in LEVELS:
        counts = outcome_counts(requirement for requirement in results.requirements if requirement.level == level)
        rows.append(f"| {level} | " + " | ".join(str(counts[outcome]) for outcome in OUTCOMES) + " |")
    return [f"| | {head} |", "|---|" + "---:|" * len(OUTCOMES), *rows]


def _findings(results: Results) -> list[str]:
    if not results.findings:
        return ["No findings.", ""]
    ordered = worst_first(results.findings)
    lines = [f"### {plural(len(ordered), 'finding')}", "", *map(_finding, ordered[:MAX_FINDINGS])]
    if len(ordered) > MAX_FINDINGS:
        lines.append(f"- … and {len(ordered) - MAX_FINDINGS} more in the report")
    return [*lines, ""]


def _finding(finding: Finding) -> str:
    operations = ", ".join(escaped(name, 60) for name in finding.operations[:4])
    known = " (known deviation)" if finding.known else ""
    told = escaped(hint(finding, 300), 320)
    return f"- **{finding.level}** {escaped(finding.requirement, 80)}{known}: {told} — {operations}"


def _stale(results: Results) -> list[str]:
    if not results.stale:
        return []
    told = [f"- {escaped(str(entry.get('requirement')))}: {escaped(str(entry.get('why')))}" for entry in results.stale]
    return ["### Stale known deviations", "", *told[:MAX_FINDINGS], ""]


def _origin(results: Results) -> str:
    suite = results.suite.get("version", "")
    cut = f"; {short}" if (short := cut_short(results)) else ""
    when = readable_time(results.started_at)
    return f"suite {suite}, profile {results.profile}, seed {results.seed}, {when}, {time_taken(results)}{cut}"
