"""What a run left, as results."""

from __future__ import annotations

import time

from conformance.sdk.campaign.beginning import Beginning
from conformance.sdk.campaign.campaign import SdkOutcome, SdkSettings
from conformance.sdk.campaign.results import sdk_results

SETTINGS = SdkSettings(["driver"])


def test_a_run_is_told_by_when_it_began() -> None:
    results = sdk_results(SdkOutcome(), SETTINGS, Beginning("2026-01-01T00:00:00+00:00", time.monotonic() - 60))
    assert results.started_at == "2026-01-01T00:00:00+00:00"
    assert results.duration_s >= 60
