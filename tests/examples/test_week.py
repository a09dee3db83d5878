"""A week of nights, played by the script of the examples: a fault comes on the third, and goes on the sixth."""

from __future__ import annotations

import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.results.store import read_results
from tests.examples.test_ci import CI
from tests.warm import environment

WEEK: tuple[tuple[str, ...], ...] = ((), (), *[("name-dropped",)] * 3, (), ())
SHORT = ("--profile", "smoke", "--explore-time", "3s", "-k", "create-echo or create-distinct or info.version")


def night(folder: Path, faults: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """One night: the server as it is then, and the script."""
    path = f"{sysconfig.get_path('scripts')}:{environment()['PATH']}"
    with ReferenceProcess(ServerOptions(faults=tuple(faults))) as server:
        command = [str(CI / "nightly.sh"), *SHORT, server.url]
        return subprocess.run(
            command, cwd=folder, env=environment() | {"PATH": path}, capture_output=True, text=True, check=False
        )


@pytest.mark.system
def test_only_the_night_on_which_something_breaks_alarms(tmp_path: Path) -> None:
    week = [night(tmp_path, faults) for faults in WEEK]
    assert [each.returncode for each in week] == [0, 0, 1, 0, 0, 0, 0], [each.stdout + each.stderr for each in week]
    nights = sorted(each for each in (tmp_path / "nights").iterdir() if (each / "results.json").exists())
    failed = [[each.id for each in read_results(place).requirements if each.outcome == "failed"] for place in nights]
    assert failed == [["workflow.create-echo"] if faults else [] for faults in WEEK]
    changes = [line.split() for line in week[-1].stdout.splitlines() if " MUST " in line and line.startswith("20")]
    assert [(line[2], line[4].rstrip(":")) for line in changes[:2]] == [
        ("mended", "workflow.create-echo"),
        ("broke", "workflow.create-echo"),
    ]
    page = (tmp_path / "nights" / "history.html").read_text(encoding="utf-8")
    assert "What broke, and what was mended" in page
    # The example that the third night found is played first on every later one.
    assert any((tmp_path / "nights" / "examples").rglob("*"))


@pytest.mark.system
def test_a_listed_deviation_never_alarms(tmp_path: Path) -> None:
    (tmp_path / "known.yaml").write_text(
        "known: [{requirement: workflow.create-echo, operation: createWorkflow, reason: 'being mended'}]\n"
    )
    assert [night(tmp_path, faults).returncode for faults in WEEK[1:3]] == [0, 0]
