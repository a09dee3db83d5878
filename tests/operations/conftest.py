from __future__ import annotations

import pytest

from conformance.contract.document import ApiDocument, load_document
from conformance.operations import OperationPlan, OperationSettings, plan_operations


@pytest.fixture(scope="package")
def document() -> ApiDocument:
    return load_document()


@pytest.fixture(scope="package")
def standard(document: ApiDocument) -> OperationPlan:
    return plan_operations(document, OperationSettings(seed=7))


@pytest.fixture(scope="package")
def smoke(document: ApiDocument) -> OperationPlan:
    return plan_operations(document, OperationSettings(seed=7, profile="smoke"))
