"""Writing every report of a run into its directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
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
from conformance.results.verdict import verdict_of
from conformance.trace.har_files import OWN

HAR = f"{OWN}.gz"
PAGE = "report.html"

Writer = Callable[[Results, Path, Comparison | None], object]
"""Writes one report to a path; the comparison with an earlier run is None where there is none."""

REPORTS: Mapping[str, Writer] = {
    "junit.xml": lambda results, path, _: write_junit(results, path),
    "summary.md": write_summary,
    "statement.md": lambda results, path, _: write_statement(results, path),
    "badge.svg": lambda results, path, _: write_badge(results, path),
    PAGE: write_html,
}
"""Every report by the name of its file, in the order of writing."""


def write_all(
    results: Results, directory: Path, exchanges: Iterable[HarItem] | None, comparison: Comparison | None = None
) -> Path:
    """Write results.json, exchanges.har.gz and every report made from the results; returns the path of the HTML report.

    The data comes first, so that a report that cannot be made costs no measurement. What happened when is filled in
    from the event logs there, as long as those of workers are there, too. Without ``exchanges`` an older HAR is kept.
    What cannot be written is an error of the suite in the results, and the rest is written all the same.
    """
    if results.activity is None and not results.target.get("recording"):
        results.activity = read_activity(directory)
    # Scenarios are played through an SDK on the embedded server; single calls are answered as each case wants.
    own = bool(results.target.get("sdk") and not results.target.get("scenarios"))
    data: dict[str, Callable[[], object]] = {
        "results.json": lambda: write_results(results, directory),
        HAR: lambda: write_har(directory / HAR, exchanges, own_answers=own) if exchanges is not None else None,
    }
    reports = {name: partial(write, results, directory / name, comparison) for name, write in REPORTS.items()}
    writers: dict[str, Callable[[], object]] = {**data, **reports}
    failed = [name for name, write in writers.items() if not _written(name, write, results)]
    if failed and "results.json" not in failed:
        _written("results.json", writers["results.json"], results)
    return directory / PAGE


def _written(name: str, write: Callable[[], object], results: Results) -> bool:
    """Whether a report could be written; why not is then an error of the suite in the results."""
    try:
        write()
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
        results.errors.append(f"{name} could not be written: {reason}")
        results.verdict = verdict_of(
            results.requirements, narrowed=results.narrowed, complete=results.complete, erred=True
        )
        return False
    return True
