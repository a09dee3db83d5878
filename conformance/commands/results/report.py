"""`conformance report`: the reports of a run again, also of one that was killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.configuration.reading import read
from conformance.configuration.report_paths import writable_directory
from conformance.configuration.sources import sources
from conformance.reports.conclusion import exit_code
from conformance.reports.har import HarItem
from conformance.reports.terminal import make_console, summary
from conformance.reports.write import HAR, write_all
from conformance.results.compare import compare
from conformance.results.event_lines import has_footer, log_of
from conformance.results.event_reading import read_events, read_exchanges
from conformance.results.records import exchange_of
from conformance.results.store import read_results

_HELP = """Make the reports from a run's event log: of a run that was killed, marked as cut, with all that it measured.

Where there is no log, as after the run of an SDK, they are made from results.json.

Exit code 1 when a MUST requirement failed, 3 when the run was killed before its end, as a run's own otherwise.
"""


def _report(directory: Path, **given: Any) -> None:
    results = read_events(directory) if log_of(directory).exists() else read_results(directory)
    against: Path | None = read(sources(values_of(given), with_target=False), "against")
    comparison = compare(read_results(against), results) if against is not None else None
    path = write_all(results, writable_directory(directory), _logged(directory), comparison)
    summary(results, make_console(os.environ), path, comparison=comparison)
    raise SystemExit(exit_code(results))


def _logged(directory: Path) -> Iterator[HarItem] | None:
    """The exchanges of a run that was killed; None where the run itself has written them, with whole bodies."""
    if not log_of(directory).exists() or ((directory / HAR).exists() and has_footer(directory)):
        return None
    return ((trace, origin, exchange_of(record)) for trace, origin, record in read_exchanges(directory))


report = SectionedCommand(
    "report",
    callback=_report,
    params=[
        click.Argument(["directory"], type=click.Path(path_type=Path, file_okay=False), metavar="DIR"),
        *option_parameters("report"),
    ],
    help=_HELP,
    short_help="Make the reports of a run again, also of one that was killed.",
)
