"""Six outcomes, never merged."""

from __future__ import annotations

from collections import Counter

import pytest

from conformance.contract.requirements import load_requirements
from conformance.judging.outcomes import Unjudged, count_outcomes, operation_results, requirement_results
from conformance.judging.tally import Case, Tally
from conformance.results.model import OUTCOMES, Finding, RequirementResult
from conformance.rules.evidence.observation import violated
from tests.rules.build import TraceBuilder

CATALOGUE = load_requirements()
LEDGER = "stage-history.effect"


def finding(*requirements: str) -> Finding:
    return Finding("f1", requirements[0], "MUST", list(requirements), [], "always", "this", "that")


def outcome(requirement: str, tally: Tally, *findings: Finding, features: tuple[str, ...] = ("ledger",)) -> str:
    results = requirement_results(CATALOGUE, tally, findings, features)
    return next(each.outcome for each in results if each.id == requirement)


@pytest.mark.parametrize(
    ("tally", "findings", "expected"),
    [
        (Tally(), (), "not_exercised"),
        (Tally(upheld=Counter({"run.created": 1})), (), "passed"),
        (Tally(upheld=Counter({"run.created": 9}), violated=Counter({"run.created": 1})), (), "inconclusive"),
        (Tally(violated=Counter({"run.created": 1})), (finding("run.created"),), "failed"),
        (Tally(violated=Counter({"run.created": 1})), (finding("run.wait", "run.created"),), "failed"),
    ],
)
def test_outcome_of_counts_and_findings(tally: Tally, findings: tuple[Finding, ...], expected: str) -> None:
    assert outcome("run.created", tally, *findings) == expected


def test_a_feature_that_is_not_offered_is_not_applicable_whatever_was_seen() -> None:
    seen = Tally(upheld=Counter({LEDGER: 3}))
    assert outcome(LEDGER, seen) == "passed"
    assert outcome(LEDGER, seen, features=()) == "not_applicable"


def test_every_outcome_but_passed_and_failed_has_a_reason() -> None:
    results = requirement_results(CATALOGUE, Tally(violated=Counter({"run.wait": 1})), [], ())
    assert all(each.reason for each in results)
    assert {each.outcome for each in results} == {"not_exercised", "inconclusive", "not_applicable"}


def test_counting_names_all_six() -> None:
    results = [RequirementResult(name, "MUST", name) for name in OUTCOMES]
    counted = count_outcomes(results, Tally(exchanges=5, traces=2, runs=1))
    assert counted == dict.fromkeys(OUTCOMES, 1) | {"exchanges": 5, "traces": 2, "runs": 1}


def test_what_a_server_need_not_show_does_not_apply_where_it_never_does() -> None:
    ran = Tally(statuses={"runWorkflow": Counter({"201": 3})})
    assert outcome("run.embeds", ran) == "not_applicable"
    assert outcome("run.embeds", Tally()) == "not_exercised"
    assert outcome("run.created", ran) == "not_exercised"


@pytest.mark.parametrize(
    ("requirement", "unjudged", "expected"),
    [
        ("event.matching", Unjudged("no settle time is known"), "inconclusive"),
        ("workflow.create-echo", Unjudged("no settle time is known"), "not_exercised"),
        ("workflow.create-echo", Unjudged("the run was cut", everything=True), "inconclusive"),
    ],
)
def test_only_what_is_judged_eventually_lacks_the_time_that_it_takes_to_settle(
    requirement: str, unjudged: Unjudged, expected: str
) -> None:
    results = requirement_results(CATALOGUE, Tally(), [], ("ledger",), unjudged)
    assert next(each.outcome for each in results if each.id == requirement) == expected


def test_what_did_not_come_back_is_told_as_that_whatever_else_was_not_judged() -> None:
    seen = Tally(violated=Counter({"run.created": 1}))
    results = requirement_results(CATALOGUE, seen, [], (), Unjudged("the run was cut", everything=True))
    reason = next(each.reason for each in results if each.id == "run.created")
    assert reason == "a violation was seen that did not come back when it was replayed"
    results = requirement_results(CATALOGUE, seen, [], (), Unjudged("cut", unconfirmed="nobody could replay it"))
    assert next(each.reason for each in results if each.id == "run.created") == "nobody could replay it"


def test_what_was_seen_of_it_is_told() -> None:
    t = TraceBuilder(id="s7-free")
    t.create([])
    seen = violated(t.exchanges[0], expected="this", observed="that")
    tally = Tally(violated=Counter({"run.created": 1}), cases={"run.created": [Case(t.trace(), (seen,))]})
    results = requirement_results(CATALOGUE, tally, [], ())
    told = next(each.reason for each in results if each.id == "run.created") or ""
    assert told.endswith("when it was replayed: expected this; observed that in exchange 0 of s7-free")


def test_the_feature_of_a_requirement_is_told() -> None:
    features = {each.id: each.feature for each in requirement_results(CATALOGUE, Tally(), [], ())}
    assert (features[LEDGER], features["run.created"]) == ("ledger", None)


def test_statuses_per_operation() -> None:
    tally = Tally(statuses={"sendEvent": Counter({"timeout": 1, "204": 2})})
    (told,) = operation_results(tally)
    assert (told.id, told.exchanges, list(told.statuses.items())) == ("sendEvent", 3, [("204", 2), ("timeout", 1)])
