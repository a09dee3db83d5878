"""What the commands list."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.commands import catalogue
from conformance.contract.operations import CORE_OPERATIONS
from conformance.contract.requirements import load_requirements
from conformance.reference.faults import FAULTS

RECORDINGS = Path(__file__).parents[1] / "recordings" / "data"


def printed(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_requirements_lists_every_one() -> None:
    listed = {line.split()[0] for line in printed("requirements").splitlines() if line.strip()}
    assert {each.id for each in load_requirements().requirements} <= listed


def test_requirements_of_one_group() -> None:
    lines = printed("requirements", "--group", "events").splitlines()
    assert all(line.startswith(("event.", "requirement", " ", "judged: ")) for line in lines)


def test_requirements_tells_what_is_left_open_and_why() -> None:
    listed = printed("requirements", "--excluded")
    assert all(row.id in listed for row in load_requirements().excluded)


def test_operations_lists_all_twelve() -> None:
    listed = printed("operations")
    assert all(each.id in listed for each in CORE_OPERATIONS)


def test_explain_tells_the_statement() -> None:
    assert "cancel.terminates" in printed("explain", "cancel.terminates")


def test_explain_shows_the_scenes_of_the_clauses() -> None:
    told = printed("explain", "cancel.terminates")
    assert "Scene: the instance terminates" in told
    assert "✗ getInstance i: stage 0 from 5 ms, still open" in told
    assert "✓ getInstance i: stage 0 from 5 to 405 ms, error cancelled; ended at 406 ms" in told


def test_list_faults_names_each_with_what_it_breaks_in_full() -> None:
    listed = printed("serve", "--list-faults")
    for fault in FAULTS.values():
        assert fault.name in listed
        assert all(rule in listed for rule in fault.breaks)


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("lifecycle-v1.har", 1, "Not conformant"), ("lifecycle-v2.har", 3, "below /v2 lies version 2 of the API")],
)
def test_check_judges_a_recording(tmp_path: Path, name: str, code: int, said: str) -> None:
    told = printed("check", str(RECORDINGS / name), "--report-dir", str(tmp_path), code=code)
    assert said in " ".join(told.split())
    assert {"results.json", "report.html", "junit.xml", "exchanges.har.gz"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_a_narrow_terminal_has_each_statement_below_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "terminal_width", lambda: 50)
    lines = printed("requirements", "--group", "events").splitlines()
    assert lines[0].split() == ["event.matching", "MUST", "E"]
    assert lines[1].startswith("  An event")
