"""One fault of each group of requirements, all on one server, in one smoke run without confirming."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Limits, Settings
from conformance.contract.document import load_document
from conformance.judging.tally import Tally
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig

SHOWN = (
    "internal-field-leaks",
    "wrong-method-not-found",
    "version-flaps",
    "name-dropped",
    "updated-before-created",
    "cancelled-without-error",
    "cancelled-listed-as-running",
    "nobody-cancelled",
    "cancelled-entry-open",
)


@dataclass(frozen=True)
class Unchased(Settings):
    """A run that ends with its traffic."""

    @property
    def budget(self) -> Limits:
        return replace(super().budget, confirming_seconds=0.0)


@pytest.fixture(scope="module")
def tally() -> Tally:
    settings = Unchased(seed=5, profile="smoke")
    with ReferenceProcess(ServerOptions(faults=SHOWN)) as server:
        return play(RunContext(TargetConfig(url=server.url), load_document(), settings, Silent())).tally


@pytest.mark.parametrize("fault", SHOWN)
def test_a_fault_is_detected_by_a_rule_that_it_names(tally: Tally, fault: str) -> None:
    assert any(tally.violated[rule] for rule in FAULTS[fault].breaks)


def test_what_is_said_before_anything_is_made_is_judged() -> None:
    settings = Unchased(seed=5, profile="smoke", enough=frozenset({"envelope.schema"}))
    with ReferenceProcess(ServerOptions(faults=("no-workflows-are-null",))) as server:
        tally = play(RunContext(TargetConfig(url=server.url), load_document(), settings, Silent())).tally
    assert tally.violated["envelope.schema"] == 1


def test_judging_itself_did_not_fail(tally: Tally) -> None:
    assert tally.errors == []
