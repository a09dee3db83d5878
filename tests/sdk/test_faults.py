"""Each faulty client of the demonstration driver is found by a requirement that it names."""

from __future__ import annotations

import pytest

from benchmarks.sdk.faults import faults
from conformance.sdk.campaign.campaign import SdkSettings, run_campaign
from conformance.sdk.campaign.results import sdk_catalogue
from tests.sdk.drivers import REFERENCE

FAULTS = faults()
# One of each kind; `python -m benchmarks.sdk.faults` plays all of them, with several seeds.
SOME = [
    "integers-through-floats",
    "stage-read-as-send",
    "only-perfect-lists",
    "false-left-out",
    "query-not-encoded",
    "null-for-absent",
    "hidden-retry",
    "status-lost",
    "connections-mixed-up",
    "token-follows-redirect",
]


def test_faults_name_requirements() -> None:
    named = {requirement for breaks in FAULTS.values() for requirement in breaks}
    assert len(FAULTS) >= 25
    assert named <= sdk_catalogue().by_id.keys()


@pytest.mark.parametrize("name", SOME)
def test_a_fault_is_found(name: str) -> None:
    wanted = frozenset(FAULTS[name])
    outcome = run_campaign(SdkSettings([*REFERENCE, "--fault", name], seed=1, wanted=wanted, minimise_s=0))
    assert outcome.lost is None
    assert {requirement for requirement, _ in outcome.violations} & wanted


def test_the_faultless_client_has_no_finding() -> None:
    outcome = run_campaign(SdkSettings(REFERENCE, seed=1, minimise_s=0))
    told = {key: (seen[0].expected, seen[0].observed) for key, seen in outcome.violations.items()}
    assert not told
    assert not outcome.tally.errors
    assert {name for name in sdk_catalogue().by_id if not outcome.tally.upheld[name]} == set()
