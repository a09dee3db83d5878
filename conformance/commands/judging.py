"""`conformance check` and `report`: results from a recording, or from the logs of an earlier run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from conformance.campaign.recordings import check as check_trace
from conformance.commands.helping import SectionedCommand, option_parameters, values_of
from conformance.configuration.combinations import check_known
from conformance.configuration.reading import read, with_environment
from conformance.configuration.report_paths import default_report_dir, writable_directory
from conformance.contract.document import load_document
from conformance.reports.conclusion import exit_code
from conformance.reports.har import HarItem
from conformance.reports.terminal import make_console, summary
from conformance.reports.write import HAR, write_all
from conformance.results.compare import compare
from conformance.results.cut import read_events, read_exchanges
from conformance.results.eventlines import has_footer
from conformance.results.known import apply_known, load_known
from conformance.results.records import exchange_of
from conformance.results.store import read_results
from conformance.trace.har import read_har

_HELP = """Judge a HAR recording by the same rules, without a server, and write the same report.

It may be compressed (.har.gz); a directory stands for the recording of the run that wrote it.

What holds only eventually is judged where the recording itself tells how slow its server was: by runs of noop
workflows, each read until it had terminated. The best verdict is "no violation found".
"""


def _check(recording: Path, **given: Any) -> None:
    values = with_environment(values_of(given), os.environ)
    check_known(values)
    known: Path | None = read(values, "known")
    accepted = load_known(known) if known else ()
    document = load_document(read(values, "spec"))
    trace, name = read_har(recording), recording.resolve().name
    if not any(exchange.operation for exchange in trace.exchanges):
        count = len(trace.exchanges)
        click.echo(f"conformance: none of the {count} requests is to an operation of this API's version 1.", err=True)
    results = check_trace(trace, document, name)
    if known is not None:
        results = apply_known(results, accepted, datetime.now(UTC).date(), strict=read(values, "strict-known"))
    results.configuration["fail_on"] = read(values, "fail-on") or "must"
    default = default_report_dir(f"file://{name}", datetime.now(UTC))
    directory = writable_directory(read(values, "report-dir") or default)
    report = write_all(results, directory, ((trace.id, trace.origin, each) for each in trace.exchanges))
    summary(results, make_console(os.environ), report)
    raise SystemExit(exit_code(results))


_RECORDING = click.Argument(["recording"], type=click.Path(path_type=Path), metavar="FILE.har|DIR")
check = SectionedCommand(
    "check",
    callback=_check,
    params=[_RECORDING, *option_parameters("check")],
    help=_HELP,
    short_help="Judge recorded traffic.",
)


@click.command(short_help="Make the reports of a run again, also of one that was killed.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option(
    "--against", type=click.Path(path_type=Path), metavar="RESULTS.json", help="An earlier run to compare with."
)
def report(directory: Path, against: Path | None) -> None:
    """Make the reports from a run's event log: of a run that was killed, marked as cut, with all that it measured.

    Exit code 1 when a MUST requirement failed, 3 when the run was killed before its end, as a run's own otherwise.
    """
    results = read_events(directory)
    comparison = compare(read_results(against), results) if against is not None else None
    path = write_all(results, writable_directory(directory), _logged(directory), comparison)
    summary(results, make_console(os.environ), path, comparison=comparison)
    raise SystemExit(exit_code(results))


def _logged(directory: Path) -> Iterator[HarItem] | None:
    """The exchanges of a run that was killed; None where the run itself has written them, with whole bodies."""
    if (directory / HAR).exists() and has_footer(directory):
        return None
    return ((trace, origin, exchange_of(record)) for trace, origin, record in read_exchanges(directory))
