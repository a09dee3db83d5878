"""How fast the HTML report opens in Chromium, and how large it is, with very many findings and exchanges.

    python -m benchmarks.report_size [--runs 5]

Each size is written once and opened ``--runs`` times in a new page; a report counts as open when its load event is over
and the browser has painted twice since. Chromium is found through the environment variable CHROMIUM, or on the path.
Prints a Markdown table with medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.shared.measuring import stamp
from conformance.reports.html.page import write_html
from conformance.results.model import Results
from tests.reports.sample import crowded, sample

_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_HEAD = """| results | size (kB) | written in (s) | opened in (s) | filtered in (s) |
|---|---:|---:|---:|---:|"""


@dataclass(frozen=True, slots=True)
class Opened:
    """Seconds until a report was open, and until a search in it was shown."""

    open_s: float
    filter_s: float


def opened(browser: Browser, path: Path) -> Opened:
    """Open a report in a new page, and search in it."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    began = time.monotonic()
    page.goto(path.as_uri())
    page.evaluate(_PAINTED)
    ready = time.monotonic()
    page.fill("input[name=q]", "case 4321")
    page.evaluate(_PAINTED)
    done = time.monotonic()
    page.close()
    return Opened(ready - began, done - ready)


def row(browser: Browser, name: str, results: Results, runs: int) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as directory:
        began = time.monotonic()
        path = write_html(results, Path(directory) / "report.html")
        written = time.monotonic() - began
        times = [opened(browser, path) for _ in range(runs)]
        size = path.stat().st_size / 1000
    open_s = statistics.median(one.open_s for one in times)
    filter_s = statistics.median(one.filter_s for one in times)
    return f"| {name} | {size:,.0f} | {written:.2f} | {open_s:.2f} | {filter_s:.2f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    cases = {
        "3 findings": sample(),
        "5,000 findings of 12 exchanges": crowded(5_000),
        "1 finding of 50,000 exchanges": crowded(1, exchanges=50_000),
        "5,000 findings of 10 exchanges (50,000 in all)": crowded(5_000, exchanges=10),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        print(_HEAD)
        for name, results in cases.items():
            print(row(browser, name, results, runs), flush=True)
        browser.close()
    print(stamp())


if __name__ == "__main__":
    main()
