"""A target that ends in the middle of a run."""

from __future__ import annotations

import time

from conformance.campaign.concluding import conclude, header
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.tally import Tally
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig
from conformance.trace import Trace


class _Ending(Silent):
    """Ends the server as soon as anything was judged."""

    def __init__(self, server: ReferenceProcess) -> None:
        self._server = server

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        self._server.stop()


def test_the_rest_of_the_run_is_inconclusive_and_given_up_early() -> None:
    document, settings = load_document(), Settings(profile="smoke", max_time=600)
    with ReferenceProcess() as server:
        config = TargetConfig(url=server.url, timeout_s=1)
        began = time.monotonic()
        begun = header(config, document, settings, load_requirements())
        outcome = play(RunContext(config, document, settings, _Ending(server)))
        results = conclude(begun, outcome, settings.features, began)
    assert results.errors == []
    assert results.verdict == "incomplete"
    assert {each.outcome for each in results.requirements} == {"passed", "inconclusive", "not_applicable"}
    assert "stopped accepting connections" in results.target["lost"]
    # What nothing answers any longer is not waited for.
    assert results.duration_s < settings.patience_s
