"""Comparisons and matrices of results as HTML pages of their own."""

from __future__ import annotations

from pathlib import Path

from conformance.reports.html.page import render
from conformance.results.compare import Comparison, Matrix


def write_comparison(comparison: Comparison, path: Path) -> Path:
    """Write a page about what differs between two runs."""
    path.write_text(render("compare.html.j2", comparison=comparison), encoding="utf-8")
    return path


def write_matrix(matrix: Matrix, path: Path) -> Path:
    """Write a page with several results side by side."""
    path.write_text(render("matrix.html.j2", matrix=matrix), encoding="utf-8")
    return path
