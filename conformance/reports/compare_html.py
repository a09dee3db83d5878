"""Comparisons and matrices of results as HTML pages of their own, and as text."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from conformance.reports.html import CHANGE_WORDS, render
from conformance.reports.text import OUTCOME_SIGNS, OUTCOME_WORDS, one_line, plural
from conformance.results.compare import Comparison, Matrix
from conformance.results.model import Outcome


def write_comparison(comparison: Comparison, path: Path) -> Path:
    """Write a page about what differs between two runs."""
    path.write_text(render("compare.html.j2", comparison=comparison), encoding="utf-8")
    return path


def write_matrix(matrix: Matrix, path: Path) -> Path:
    """Write a page with several results side by side."""
    path.write_text(render("matrix.html.j2", matrix=matrix), encoding="utf-8")
    return path


def print_comparison(comparison: Comparison, console: Console, limit: int = 40) -> None:
    """What differs, a line each, worst first."""
    console.print(f"old: {comparison.old}\nnew: {comparison.new}", markup=False, highlight=False)
    lines = [
        f"{CHANGE_WORDS[item.change]:>20}  {item.id} ({item.level}): {_word(item.old)} -> {_word(item.new)}"
        for item in comparison.requirements
    ]
    lines += [
        f"{CHANGE_WORDS[item.change]:>20}  finding on {item.requirement}: {one_line(item.observed, 100)}"
        for item in comparison.findings
    ]
    for line in lines[:limit] or ["Nothing differs."]:
        console.print(line, markup=False, highlight=False)
    if len(lines) > limit:
        console.print(f"{plural(len(lines) - limit, 'further line')} left out.", markup=False, highlight=False)


def print_matrix(matrix: Matrix, console: Console) -> None:
    """A table of outcomes: a column for each of the results, only the requirements on which they differ."""
    table = Table("requirement", *map(one_line, matrix.columns))
    for row in (row for row in matrix.rows if row.differs):
        table.add_row(row.id, *(f"{OUTCOME_SIGNS[one]} {_word(one)}" if one else "absent" for one in row.outcomes))
    console.print(table)


def _word(outcome: Outcome | None) -> str:
    return OUTCOME_WORDS[outcome] if outcome else "absent"
