"""Requests for every operation, generated from the API document and played. Makes traffic; judges nothing."""

from conformance.operations.plan import OperationPlan, OperationSettings, plan_operations
from conformance.operations.player import CUT_SHORT, OperationProgress, play_operations
from conformance.operations.template import CaseTemplate

__all__ = [
    "CUT_SHORT",
    "CaseTemplate",
    "OperationPlan",
    "OperationProgress",
    "OperationSettings",
    "plan_operations",
    "play_operations",
]
