"""One item per requirement of the catalogue."""

from __future__ import annotations

import pytest

from conformance.campaign.conformance_run import ConformanceRun
from conformance.contract.requirements import Requirement, load_requirements
from conformance.suite.items import assert_selected


def _parameter(requirement: Requirement) -> object:
    level, group = requirement.level.lower(), requirement.group
    marks = (getattr(pytest.mark, level), getattr(pytest.mark, group), pytest.mark.conformance_requirement)
    return pytest.param(requirement.id, id=requirement.id, marks=marks)


@pytest.mark.parametrize("requirement", [_parameter(each) for each in load_requirements().requirements])
@pytest.mark.usefixtures("conformance_results")
def test_requirement(requirement: str, conformance_session: ConformanceRun) -> None:
    """The requirement's outcome in this run."""
    assert_selected(conformance_session, (requirement,), None)
