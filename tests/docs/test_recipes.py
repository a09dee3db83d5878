"""The recipes of docs/architecture.md, followed in a copy of the package: each adds one thing, and it works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = Path(__file__).parent / "recipes"


def _edit(file: Path, *edits: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, (file.name, old)
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def _requirement(package: Path) -> None:
    rules = package / "rules" / "envelope"
    shutil.copy(RECIPES / "short_version.py", rules)
    _edit(
        rules / "__init__.py", ("server_info\n", "server_info, short_version\n"), ("= {", "= {**short_version.RULES, ")
    )
    row = (RECIPES / "short_version.yaml").read_text(encoding="utf-8")
    _edit(package.parent / "specs" / "requirements.yaml", ("\nrequirements:\n", f"\nrequirements:\n{row}"))


def _step(package: Path) -> None:
    steps = package / "scenarios" / "steps"
    shutil.copy(RECIPES / "list_running.py", steps)
    _edit(
        steps / "registry.py",
        ("intruding, reading", "intruding, list_running, reading"),
        ("_MODULES = (", "_MODULES = (list_running, "),
    )


def _fault(package: Path) -> None:
    faults = package / "reference" / "faults"
    shutil.copy(RECIPES / "long_version.py", faults / "answers")
    _edit(
        faults / "__init__.py",
        ("limits, lookalikes", "limits, long_version, lookalikes"),
        ("_AREAS = (\n", "_AREAS = (\n    long_version.FAULTS,\n"),
    )


def _report(package: Path) -> None:
    reports = package / "reports"
    shutil.copy(RECIPES / "one_line.py", reports)
    _edit(
        reports / "write.py",
        ("    PAGE: write_html,\n", '    PAGE: write_html,\n    "verdict.txt": write_one_line,\n'),
        (
            "\nfrom conformance.results.activity",
            "\nfrom conformance.reports.one_line import write_one_line\nfrom conformance.results.activity",
        ),
    )


@pytest.mark.parametrize(
    ("name", "add"), [("requirement", _requirement), ("step", _step), ("fault", _fault), ("report", _report)]
)
def test_a_recipe_adds_what_it_promises(name: str, add: object, tmp_path: Path) -> None:
    for folder in ("conformance", "specs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert callable(add)
    add(tmp_path / "conformance")
    done = subprocess.run(
        [sys.executable, "-B", str(RECIPES / "check.py"), str(tmp_path), name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
