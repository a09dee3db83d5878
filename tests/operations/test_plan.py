from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from conformance.contract.api import V1
from conformance.contract.document import ApiDocument, load_document
from conformance.contract.operations import CORE_OPERATIONS, Operation
from conformance.operations import OperationPlan, OperationSettings, plan_operations
from conformance.operations.cases import CaseGenerator
from conformance.operations.crafted import crafted
from conformance.operations.plan import LIMITS, choose
from conformance.operations.template import CaseTemplate

_PRINT_DIGEST = """
import hashlib
from conformance.contract.api import V1
from conformance.contract.document import load_document
from conformance.operations import OperationSettings, plan_operations
plan = plan_operations(load_document(), OperationSettings(seed=7, profile="smoke"))
print(hashlib.sha256(repr(plan).encode()).hexdigest())
"""


def _digest(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PRINT_DIGEST],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_seed_gives_the_same_plan_in_every_process(smoke: OperationPlan) -> None:
    other = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    assert _digest(other) == hashlib.sha256(repr(smoke).encode()).hexdigest()


def test_another_seed_gives_another_plan(document: ApiDocument, smoke: OperationPlan) -> None:
    assert plan_operations(document, OperationSettings(seed=7, profile="smoke")) == smoke
    assert plan_operations(document, OperationSettings(seed=8, profile="smoke")) != smoke


@pytest.mark.parametrize("operation", CORE_OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_has_cases_within_the_limit(standard: OperationPlan, operation: Operation) -> None:
    cases = standard.cases[operation.id]
    assert 1 <= len(cases) <= LIMITS["standard"].cases
    assert len({case.request for case in cases}) == len(cases)
    assert cases[0].classification().kind == "valid"


def test_every_path_is_its_operations(standard: OperationPlan) -> None:
    for operation in CORE_OPERATIONS:
        for case in standard.cases[operation.id]:
            found = V1.match(operation.method, case.prepared().path)
            assert found is not None
            assert found.operation.id == operation.id
            assert case.prepared().path.isascii()


def test_bodies_are_of_every_class(standard: OperationPlan) -> None:
    for operation in ("createWorkflow", "runWorkflow", "sendEvent"):
        kinds = {case.classification().kind for case in standard.cases[operation]}
        assert {"valid", "invalid"} <= kinds, operation
    requirements = {case.classification().requirement for case in standard.cases["createWorkflow"]}
    assert {"workflow.create-malformed", "workflow.create-bad-stage"} <= requirements


def test_all_phases_have_their_share(standard: OperationPlan) -> None:
    found = {(case.phase, case.mode) for case in standard.cases["createWorkflow"]}
    phases = {(phase, mode) for phase in ("crafted", "coverage", "fuzzing") for mode in ("positive", "negative")}
    assert found == phases | {("examples", "positive")}


@pytest.mark.parametrize("operation", ["createWorkflow", "runWorkflow", "sendEvent"])
def test_hand_made_mistakes_are_mistakes(operation: str) -> None:
    for case in crafted(operation):
        usual = "invalid" if case.mode == "negative" else "valid"
        assert case.classification().kind == ("open" if "odd:" in case.description else usual), case.description


def test_undocumented_methods_are_undocumented(standard: OperationPlan) -> None:
    sent: dict[str, set[str | None]] = {}
    for case in standard.methods:
        documented = V1.known_path(case.prepared().path)
        assert documented is not None
        sent.setdefault(case.prepared().path, {*documented}).add(case.method)
        assert case.method not in {*documented, None, "HEAD", "OPTIONS", "TRACE"}
    assert all(methods >= {"GET", "PUT", "POST", "DELETE", "PATCH"} for methods in sent.values())


def test_a_foreign_document_is_found_by_its_paths(tmp_path: Path, document: ApiDocument) -> None:
    paths = {f"/gateway{path}": item for path, item in document.raw["paths"].items()}
    anonymous = json.dumps({**document.raw, "paths": paths}).replace(
        '"operationId": "getInstance"', '"operationId": "x"'
    )
    (tmp_path / "foreign.json").write_text(anonymous)
    foreign = CaseGenerator(load_document(str(tmp_path / "foreign.json")))
    ours = CaseGenerator(document)
    for operation in ("getInstance", "sendEvent"):
        assert foreign.generate(operation, phases=("examples", "coverage")) == ours.generate(
            operation, phases=("examples", "coverage")
        )


def test_a_document_that_contradicts_itself_gives_what_it_can(tmp_path: Path, document: ApiDocument) -> None:
    broken = json.dumps(document.raw).replace("#/components/schemas/StageNoopConfig", "#/components/schemas/Nowhere")
    (tmp_path / "broken.json").write_text(broken)
    generator = CaseGenerator(load_document(str(tmp_path / "broken.json")))
    assert generator.generate("sendEvent", max_fuzzed=2)
    assert len(generator.generate("createWorkflow", max_fuzzed=2)) < 20


def test_choosing_lets_no_kind_starve() -> None:
    many = [CaseTemplate("sendEvent", body=str(number).encode(), phase="coverage") for number in range(90)]
    few = [
        CaseTemplate("sendEvent", body=b"-1", phase="fuzzing"),
        CaseTemplate("sendEvent", body=b"5", phase="fuzzing"),
    ]
    chosen = choose([], many + few, 10, Random(1))
    assert len(chosen) == 10
    assert b"-1" in [case.body for case in chosen]


@pytest.mark.parametrize(("number", "all_of_them"), [(16, True), (15, False)])
def test_hand_made_cases_are_all_chosen_where_they_leave_half_of_the_room(number: int, all_of_them: bool) -> None:
    by_hand = [CaseTemplate("sendEvent", body=f"-{number}".encode(), phase="crafted") for number in range(8)]
    drawn = [
        CaseTemplate("sendEvent", body=f"{phase}{number}".encode(), phase=phase)
        for phase in ("coverage", "fuzzing", "examples")
        for number in range(20)
    ]
    chosen = choose(by_hand, drawn, number, Random(1))
    assert len(chosen) == number
    assert (set(by_hand) <= set(chosen)) == all_of_them
    assert {case.phase for case in chosen} == {"crafted", "coverage", "fuzzing", "examples"}


def test_every_hand_made_body_is_in_a_standard_run(standard: OperationPlan) -> None:
    for operation in ("createWorkflow", "sendEvent"):
        sent = {case.request for case in standard.cases[operation]}
        assert sent >= {case.request for case in crafted(operation)}


def test_runs_stay_within_their_budget(document: ApiDocument) -> None:
    plan = plan_operations(document, OperationSettings(profile="smoke", max_runs=11))
    assert len(plan.cases["runWorkflow"]) == 1
