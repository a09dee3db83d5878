"""`conformance run` against a server with two faults, and shared by two workers."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from conformance.configuration.settings import BUDGETS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reports.conclusion import exit_code
from conformance.results.compare import compare
from conformance.results.known.files import load_known
from conformance.results.model import Finding, Replays
from tests.campaign.visited import visited
from tests.commands.conftest import FAULTS, Done, conformance
from tests.warm import drawing_itself

REPORTS = ("results.json", "report.html", "junit.xml", "exchanges.har.gz", "events.ndjson.gz")


def finding(run: Done, requirement: str) -> Finding:
    return next(each for each in run.results.findings if each.requirement == requirement)


def test_what_the_embedded_server_held_is_gone_with_it(faulty: Done) -> None:
    # The fault lets no cancellation through, so that something was left on the server.
    assert not list(faulty.directory.glob("made*.ndjson"))


def test_two_faults_are_two_findings_and_exit_code_1(faulty: Done) -> None:
    assert faulty.code == 1
    assert faulty.results.verdict == "not_conformant"
    assert {each.requirement for each in faulty.results.findings} == {"cancel.terminates", "workflow.create-echo"}
    assert "Not conformant" in faulty.out
    assert faulty.err == ""


def test_every_report_is_there_and_nothing_else_is_left(faulty: Done) -> None:
    assert all((faulty.directory / name).stat().st_size for name in REPORTS)
    assert not list(faulty.directory.glob("*.spool"))
    assert not (faulty.directory / ".hypothesis").exists()


def test_a_swallowed_cancellation_is_minimal_and_grouped(faulty: Done) -> None:
    found = finding(faulty, "cancel.terminates")
    assert [line.split()[0] for line in found.script] == ["w1", "i1", "cancel", "read"]
    assert {"cancel.closes-stage", "cancel.not-running"} <= set(found.requirements)
    assert found.reproducibility == "always"
    assert found.replays == Replays(3, 3)


def test_the_python_of_a_finding_shows_it_again(faulty: Done, tmp_path: Path) -> None:
    found = finding(faulty, "workflow.create-echo")
    with ReferenceProcess(ServerOptions(faults=FAULTS)) as server:
        program = tmp_path / "finding.py"
        program.write_text(found.python.replace(faulty.results.target["url"], server.url))
        ran = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1, ran.stderr
    assert '"name":""' in ran.stdout.replace(" ", "")


@pytest.mark.parametrize(("faults", "code", "told"), [(FAULTS, 1, "2 of 2"), ((), 0, "0 of 2")])
def test_replay_tells_whether_it_comes_back(faulty: Done, faults: tuple[str, ...], code: int, told: str) -> None:
    with ReferenceProcess(ServerOptions(faults=faults)) as server:
        source = str(faulty.directory)
        done = conformance("replay", "cancel.terminates", server.url, "--from", source, "--times", "2")
    assert done.code == code, done.err
    assert f"cancel.terminates: violated in {told} plays" in done.out


def test_replay_names_the_findings_there_are(faulty: Done) -> None:
    done = conformance("replay", "nonsense", "http://127.0.0.1:9", "--from", str(faulty.directory))
    assert done.code == 2
    assert finding(faulty, "cancel.terminates").id in done.err


def test_compare_tells_what_is_new(faulty: Done, shared: Done) -> None:
    old, new = str(shared.directory), str(faulty.directory)
    assert conformance("compare", old, new).code == 1
    assert conformance("compare", new, old).code == 0
    assert conformance("compare", new, new).code == 0
    assert compare(shared.results, faulty.results).exit_code == 1


def test_known_writes_a_file_that_is_accepted_as_it_is(faulty: Done, tmp_path: Path) -> None:
    listed = conformance("known", "--from", str(faulty.directory))
    assert listed.code == 0
    file = tmp_path / "known.yaml"
    file.write_text(listed.out)
    assert {each.requirement for each in load_known(file)} >= {"cancel.terminates", "workflow.create-echo"}
    judged = conformance("check", str(faulty.directory), "--known", str(file), "--report-dir", str(tmp_path))
    assert judged.code != 2
    assert "write a reason in place of the placeholder" in judged.err


def test_the_report_can_be_made_again_from_the_events(faulty: Done, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson.gz").write_bytes((faulty.directory / "events.ndjson.gz").read_bytes())
    assert conformance("report", str(tmp_path)).code in (0, 1)
    again, before = (json.loads((place / "results.json").read_text()) for place in (tmp_path, faulty.directory))
    assert again == before


def test_two_workers_share_one_run(shared: Done) -> None:
    results = shared.results
    assert shared.code == exit_code(results), shared.out + shared.err
    assert not results.findings
    assert results.complete
    assert not results.errors
    runs = BUDGETS["smoke"].runs
    assert runs is not None
    assert results.counts["runs"] <= runs
    assert {path.name for path in shared.directory.iterdir()} >= {*REPORTS}
    assert not (shared.directory / "workers").exists()
    assert not list(shared.directory.glob("*.spool"))


def test_every_item_of_a_shared_run_is_reported_once(shared: Done) -> None:
    cases = ET.parse(shared.directory / "pytest.xml").getroot().iter("testcase")
    names = [case.attrib["name"] for case in cases]
    assert len(names) == len(set(names))
    assert {f"test_requirement[{each.id}]" for each in shared.results.requirements} <= set(names)


def test_two_workers_play_nothing_twice(shared: Done) -> None:
    har = json.loads(gzip.decompress((shared.directory / "exchanges.har.gz").read_bytes()))
    assert len(har["log"]["entries"]) == shared.results.counts["exchanges"]


def test_a_run_that_never_reached_its_server_hides_no_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "reports" / "earlier").mkdir(parents=True)
    (tmp_path / "reports" / "latest").symlink_to("earlier")
    done = conformance("run", "http://127.0.0.1:1", directory=tmp_path)
    assert done.code == 3, done.out + done.err
    assert (tmp_path / "reports" / "latest").resolve().name == "earlier"
    assert len(list((tmp_path / "reports").iterdir())) == 3


def test_workers_share_the_requests_that_are_allowed(tmp_path: Path) -> None:
    with visited() as host:
        options = ("-n", "2", "--profile", "smoke", "--explore-time", "4s", "--max-requests", "90")
        done = conformance("run", host.url, *options, directory=tmp_path, env=drawing_itself())
        assert done.code in (0, 3), done.out + done.err
        assert 30 < len(host.requests) <= 90
        assert host.workflows == []
