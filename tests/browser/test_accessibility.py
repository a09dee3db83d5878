"""axe-core finds no violation in a report, light or dark, wide or narrow."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import pytest

from conformance.results.compare import compare
from tests.browser.conftest import OpenReport
from tests.reports.sample import clean, crowded, sample

pytestmark = pytest.mark.system

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(opened: OpenReport) -> list[str]:
    """What axe-core objects to, each with the first element."""
    opened.page.evaluate(AXE)
    found = opened.page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{item['id']} ({item['impact']}): {item['nodes'][0]['html'][:200]}" for item in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_a_report_with_findings(open_report: OpenReport, scheme: Literal["light", "dark"], width: int) -> None:
    open_report.page.emulate_media(color_scheme=scheme)
    open_report.page.set_viewport_size({"width": width, "height": 900})
    open_report(sample(), comparison=compare(clean(), sample()))
    assert violations(open_report) == []


def test_a_clean_report_and_a_crowded_one(open_report: OpenReport) -> None:
    open_report(clean())
    assert violations(open_report) == []
    open_report(crowded(6, exchanges=60))
    assert violations(open_report) == []
