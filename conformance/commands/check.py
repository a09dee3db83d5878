"""`conformance check`: recorded traffic judged by the same rules, without a server."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from conformance.campaign.recordings import check_all, coverage
from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.commands.common.verbosity import with_verbosity
from conformance.configuration.combinations import check_known
from conformance.configuration.options import required_of
from conformance.configuration.reading import read
from conformance.configuration.report_paths import default_report_dir, writable_directory
from conformance.configuration.sources import sources
from conformance.contract.document import load_document
from conformance.reports.conclusion import exit_code
from conformance.reports.terminal import Verbosity, make_console, summary
from conformance.reports.write import write_all
from conformance.results.known.deviations import apply_known
from conformance.results.known.files import load_known, unfilled
from conformance.results.verdict import demand
from conformance.trace.har import read_recordings
from conformance.trace.har_files import STDIN

_HELP = """Judge HAR recordings by the same rules, without a server, and write the same report.

FILE is a HAR, also compressed (.har.gz, .zip), a directory of such, the directory of a run, or - for standard input.
Each recording is judged by itself. What holds only eventually is judged where the recording itself tells how slow its
server was: by runs of noop workflows, each read until it had terminated. The best verdict is "no violation found".
"""


def _check(files: tuple[Path, ...], **given: Any) -> None:
    values = sources(values_of(with_verbosity(given)))
    check_known(values)
    known: Path | None = read(values, "known")
    verbosity: Verbosity = read(values, "verbosity")
    accepted = load_known(known) if known else ()
    required = required_of(values)
    document = load_document(read(values, "spec"), allow_refs=read(values, "allow-refs"))
    prefix: str | None = read(values, "prefix")
    traces = read_recordings(files, prefix=None if prefix is None else f"/{prefix.strip('/')}".rstrip("/"))
    name = "standard input" if str(files[0]) == STDIN else files[0].resolve().name
    results = check_all(traces, document, name if len(files) == 1 else f"{name} and {len(files) - 1} more", accepted)
    if known is not None:
        results = apply_known(results, accepted, datetime.now(UTC).date(), strict=read(values, "strict-known"))
    results = demand(results, required)
    results.configuration["fail_on"] = read(values, "fail-on")
    default = default_report_dir(f"file://{name.replace(' ', '-')}", datetime.now(UTC))
    directory = writable_directory(read(values, "report-dir") or default)
    report = write_all(results, directory, ((each.id, each.origin, one) for each in traces for one in each.exchanges))
    if verbosity != "quiet":
        for line in coverage(results):
            click.echo(line)
    summary(results, make_console(os.environ), report, verbosity)
    if known is not None and (told := unfilled(known, accepted)):
        click.echo(told, err=True)
    raise SystemExit(exit_code(results))


_FILES = click.Argument(
    ["files"], type=click.Path(path_type=Path, allow_dash=True), metavar="FILE...", nargs=-1, required=True
)
check = SectionedCommand(
    "check",
    callback=_check,
    params=[_FILES, *option_parameters("check")],
    help=_HELP,
    short_help="Judge recorded traffic.",
)
