"""A whole run of a server with a known deviation, and with another fault of the same requirement."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Limits
from conformance.confirming.findings import build_finding
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.results.known.deviations import KnownDeviation
from conformance.target import TargetConfig
from tests.campaign.test_detection import Unchased

REQUIREMENT = "event.live-known"
EARLY = KnownDeviation(REQUIREMENT, "reads lag", "getInstance", observed="404")


@dataclass(frozen=True)
class Few(Unchased):
    """The first scenarios of a run show both."""

    @property
    def budget(self) -> Limits:
        return replace(super().budget, runs=40)


def test_events_that_reach_no_later_stage_are_told_beside_reads_that_come_too_early() -> None:
    settings = Few(seed=5, profile="smoke", known=(EARLY,))
    with ReferenceProcess(ServerOptions(faults=("instance-unknown-at-first", "waiting-instance-unknown"))) as server:
        outcome = play(RunContext(TargetConfig(url=server.url), load_document(), settings, Silent()))
    found = [build_finding(proof, load_requirements()) for proof in outcome.proofs]
    live = [each for each in found if each.requirement == REQUIREMENT]
    assert [EARLY.covers(REQUIREMENT, each) for each in live] == [True, False]
    assert live[1].observed.startswith("404 while a later stage waits")
    assert len({each.id for each in live}) == 2
