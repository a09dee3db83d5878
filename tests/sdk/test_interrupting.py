"""An interrupted run: it ends soon, says so, and leaves nothing behind."""

from __future__ import annotations

import os
import signal

import pytest

from conformance.sdk.campaign.campaign import SdkSettings, run_campaign
from conformance.sdk.drawing.themes import all_themes
from tests.sdk.drivers import REFERENCE, program


@pytest.mark.parametrize(
    ("phase", "number"), [("playing", signal.SIGINT), ("waiting for the slow cases", signal.SIGTERM)]
)
def test_a_signal_ends_a_run_in_whatever_phase_it_comes(phase: str, number: signal.Signals) -> None:
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        if line == phase:
            os.kill(os.getpid(), number)

    apart = frozenset(theme.requirement for theme in all_themes() if theme.apart)
    outcome = run_campaign(SdkSettings(REFERENCE, wanted=apart | {"sdk-request.operation"}), tell)
    assert told[-2:] == [phase, "stopping"]
    assert outcome.interrupted
    assert outcome.lost is None


def test_an_interrupt_does_not_wait_for_a_driver_that_hangs() -> None:
    hangs = f"""
        for call in calls():
            os.kill({os.getpid()}, {signal.SIGINT.value})
            time.sleep(600)
    """
    wanted = frozenset({"sdk-request.operation"})
    outcome = run_campaign(SdkSettings(program(hangs), wanted=wanted))
    assert outcome.interrupted
    assert not outcome.violations
