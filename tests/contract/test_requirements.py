from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from conformance.contract.api import V1
from conformance.contract.paths import REQUIREMENTS, specs_dir
from conformance.contract.requirements import Requirement, load_requirements

# Ids are stable for ever: this list is kept by hand, and only grows.
IDS = [
    "envelope.answers",
    "envelope.schema",
    "envelope.error-shape",
    "envelope.no-5xx",
    "envelope.no-content",
    "envelope.documented-fields",
    "envelope.method-not-allowed",
    "envelope.time-order",
    "info.version",
    "workflow.create-echo",
    "workflow.exact-numbers",
    "workflow.create-then-get",
    "workflow.immutable",
    "workflow.create-then-list",
    "workflow.create-malformed",
    "workflow.create-bad-stage",
    "workflow.create-distinct",
    "workflow.get-unknown",
    "workflow.delete",
    "workflow.get-deleted",
    "workflow.run-deleted",
    "workflow.delete-deleted",
    "workflow.delete-unknown",
    "workflow.delete-keeps-instances",
    "run.created",
    "run.then-get",
    "run.then-list",
    "run.embeds",
    "run.wait",
    "run.no-wait",
    "run.unknown-workflow",
    "run.bad-variables",
    "run.variables",
    "run.completes",
    "run.delay-duration",
    "run.delay-until",
    "run.stage-fails",
    "run.isolated",
    "run.terminated-at",
    "stage.sequence",
    "stage.waits",
    "stage.all-done",
    "stage.none-open",
    "stage.monotone",
    "event.matching",
    "event.other",
    "event.burst",
    "event.once",
    "event.early",
    "event.live-known",
    "event.unknown-instance",
    "event.terminated",
    "event.terminated-refused",
    "event.malformed",
    "cancel.terminates",
    "cancel.error",
    "cancel.closes-stage",
    "cancel.stops-stages",
    "cancel.deaf",
    "cancel.not-running",
    "cancel.unknown-instance",
    "cancel.terminated",
    "history.stages",
    "history.agrees",
    "history.append-only",
    "history.cancelled",
    "history.unknown-instance",
    "stage-history.started",
    "stage-history.not-started",
    "stage-history.bad-number",
    "stage-history.activities",
    "stage-history.effect",
    "list.by-workflow",
    "list.running",
    "list.agrees",
    "list.unknown-workflow",
    "auth.missing",
    "auth.scope",
]

SHOULD = {
    "envelope.documented-fields",
    "envelope.method-not-allowed",
    "workflow.create-bad-stage",
    "workflow.delete-deleted",
    "workflow.delete-keeps-instances",
    "run.no-wait",
    "run.stage-fails",
    "event.early",
    "event.terminated-refused",
    "cancel.error",
    "stage-history.bad-number",
    "list.unknown-workflow",
}

CATALOGUE = load_requirements()


@pytest.fixture(name="raw")
def raw_catalogue() -> Any:
    return yaml.safe_load((specs_dir() / REQUIREMENTS).read_text("utf-8"))


def test_the_catalogue_satisfies_its_schema(raw: Any) -> None:
    schema = json.loads((specs_dir() / "requirements.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(raw)] == []


@pytest.mark.parametrize(("key", "value"), [("level", "MAY"), ("judged", []), ("why", ""), ("id", "Run Created")])
def test_the_schema_refuses_a_wrong_row(raw: Any, key: str, value: object) -> None:
    schema = json.loads((specs_dir() / "requirements.schema.json").read_text("utf-8"))
    raw["requirements"][0][key] = value
    assert not Draft202012Validator(schema).is_valid(raw)


def test_the_catalogue_is_complete_and_in_order() -> None:
    assert [requirement.id for requirement in CATALOGUE.requirements] == IDS
    assert list(CATALOGUE.by_id) == IDS


def test_the_levels_and_features() -> None:
    assert {row.id for row in CATALOGUE.requirements if row.level == "SHOULD"} == SHOULD
    assert {row.id for row in CATALOGUE.requirements if row.feature == "ledger"} == {
        "stage-history.activities",
        "stage-history.effect",
    }


def test_rows_of_a_group_stand_together() -> None:
    groups = [requirement.group for requirement in CATALOGUE.requirements]
    assert len(list(groupby(groups))) == len(set(groups))


def test_every_group_and_family_is_described_and_ranks_by_itself() -> None:
    rows = CATALOGUE.requirements
    assert {CATALOGUE.family(row) for row in rows} | {row.group for row in rows} == CATALOGUE.groups.keys()
    ranks = [group.precedence for group in CATALOGUE.groups.values()]
    assert len(set(ranks)) == len(ranks)


def test_a_row_may_have_a_place_and_a_family_of_its_own() -> None:
    variables, history = CATALOGUE.by_id["run.variables"], CATALOGUE.by_id["history.cancelled"]
    groups = CATALOGUE.groups
    assert groups["cancelling"].precedence < CATALOGUE.precedence(variables) < groups["events"].precedence
    assert (CATALOGUE.family(history), history.group) == ("cancelling", "history")


def test_no_two_rows_say_the_same() -> None:
    for texts in (
        [row.statement for row in CATALOGUE.requirements],
        [row.why for row in CATALOGUE.requirements],
        [row.violation for row in CATALOGUE.requirements],
    ):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("row", CATALOGUE.requirements, ids=lambda row: row.id)
def test_a_row_names_known_operations_once(row: Requirement) -> None:
    assert set(row.operations) <= V1.by_action.keys()
    assert "\n" not in row.statement


def test_what_is_excluded_has_a_reason_and_is_no_requirement() -> None:
    ids = [row.id for row in CATALOGUE.excluded]
    assert len(set(ids)) == len(ids)
    assert {"triggers", "v2"} <= set(ids)
    assert not set(ids) & set(IDS)
