"""Whole runs with tokens of a third party's issuer, which expire again and again meanwhile."""

from __future__ import annotations

import pytest

from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.outcomes import requirement_results
from conformance.target import TargetConfig
from tests.strangers.guarded import guarded, issuer
from tests.strangers.prism import install

pytestmark = pytest.mark.system


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    install()


@pytest.mark.parametrize("silent", [False, True], ids=["told", "not-told"])
def test_a_run_goes_on_when_its_tokens_expire(silent: bool) -> None:
    with issuer(4, silent=silent) as issued_by, guarded(issued_by) as (url, guard):
        config = TargetConfig(url=url, issuer=issued_by, client_id="me", client_secret="secret")
        outcome = play(RunContext(config, load_document(), Settings(profile="smoke", seed=4), Silent()))
    results = requirement_results(load_requirements(), outcome.tally, [], outcome.features)
    assert outcome.features >= {"auth", "scopes"}
    assert {each.id: each.outcome for each in results if each.outcome != "passed"} == {}
    assert outcome.tally.errors == []
    # Without being told when they expire, the run hears of it by a 401, each time.
    assert guard.expired > 0
