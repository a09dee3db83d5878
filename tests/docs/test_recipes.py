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
        ("    intruding,\n", "    intruding,\n    list_running,\n"),
        ("_MODULES = (", "_MODULES = (list_running, "),
    )


def _fault(package: Path) -> None:
    faults = package / "reference" / "faults"
    shutil.copy(RECIPES / "long_version.py", faults / "answers")
    _edit(
        faults / "__init__.py",
        (
            "\nfrom conformance.reference.faults.fault",
            "\nfrom conformance.reference.faults.answers import long_version\nfrom conformance.reference.faults.fault",
        ),
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


def _option(package: Path) -> None:
    row = (RECIPES / "option_row.txt").read_text(encoding="utf-8")
    _edit(package / "configuration" / "table" / "results.py", ("] = (\n", f"] = (\n{row}"))


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What the checks said in a copy with all of the recipes: to start there takes far longer than to check."""
    copy = tmp_path_factory.mktemp("recipes")
    for folder in ("conformance", "specs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for add in (_requirement, _step, _fault, _report, _option):
        add(copy / "conformance")
    return subprocess.run(
        [sys.executable, "-B", str(RECIPES / "check.py"), str(copy)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", ["requirement", "step", "fault", "report", "option"])
def test_a_recipe_adds_what_it_promises(name: str, checked: subprocess.CompletedProcess[str]) -> None:
    assert f"{name} works" in checked.stdout.splitlines(), checked.stderr
