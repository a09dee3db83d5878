"""Whole runs against a server that demands tokens."""

from __future__ import annotations

from conformance.campaign.concluding import RunOutcome
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.outcomes import requirement_results
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig


def played(settings: Settings, **options: object) -> RunOutcome:
    with ReferenceProcess(ServerOptions(auth=True, **options)) as server:  # type: ignore[arg-type]
        config = TargetConfig(
            url=server.url, client_id="conformance", client_secret="conformance", token_url=f"{server.url}/oauth/token"
        )
        return play(RunContext(config, load_document(), settings, Silent()))


def test_a_run_whose_tokens_expire_all_the_time_is_conformant() -> None:
    outcome = played(Settings(profile="smoke", seed=2), token_lifetime=2.5)
    results = requirement_results(load_requirements(), outcome.tally, [], outcome.features)
    # A busy machine may leave a requirement out.
    assert "passed" in {each.outcome for each in results} <= {"passed", "not_exercised"}
    assert outcome.tally.errors == []


def test_faults_of_authentication_are_found_and_blamed_on_nothing_else() -> None:
    settings = Settings(profile="smoke", seed=3, enough=frozenset({"auth.scope"}))
    outcome = played(settings, faults=("reading-allows-writing",))
    assert set(outcome.tally.violated) - {"auth.scope"} == set()
    assert [proof.requirements for proof in outcome.proofs] == [("auth.scope",)]
