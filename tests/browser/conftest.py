"""A real browser, which these tests need: they fail, rather than pass unseen, where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from conformance.reports.html.page import write_html
from conformance.results.compare import Comparison
from conformance.results.model import Results

_NAMES = ("chromium", "chromium-browser", "google-chrome")


class OpenReport:
    """Writes results as a report, and opens it from disk as a reader would."""

    def __init__(self, page: Page, directory: Path) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.directory = directory
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: self.requests.append(request.url))

    def __call__(self, results: Results, fragment: str = "", comparison: Comparison | None = None) -> Page:
        """Open the report of some results at a fragment ("#...")."""
        path = write_html(results, self.directory / "report.html", comparison)
        self.page.goto(path.as_uri() + fragment)
        return self.page


# By module: while Playwright runs, its event loop is the thread's, and tests elsewhere could start none of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, from the environment variable CHROMIUM or from the path."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("These tests need Chromium: install it, or name its program in the environment variable CHROMIUM.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[OpenReport]:
    """Opens reports in a page of its own, and holds against them every script error and every request."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = OpenReport(context.new_page(), tmp_path)
    yield opened
    context.close()
    assert opened.errors == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
