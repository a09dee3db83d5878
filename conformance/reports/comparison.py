"""Comparisons and matrices of results as text."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from conformance.reports.text import (
    CHANGE_WORDS,
    OUTCOME_SIGNS,
    OUTCOME_WORDS,
    VERDICT_WORDS,
    answered,
    one_line,
    plural,
)
from conformance.results.compare import Comparison, Matrix
from conformance.results.model import OUTCOMES, Outcome

_NAMES_WIDTH, _OUTCOME_WIDTH = 34, 18


def print_comparison(comparison: Comparison, console: Console, limit: int = 40) -> None:
    """What differs, a line each, worst first."""
    counts = ", ".join(f"{count} {CHANGE_WORDS[change]}" for change, count in comparison.counts.items() if count)
    head = [f"old: {comparison.old}", f"new: {comparison.new}", f"requirements: {counts or 'nothing differs'}"]
    lines = [
        f"{CHANGE_WORDS[item.change]:>20}  {item.id} ({item.level}): {_word(item.old)} -> {_word(item.new)}"
        for item in comparison.requirements
    ]
    lines += [
        f"{CHANGE_WORDS[item.change]:>20}  finding on {item.requirement}: {one_line(answered(item.observed), 100)}"
        for item in comparison.findings
    ]
    _say(console, [*head, *lines[:limit]])
    if len(lines) > limit:
        _say(console, [f"{plural(len(lines) - limit, 'further line')} left out; --html FILE.html writes all of them."])


def print_matrix(matrix: Matrix, console: Console) -> None:
    """A table of outcomes: a column for each of the results, only the requirements on which they differ."""
    numbered = zip(matrix.columns, matrix.verdicts, strict=True)
    named = enumerate(((one_line(column), VERDICT_WORDS[verdict]) for column, verdict in numbered), start=1)
    _say(console, [f"{number}  {column}: {verdict}" for number, (column, verdict) in named])
    rows = [row for row in matrix.rows if row.differs]
    if not rows:
        _say(console, ["They agree on every requirement."])
        return
    table = Table("requirement", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for number in range(1, len(matrix.columns) + 1):
        table.add_column(str(number))
    roomy = console.width >= _NAMES_WIDTH + len(matrix.columns) * _OUTCOME_WIDTH
    for row in rows:
        table.add_row(row.id, *(_cell(outcome, roomy) for outcome in row.outcomes))
    console.print(table)
    if not roomy:
        _say(console, [", ".join(f"{OUTCOME_SIGNS[one]} {OUTCOME_WORDS[one]}" for one in OUTCOMES) + ", · absent"])


def _cell(outcome: Outcome | None, roomy: bool) -> str:
    sign = OUTCOME_SIGNS[outcome] if outcome else "·"
    return f"{sign} {_word(outcome)}" if roomy else sign


def _say(console: Console, lines: list[str]) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _word(outcome: Outcome | None) -> str:
    return OUTCOME_WORDS[outcome] if outcome else "absent"
