"""The command as users call it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.reports.rerun import rerun_command
from conformance.results.store import read_results
from tests.sdk.drivers import REFERENCE, program


def _sdk(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["sdk", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize(("fault", "code"), [("false-left-out", 1), (None, 0)])
def test_a_run_writes_the_reports_and_says_by_its_exit_code_what_it_came_to(
    tmp_path: Path, fault: str | None, code: int
) -> None:
    command = [*REFERENCE, *([f"--fault={fault}"] if fault else [])]
    assert _sdk("--report-dir", str(tmp_path), "-k", "wait and not long", "--", *command)[0] == code
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["target"]["name"] == "reference 1"
    assert [(each["id"], each["outcome"]) for each in results["requirements"]] == [
        ("sdk-request.wait", "failed" if fault else "passed")
    ]
    assert rerun_command(read_results(tmp_path)) == f"conformance sdk --seed 0 -- {shlex.join(command)}"
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "junit.xml").exists()
    if fault:
        (finding,) = results["findings"]
        assert finding["exchanges"][0]["url"].endswith("/api/orchestration/workflows/id-1/instances")
        assert "wait=false" in finding["expected"]


def test_a_driver_that_crashes_at_some_calls_is_a_finding_with_its_stderr(tmp_path: Path) -> None:
    crash = program("""
        for call in calls():
            if call["operation"] == "sendEvent":
                print('no such method', file=sys.stderr)
                sys.exit(3)
            say(type="result", id=call["id"], data=None)
    """)
    code, _ = _sdk("--report-dir", str(tmp_path), "-k", "request.operation or driver", "--", *crash)
    results = json.loads((tmp_path / "results.json").read_text())
    assert code == 1
    (finding,) = (each for each in results["findings"] if each["requirement"] == "sdk-driver.protocol")
    assert finding["operations"] == ["sendEvent"]
    assert "exit code 3" in finding["observed"]
    assert "no such method" in (tmp_path / "driver-stderr.txt").read_text()


@pytest.mark.parametrize("keyword", ["request.operation or driver", "request.operation"])
def test_a_driver_that_gives_no_valid_result_is_no_finding(tmp_path: Path, keyword: str) -> None:
    crash = program("for call in calls():\n    print('no such method', file=sys.stderr)\n    sys.exit(3)")
    code, told = _sdk("--report-dir", str(tmp_path), "-k", keyword, "--", *crash)
    results = json.loads((tmp_path / "results.json").read_text())
    assert code == 3
    assert "gave no valid result to 3 calls: it ended with exit code 3" in told
    assert "its stderr ends with: no such method" in told
    assert (results["verdict"], results["complete"], results["findings"]) == ("incomplete", False, [])
    assert {each["outcome"] for each in results["requirements"]} == {"inconclusive"}


def test_a_command_that_is_none_is_wrong_usage() -> None:
    assert _sdk("--", "no-such-command")[0] == 2


def test_a_driver_that_does_not_say_hello_cannot_be_judged() -> None:
    assert _sdk("--", *program("sys.exit(3)", hello=False))[0] == 3
