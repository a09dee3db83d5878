"""One item per operation and kind of property, judged over every exchange of the operation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.campaign.conformance_run import ConformanceRun
from conformance.contract.api import V1
from conformance.contract.requirements import load_requirements
from conformance.suite.items import assert_property

PROPERTIES: dict[str, tuple[str, ...]] = {
    "answers": ("envelope.answers",),
    "schema": ("envelope.schema",),
    "error-shape": ("envelope.error-shape",),
    "no-5xx": ("envelope.no-5xx",),
    "no-content": ("envelope.no-content",),
    "documented-fields": ("envelope.documented-fields",),
    "refuses-invalid": (
        "workflow.create-malformed",
        "workflow.create-bad-stage",
        "run.bad-variables",
        "event.malformed",
        "stage-history.bad-number",
    ),
    "unknown-id": (
        "workflow.get-unknown",
        "workflow.delete-unknown",
        "run.unknown-workflow",
        "event.unknown-instance",
        "cancel.unknown-instance",
        "history.unknown-instance",
        "list.unknown-workflow",
    ),
}
"""Kinds of property, and the requirements that make them up."""


def _cases() -> Iterator[object]:
    by_id = load_requirements().by_id
    for operation in V1.operations:
        for kind, requirements in PROPERTIES.items():
            fitting = tuple(name for name in requirements if operation.id in by_id[name].operations)
            if fitting:
                yield pytest.param(operation.id, fitting, id=f"{operation.id}-{kind}", marks=pytest.mark.operation)


@pytest.mark.parametrize(("operation", "requirements"), list(_cases()))
@pytest.mark.usefixtures("conformance_results")
def test_operation(operation: str, requirements: tuple[str, ...], conformance_session: ConformanceRun) -> None:
    """No exchange of the operation violates the property, and at least one puts it to the test."""
    assert_property(conformance_session, requirements, operation)
