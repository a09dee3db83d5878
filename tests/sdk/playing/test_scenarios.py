"""Scenarios played through a driver: what an SDK gets wrong violates the requirements that a server would violate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reports.conclusion import conclusion_of
from conformance.results.model import Results
from conformance.scenarios import Scenario
from conformance.scenarios.scenario.model import Cancel, Create, Run, Together, Until
from conformance.sdk.campaign.beginning import Beginning
from conformance.sdk.campaign.campaign import SdkSettings
from conformance.sdk.playing import campaign
from conformance.sdk.playing.selection import playable
from tests.sdk.drivers import REFERENCE, program

_MONEY = {"amount": {"asset": "USD/2", "amount": 10**24 + 1}, "source": {"account": {"id": "world"}}}
SCENARIOS = (
    Scenario(
        (
            Create("w0", ({"wait_event": {"event": "go"}},)),
            Run("i0", "w0"),
            Until("i0", "waiting"),
            Cancel("i0"),
            Until("i0", "ended"),
        )
    ),
    Scenario(
        (Create("w0", ({"send": {**_MONEY, "destination": {"account": {"id": "bank"}}}},)), Run("i0", "w0", wait=True))
    ),
)
ALL = frozenset({"concurrency"})


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "playable", lambda seed, features: iter(SCENARIOS))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ReferenceProcess(ServerOptions(prefix="/api/orchestration")) as running:
        yield running.url


def played(server: str, *command: str) -> tuple[Results, campaign.ScenarioOutcome]:
    settings, began = SdkSettings(command), Beginning()
    outcome = campaign.play_scenarios(settings, server)
    return campaign.scenario_results(outcome, settings, began), outcome


def violated(results: Results) -> set[str]:
    return {name for finding in results.findings for name in finding.requirements}


def test_a_client_without_faults_violates_nothing(server: str) -> None:
    results, outcome = played(server, *REFERENCE)
    assert (violated(results), results.verdict, outcome.lost) == (set(), "no_violation_found", None)
    upheld = {each.id for each in results.requirements if each.upheld}
    assert {"cancel.terminates", "workflow.exact-numbers", "history.cancelled", "run.wait"} <= upheld
    seen = {each.operation for each in outcome.wire}
    assert {"createWorkflow", "runWorkflow", "cancelEvent", "getInstance"} <= seen
    assert {dict(each.request.headers)["User-Agent"].split("/")[0] for each in outcome.wire} == {"python-httpx"}


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("integers-through-floats", "workflow.exact-numbers"),
        ("cancel-deletes", "cancel.terminates"),
        ("last-element-lost", "workflow.create-then-list"),
        ("updated-at-dropped", "envelope.schema"),
    ],
)
def test_a_fault_of_the_client_violates_what_a_server_would(server: str, fault: str, requirement: str) -> None:
    results, _ = played(server, *REFERENCE, f"--fault={fault}")
    assert results.verdict == "not_conformant"
    assert requirement in violated(results)
    assert {finding.not_replayed for finding in results.findings} == {"a scenario is played through an SDK once"}


def test_a_driver_that_breaks_the_protocol_is_lost_and_what_was_played_is_kept(server: str) -> None:
    results, outcome = played(server, *program("for call in calls(): sys.exit(3)"))
    assert outcome.lost is not None
    assert "exit code 3" in outcome.lost
    assert (results.verdict, results.complete) == ("incomplete", False)
    assert conclusion_of(results).reason == f"The target could not be tested: {outcome.lost}."


def test_a_run_that_was_interrupted_says_no_more_than_it_saw(server: str) -> None:
    results, outcome = played(server, *REFERENCE)
    outcome.interrupted = True
    began = Beginning("2026-01-01T00:00:00+00:00")
    cut = campaign.scenario_results(outcome, SdkSettings(REFERENCE), began)
    assert cut.started_at == began.started_at
    assert (results.verdict, results.complete) == ("no_violation_found", True)
    assert (cut.verdict, cut.complete) == ("incomplete", False)


def test_the_command_writes_the_reports_and_the_wire(tmp_path: Path) -> None:
    arguments = ["sdk", "--scenarios", "--report-dir", str(tmp_path), "--", *REFERENCE, "--fault=cancel-deletes"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1, done.output
    assert "cancel.terminates" in done.output
    assert {"results.json", "report.html", "exchanges.har.gz", "driver-stderr.txt"} <= {
        each.name for each in tmp_path.iterdir()
    }


def test_scenarios_have_no_selection() -> None:
    done = CliRunner().invoke(main, ["sdk", "--scenarios", "-k", "error", "--", "none"])
    assert (done.exit_code, done.output) == (
        2,
        "conformance: --scenarios and -k contradict each other. Give one of them.\n",
    )


def test_only_what_an_sdk_can_send_is_played() -> None:
    found = list(playable(0, ALL))
    in_turn = list(playable(0, frozenset()))
    assert len(found) > 30
    assert 10 < len(in_turn) < len(found)
    assert not any(isinstance(step, Together) for each in in_turn for step in each.steps)
    assert not any(isinstance(step, Run) and step.wait for each in in_turn for step in each.leaves())
