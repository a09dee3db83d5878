"""A run that could not be played to its end never says that all is well."""

from __future__ import annotations

import pytest

from conformance.campaign.concluding import RunOutcome, conclude, header
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.tally import Tally
from conformance.reports.conclusion import conclusion_of
from conformance.results.narrowing import narrow
from conformance.target import TargetConfig

LOST = "http://h no longer accepts the token (status 401)."


@pytest.mark.parametrize(("lost", "code", "headline"), [(None, 0, "Conformant"), (LOST, 3, "Incomplete")])
def test_a_target_that_was_lost_is_not_conformant_by_what_was_seen_until_then(
    lost: str | None, code: int, headline: str
) -> None:
    catalogue, tally = load_requirements(), Tally()
    for each in catalogue.requirements:
        tally.upheld[each.id] += 1
        tally.judged_traces[each.id] += 1
    begun = header(TargetConfig(url="http://h"), load_document(), Settings(), catalogue)
    features = frozenset(each.feature for each in catalogue.requirements if each.feature is not None)
    results = conclude(begun, RunOutcome(tally, lost=lost, features=features), features, 0.0)
    assert {each.outcome for each in results.requirements} == {"passed"}
    told = conclusion_of(results)
    assert (told.code, told.headline) == (code, headline)
    assert ("the target was not tested to the end" in told.last_line) == (lost is not None)
    assert conclusion_of(narrow(results, {"run.created"})).code == code
