"""The server and the side that judges know nothing of each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import conformance

ROOT = Path(conformance.__file__).parent
JUDGING = ("contract", "operations", "reports", "results", "rules", "scenarios", "target", "trace", "wire")


def imported(directory: Path) -> Iterator[str]:
    """Every module that the modules below a directory import."""
    for module in directory.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not node.level, f"{module} imports relatively"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)


def test_the_server_imports_nothing_else_of_the_package() -> None:
    own = {name for name in imported(ROOT / "reference") if name.split(".")[0] == "conformance"}
    assert own
    assert {name for name in own if not name.startswith("conformance.reference.")} == set()


def test_the_judging_side_imports_nothing_of_the_server() -> None:
    found = {name for part in JUDGING for name in imported(ROOT / part)}
    assert {name for name in found if name.startswith("conformance.reference")} == set()
