"""The drivers of published SDKs: small, of one exact version each, and their known deviations are of the catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.results.known.files import load_known
from conformance.sdk.campaign.results import sdk_catalogue
from tests.sdk.drivers import ROOT

DRIVERS = ROOT / "examples" / "sdk-drivers"
PROGRAMS = {"python": "driver.py", "typescript": "driver.mjs", "go": "driver.go"}


def _text(*parts: str) -> str:
    return Path(DRIVERS, *parts).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_driver_is_short(name: str) -> None:
    assert len(_text(name, PROGRAMS[name]).splitlines()) <= 150


@pytest.mark.parametrize("name", PROGRAMS)
def test_known_deviations_are_of_the_catalogue_and_have_reasons(name: str) -> None:
    known = load_known(DRIVERS / name / "known.yaml")
    assert {each.requirement for each in known} <= sdk_catalogue().by_id.keys()
    assert all(len(each.reason.split()) >= 5 for each in known)


def test_versions_are_exact_and_locked() -> None:
    assert _text("python", "requirements.txt") == "formance-sdk-python==9.0.1\n"
    wanted = json.loads(_text("typescript", "package.json"))["dependencies"]
    locked = json.loads(_text("typescript", "package-lock.json"))["packages"]
    assert wanted["@formance/formance-sdk"] == "7.0.1"
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    module = "github.com/formancehq/formance-sdk-go/v3 v3.2.0"
    assert f"require {module}\n" in _text("go", "go.mod")
    assert f"{module} h1:" in _text("go", "go.sum")
