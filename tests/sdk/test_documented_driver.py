"""The driver of docs/sdk.md does what the page says."""

from __future__ import annotations

import re
import sys

from conformance.sdk.campaign.campaign import SdkSettings, run_campaign
from tests.sdk.drivers import ROOT


def test_the_documented_driver_is_short_complete_and_faultless() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "sdk.md").read_text(), re.DOTALL)
    assert len(code.splitlines()) <= 40
    wanted = frozenset(
        {"sdk-request.operation", "sdk-request.path-reserved", "sdk-answer.instance", "sdk-error.status"}
    )
    outcome = run_campaign(SdkSettings([sys.executable, "-c", code], wanted=wanted, minimise_s=0))
    assert outcome.lost is None
    assert not outcome.violations
    assert all(outcome.tally.upheld[name] for name in wanted)
