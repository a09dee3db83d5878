"""The suite against a server that speaks the schemas and forgets everything at once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.campaign.concluding import conclude, header
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.results.model import Results
from conformance.results.store import read_results
from conformance.target import TargetConfig
from tests.strangers.prism import Prism

pytestmark = pytest.mark.system

# Long enough to draw, play and confirm something on a machine that is busy with other tests.
_SECONDS = 40.0
# What a run may take beyond its time: what is under way ends, and what failed is confirmed.
_AFTERWARDS = 60.0

_HOLDS = {"envelope.answers", "envelope.schema", "envelope.no-5xx", "envelope.no-content", "envelope.documented-fields"}
_NEEDS_STATE = {
    "workflow.create-echo",
    "workflow.create-distinct",
    "workflow.get-unknown",
    "run.created",
    "run.unknown-workflow",
    "history.stages",
    "list.by-workflow",
}
_NEVER_PASSES = _NEEDS_STATE | {
    "workflow.get-deleted",
    "workflow.run-deleted",
    "run.wait",
    "run.variables",
    "run.isolated",
    "run.delay-duration",
    "stage.waits",
    "stage.all-done",
    "event.matching",
    "event.other",
    "event.once",
    "cancel.error",
    "cancel.deaf",
    "history.cancelled",
    "stage-history.effect",
}


def _outcomes(results: Results) -> dict[str, str]:
    return {each.id: each.outcome for each in results.requirements}


def _run(prism: Prism) -> Results:
    config, document = TargetConfig(url=prism.url, token="dummy"), load_document()
    settings = Settings(profile="smoke", max_time=_SECONDS)
    began = time.monotonic()
    begun = header(config, document, settings, load_requirements())
    outcome = play(RunContext(config, document, settings, Silent()))
    return conclude(begun, outcome, settings.features, began)


@pytest.fixture(scope="module")
def results(prism: Prism) -> Results:
    """A smoke run against Prism; it needs no more than the profile's time and a minute."""
    return _run(prism)


def test_nothing_crashes(results: Results, prism: Prism) -> None:
    assert prism.alive
    assert results.complete
    assert results.errors == []
    assert results.duration_s < _SECONDS + _AFTERWARDS


def test_what_success_bodies_owe_holds(results: Results) -> None:
    outcomes = _outcomes(results)
    assert {name: outcomes[name] for name in _HOLDS} == dict.fromkeys(_HOLDS, "passed")


def test_what_needs_state_is_found_out(results: Results) -> None:
    outcomes = _outcomes(results)
    assert {name: outcomes[name] for name in _NEEDS_STATE} == dict.fromkeys(_NEEDS_STATE, "failed")
    assert [name for name in _NEVER_PASSES if outcomes[name] == "passed"] == []
    assert results.verdict == "not_conformant"


def test_errors_that_are_not_the_documents_are_found_out(results: Results) -> None:
    """Prism reports what is not JSON in a shape of its own."""
    assert _outcomes(results)["envelope.error-shape"] == "failed"


def test_the_command_reports_on_it(prism: Prism, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("conformance")
    command = [str(program), "run", prism.url, "--token", "dummy", "--report-dir", str(tmp_path)]
    command += ["--profile", "smoke", "--explore-time", "5s"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=5 + 2 * _AFTERWARDS, check=False)
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (1, False), done.stdout + done.stderr
    assert read_results(tmp_path).verdict == "not_conformant"


def test_instances_that_never_end_take_no_longer(restless_prism: Prism) -> None:
    results = _run(restless_prism)
    assert results.errors == []
    assert results.settling["controls"] == 0
    assert results.verdict != "conformant"
    assert results.duration_s < _SECONDS + _AFTERWARDS
    assert _outcomes(results)["run.completes"] in {"failed", "inconclusive"}
