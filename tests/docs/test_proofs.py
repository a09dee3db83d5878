"""docs/detection.md: its table of what each rule is proven by is that of today."""

from __future__ import annotations

from pathlib import Path

from benchmarks.rules.proofs import page

PAGE = Path(__file__).parents[2] / "docs" / "detection.md"


def test_the_table_of_proofs_is_current() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "python -m benchmarks.rules.proofs --write"
