"""Traffic recorded with a real server, judged: its deviations, each with the exchange that shows it.

Every violation here was looked at: each is the server's. It serves undocumented fields, and the histories of its
ledger activities have shapes of their own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.campaign.recordings import check
from conformance.contract.document import load_document
from conformance.judging.judging import Judge, Judgement
from conformance.trace import Trace
from tests.recordings.reading import read_har

DATA = Path(__file__).parent / "data"
V1, V2 = DATA / "lifecycle-v1.har", DATA / "lifecycle-v2.har"


@pytest.fixture(scope="module")
def trace() -> Trace:
    return read_har(V1)


@pytest.fixture(scope="module")
def judgement(trace: Trace) -> Judgement:
    return Judge().judge(trace)


def shown(judgement: Judgement, requirement: str) -> dict[int, str]:
    """What was observed, by the index of the exchange that shows it."""
    return {each.exchanges[-1]: each.observed for each in judgement.violations[requirement]}


def test_v1_violates_nothing_but_what_was_looked_at(judgement: Judgement) -> None:
    assert judgement.violations.keys() == {
        "envelope.schema",
        "envelope.documented-fields",
        "stage-history.activities",
    }
    assert judgement.crashes == {}


@pytest.mark.parametrize(
    ("index", "operation", "observed"),
    [
        (68, "getInstanceHistory", '/data/0/input/timestamp: null is not of type "string"'),
        (69, "getInstanceStageHistory", "/data/0/output/CreateTransaction/data: "),
        (70, "getInstanceStageHistory", '/data/0/input/AddAccountMetadata: "id" is a required property'),
    ],
)
def test_v1_bodies_that_are_not_valid(
    trace: Trace, judgement: Judgement, index: int, operation: str, observed: str
) -> None:
    found = shown(judgement, "envelope.schema")
    assert found.keys() == {68, 69, 70}
    assert found[index].startswith(observed)
    assert trace.at(index).operation == operation


def test_v1_activities_of_other_shapes(judgement: Judgement) -> None:
    """A list where the one transaction belongs, and ``account`` where ``id`` does."""
    found = shown(judgement, "stage-history.activities")
    assert found.keys() == {69, 70}
    assert "is not of type" in found[69]
    assert "required property" in found[70]


@pytest.mark.parametrize(
    ("index", "pointer"),
    [
        (1, "/data/deletedAt"),
        (3, "/data/0/deletedAt"),
        (5, "/data/workflow/deletedAt"),
        (6, "/data/status/0/temporalRunID"),
        (19, "/data/0/workflow/deletedAt"),
        (69, "/data/0/input/CreateTransaction/Data"),
        (70, "/data/0/input/AddAccountMetadata/account"),
    ],
)
def test_v1_fields_that_no_document_knows(judgement: Judgement, index: int, pointer: str) -> None:
    assert pointer in shown(judgement, "envelope.documented-fields")[index]


def test_v1_upholds_what_it_exercises(judgement: Judgement) -> None:
    upheld = judgement.upheld.keys()
    assert {"workflow.create-echo", "workflow.run-deleted", "run.wait", "stage.sequence"} <= upheld
    assert len(upheld) >= 40


def test_v1_is_reported_with_findings_for_each_operation() -> None:
    results = check(read_har(V1), load_document(), V1.name)
    assert results.verdict == "not_conformant"
    assert results.narrowed
    schema = [each for each in results.findings if each.requirement == "envelope.schema"]
    assert {each.operations[0] for each in schema} == {"getInstanceHistory", "getInstanceStageHistory"}
    assert all("curl" in each.curl and each.scenario is None for each in schema)


def test_v2_is_read_and_nothing_of_it_is_mistaken_for_v1() -> None:
    trace = read_har(V2)
    assert len(trace.exchanges) == 97
    judgement = Judge().judge(trace)
    assert judgement.violations == {}
    assert judgement.crashes == {}
    assert {each.operation for each in trace.exchanges} == {None}
