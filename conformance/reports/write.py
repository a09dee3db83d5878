"""Writing every report of a run into its directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.reports.badge import write_badge
from conformance.reports.har import HarItem, write_har
from conformance.reports.html.page import write_html
from conformance.reports.junit import write_junit
from conformance.reports.markdown import write_summary
from conformance.reports.statement import write_statement
from conformance.results.activity import read_activity
from conformance.results.compare import Comparison
from conformance.results.model import Results
from conformance.results.store import write_results

HAR = "exchanges.har"


def write_all(
    results: Results, directory: Path, exchanges: Iterable[HarItem] | None, comparison: Comparison | None = None
) -> Path:
    """Write results.json, exchanges.har and every report made from the results; returns the path of the HTML report.

    The data comes first, so that a report that cannot be made costs no measurement. What happened when is filled in
    from the event logs there, as long as those of workers are there, too. Without ``exchanges`` an older HAR is kept.
    """
    if results.activity is None and not results.target.get("recording"):
        results.activity = read_activity(directory)
    write_results(results, directory)
    if exchanges is not None:
        write_har(directory / HAR, exchanges)
    write_junit(results, directory / "junit.xml")
    write_summary(results, directory / "summary.md", comparison)
    write_statement(results, directory / "statement.md")
    write_badge(results, directory / "badge.svg")
    return write_html(results, directory / "report.html", comparison)
