"""Runs on a server that others use: what they do, what they leave behind, and what they never do."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conformance.campaign.concluding import RunOutcome, conclude, header
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Limits, Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.tally import Tally
from conformance.results.model import Results
from conformance.target import TargetConfig
from conformance.target.coexistence.identity import RUN_HEADER, USER_AGENT
from conformance.trace import Trace
from tests.campaign.test_detection import Unchased
from tests.campaign.visited import Visited, visited

WAITING = {"name": "of others", "stages": [{"wait_event": {"event": "go"}}]}


@dataclass(frozen=True)
class Few(Unchased):
    """A run that does all that a run does to a target, a few times."""

    @property
    def budget(self) -> Limits:
        return replace(super().budget, runs=24, slow_runs=24)


SMOKE = Unchased(seed=7, profile="smoke", explore_time=15.0)
FEW = Few(seed=7, profile="smoke", explore_time=15.0)


def visit(host: Visited, settings: Settings = FEW, **limits: Any) -> tuple[RunOutcome, Results]:
    """A short run, and its results."""
    config, document = TargetConfig(url=host.url, **limits), load_document()
    begun = header(config, document, settings, load_requirements())
    outcome = play(RunContext(config, document, settings, Silent()))
    return outcome, conclude(begun, outcome, settings.features, 0.0)


def strangers(host: Visited) -> list[Any]:
    """What others have there: workflows, and instances that wait."""
    workflows = [host.post("/workflows", WAITING) for _ in range(5)]
    for workflow in workflows:
        host.post(f"/workflows/{workflow['id']}/instances", {})
    return [host.workflows, host.running]


@pytest.mark.parametrize("counted", [False, True])
def test_nothing_is_left_and_nothing_of_others_is_changed(counted: bool) -> None:
    with visited() as host:
        if counted:
            numbers = itertools.count(1)
            host.server.engine.new_id = lambda: str(next(numbers))  # type: ignore[method-assign]
        before = strangers(host)
        outcome, results = visit(host, SMOKE if counted else FEW)
        assert [host.workflows, host.running] == before
        assert results.leftovers == []
        assert outcome.tally.runs > 5
        assert {each.headers["user-agent"] for each in host.requests} == {USER_AGENT}
        assert len({each.headers[RUN_HEADER] for each in host.requests}) == 1
        traced = [each.headers["traceparent"] for each in host.requests]
        assert len(traced) == len(set(traced))


def test_reads_only() -> None:
    with visited() as host:
        strangers(host)
        _, results = visit(host, read_only=True)
        assert {each.method for each in host.requests} == {"GET"}
    outcomes = {each.id: each for each in results.requirements}
    assert (results.verdict, results.narrowed) == ("no_violation_found", True)
    assert outcomes["envelope.schema"].outcome == "passed"
    assert outcomes["history.unknown-instance"].outcome == "passed"
    assert outcomes["cancel.terminates"].reason == "only reads were allowed"


def test_an_excluded_operation_is_never_called() -> None:
    with visited() as host:
        _, results = visit(host, excluded=("cancelEvent", "getServerInfo"))
        called = {(each.method, each.path.rpartition("/")[2]) for each in host.requests}
        assert ("PUT", "abort") not in called
        assert ("GET", "_info") not in called
        assert ("POST", "events") in called
    cancels = next(each for each in results.requirements if each.id == "cancel.terminates")
    assert (cancels.outcome, cancels.reason) == ("not_exercised", "it needs cancelEvent, which --exclude forbids")
    assert results.verdict == "no_violation_found"
    # What waits cannot be cancelled then, and the user is told how.
    assert all(f"curl -sS -X PUT {host.url}/instances/" in left for left in results.leftovers)


def test_without_runs_only_the_operations_are_looked_at() -> None:
    with visited() as host:
        _, results = visit(host, excluded=("runWorkflow",))
        assert not any(each.method == "POST" and each.path.endswith("/instances") for each in host.requests)
    lives = next(each for each in results.requirements if each.id == "stage.waits")
    assert (lives.outcome, lives.reason) == ("not_exercised", "it needs runWorkflow, which --exclude forbids")


@pytest.mark.parametrize("most", [50, 150])
def test_the_limit_on_requests_holds_and_leaves_enough_to_remove_everything(most: int) -> None:
    with visited() as host:
        before = strangers(host)
        _, results = visit(host, max_requests=most)
        assert len(host.requests) <= most
        assert [host.workflows, host.running] == before
    assert "--max-requests" in results.unreached
    assert not any(each.outcome == "failed" for each in results.requirements)


def test_no_more_requests_at_a_time_than_are_allowed() -> None:
    with visited() as host:
        visit(host, concurrency=2)
        waiting = sum(each.path.endswith("/instances") for each in host.requests)
        assert waiting
        assert host.most <= 4


class _Breaking(Silent):
    """An observer that fails in the middle of the traffic, as a defect of this suite would."""

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        if tally.runs > 10:
            raise ZeroDivisionError


def test_a_crash_of_the_suite_leaves_nothing_either(tmp_path: Path) -> None:
    with visited() as host:
        before = strangers(host)
        settings = replace(FEW, report_dir=tmp_path)
        with pytest.raises(BaseExceptionGroup, match="unhandled") as failed:
            play(RunContext(TargetConfig(url=host.url), load_document(), settings, _Breaking()))
        assert failed.group_contains(ZeroDivisionError)
        assert [host.workflows, host.running] == before
        assert [path.read_text() for path in tmp_path.glob("made*")] == []
