"""The history of four hundred nights in a real browser."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.contract.requirements import load_requirements
from conformance.reports.html.history import write_history
from conformance.results.history import history_of, night_of
from conformance.results.model import Outcome
from tests.browser.conftest import OpenReport
from tests.reports.sample import sample

pytestmark = pytest.mark.system

NIGHTS = 400
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def write(folder: Path) -> Path:
    """Nights of every requirement, each of which fails for a week now and then."""
    levels = {each.id: each.level for each in load_requirements().requirements}
    bare = night_of(sample())
    begin = datetime(2025, 10, 1, 2, tzinfo=UTC)
    nights = []
    for day in range(NIGHTS):
        outcomes: dict[str, Outcome] = {
            name: "failed" if (day // 7 + number) % 19 == 3 else "passed" for number, name in enumerate(levels)
        }
        nights.append(replace(bare, started_at=(begin + timedelta(days=day)).isoformat(), outcomes=outcomes))
    return write_history(history_of(nights, levels), folder / "history.html")


def test_it_opens_at_once_and_leads_to_what_broke(open_report: OpenReport, tmp_path: Path) -> None:
    path = write(tmp_path)
    page = open_report.page
    began = time.monotonic()
    page.goto(path.as_uri())
    page.evaluate(_PAINTED)
    assert time.monotonic() - began < 2
    assert page.locator("svg.strip").count() == len(load_requirements().requirements)
    page.locator("ul.listed li a[href^='#requirement']").first.click()
    assert "#requirement-" in page.url
    grid = page.locator("table.grid").bounding_box()
    assert grid is not None
    assert grid["x"] + grid["width"] <= 1200
