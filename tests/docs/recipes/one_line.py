"""A report: the verdict on one line."""

from __future__ import annotations

from pathlib import Path

from conformance.results.compare import Comparison
from conformance.results.model import Results


def write_one_line(results: Results, path: Path, _: Comparison | None) -> None:
    """Write the target and the verdict."""
    path.write_text(f"{results.target_name}: {results.verdict}\n", encoding="utf-8")
