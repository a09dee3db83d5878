"""A run that could not be played to its end never says that all is well."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.campaign.concluding import RunOutcome, conclude, header, untested
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
    catalogue, tally = load_requirements(), Tally(exchanges=1)
    for each in catalogue.requirements:
        tally.upheld[each.id] += 1
        tally.judged_traces[each.id] += 1
    begun = header(TargetConfig(url="http://h"), load_document(), Settings(), catalogue)
    features = frozenset(each.feature for each in catalogue.requirements if each.feature is not None)
    results = conclude(begun, RunOutcome(tally, lost=lost, features=features), features, 0.0)
    assert {each.outcome for each in results.requirements} == {"passed"}
    assert results.complete == (lost is None)
    told = conclusion_of(results)
    assert (told.code, told.headline) == (code, headline)
    assert ("the target was not tested to the end" in told.last_line) == (lost is not None)
    assert conclusion_of(narrow(results, {"run.created"})).code == code


@pytest.mark.parametrize(
    "cut",
    [{"interrupted": True}, {"lost": LOST}, {"tally": Tally()}, {"missing": [2]}],
    ids=lambda cut: next(iter(cut)),
)
def test_a_run_that_did_not_come_to_its_own_end_is_not_complete(cut: dict[str, Any]) -> None:
    begun = header(TargetConfig(url="http://h"), load_document(), Settings(), load_requirements())
    begun.target |= {"missing": cut.pop("missing", [])}
    assert not conclude(begun, RunOutcome(**{"tally": Tally(exchanges=1), **cut}), frozenset(), 0.0).complete


def test_a_run_whose_target_could_not_be_tested_is_not_complete() -> None:
    begun = header(TargetConfig(url="http://h"), load_document(), Settings(), load_requirements())
    results = untested(begun, "nothing listens there", frozenset())
    assert not results.complete
    assert conclusion_of(results).reason == "The target could not be tested: nothing listens there."
