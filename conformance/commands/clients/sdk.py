"""`conformance sdk`: judge an SDK through a driver."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from conformance.commands.clients.driver_check import say_check
from conformance.configuration.combinations import Contradiction
from conformance.configuration.report_paths import default_report_dir, point_latest, writable_directory
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reports.conclusion import conclusion_of
from conformance.reports.har import HarItem
from conformance.reports.terminal import make_console, summary
from conformance.reports.write import write_all
from conformance.results.known.deviations import KnownDeviation, apply_known
from conformance.results.known.files import load_known, unfilled
from conformance.results.model import Results
from conformance.sdk.campaign.campaign import SdkSettings, run_campaign
from conformance.sdk.campaign.results import sdk_catalogue, sdk_results
from conformance.sdk.playing.campaign import play_scenarios, scenario_results
from conformance.sdk.selecting import select
from conformance.trace import Exchange

STDERR = "driver-stderr.txt"

_HELP = """Judge an SDK: is what it sends what its caller asked for, and does its caller get what the server sent?

COMMAND starts a driver, a small program that calls the SDK as it is told on its stdin and says on its stdout what it
got (docs/sdk.md has one in 40 lines). What the SDK really sent is seen by a server of this suite, never taken from the
driver's word.

\b
  conformance sdk -- python examples/sdk-drivers/reference
  conformance sdk -k "error or tolerance" -- node driver.js

Exit codes: 0 conformant, 1 a MUST requirement failed, 2 wrong usage, 3 incomplete, or the driver could not be used, 130
interrupted.
"""


@click.command(help=_HELP, short_help="Judge an SDK through a driver.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), metavar="N", help="What is drawn from.")
@click.option("--report-dir", type=click.Path(path_type=Path), metavar="DIR", help="Default: reports/<time>-sdk.")
@click.option("-k", "keyword", metavar="EXPR", help='Only requirements whose ids match, such as "error and not html".')
@click.option("--known", type=click.Path(path_type=Path), metavar="FILE.yaml", help="Known deviations.")
@click.option("--strict-known", is_flag=True, help="Stale known deviations make the run fail.")
@click.option("--fail-on", type=click.Choice(["must", "should"]), default="must", show_default=True)
@click.option(
    "--prefix",
    default="/api/orchestration",
    show_default=True,
    metavar="PATH",
    help="What the base URL ends in; published SDKs hard-code the default.",
)
@click.option(
    "--check-driver", is_flag=True, help="Only whether the driver itself keeps to the protocol, call by call."
)
@click.option(
    "--scenarios",
    is_flag=True,
    help="Play lifecycle scenarios through the SDK; the rules for servers judge them.",
)
@click.argument("command", nargs=-1, required=True, metavar="-- COMMAND…")
def sdk(
    command: tuple[str, ...], report_dir: Path | None, known: Path | None, check_driver: bool, **given: Any
) -> None:
    """See _HELP."""
    if check_driver:
        say_check(command, given["prefix"])
    if given["scenarios"] and given["keyword"]:
        raise Contradiction("--scenarios", "-k")
    wanted = select(given["keyword"], sdk_catalogue().by_id) if given["keyword"] else None
    entries = load_known(known) if known is not None else ()
    directory = writable_directory(report_dir or default_report_dir("http://sdk", datetime.now(UTC)))
    console = make_console(os.environ)
    settings = SdkSettings(command, given["seed"], given["prefix"], wanted)
    left = _scenarios(settings, entries) if given["scenarios"] else _calls(settings, console)
    results = left.results
    results.configuration["fail_on"] = given["fail_on"]
    if entries:
        results = apply_known(results, entries, datetime.now(UTC).date(), given["strict_known"])
    (directory / STDERR).write_text(left.stderr, encoding="utf-8")
    report = write_all(results, directory, left.exchanges)
    if report_dir is None:
        point_latest(directory)
    if left.lost is not None:
        click.echo(f"conformance: not judged to the end, as {left.lost}; see {directory / STDERR}.", err=True)
    conclusion = conclusion_of(results, interrupted=left.interrupted)
    summary(results, console, report, conclusion=conclusion)
    if known is not None and (told := unfilled(known, entries)):
        click.echo(told, err=True)
    raise SystemExit(conclusion.code)


@dataclass(frozen=True, slots=True)
class _Left:
    """What a run has left, whatever was played."""

    results: Results
    exchanges: Iterator[HarItem]
    stderr: str
    lost: str | None
    interrupted: bool


def _calls(settings: SdkSettings, console: Console) -> _Left:
    began = time.monotonic()
    outcome = run_campaign(settings, lambda phase: console.print(phase, highlight=False))
    results = sdk_results(outcome, settings, began)
    return _Left(results, _items(outcome.traces), outcome.stderr, outcome.lost, outcome.interrupted)


def _scenarios(settings: SdkSettings, known: Sequence[KnownDeviation]) -> _Left:
    began = time.monotonic()
    with ReferenceProcess(ServerOptions(prefix=settings.prefix)) as server:
        outcome = play_scenarios(settings, server.url)
    results = scenario_results(outcome, settings, began, known)
    exchanges = _items([("wire", outcome.wire)])
    return _Left(results, exchanges, outcome.stderr, outcome.lost, outcome.interrupted)


def _items(traces: Iterable[tuple[str, Iterable[Exchange]]]) -> Iterator[HarItem]:
    origin = time.time_ns() - time.monotonic_ns()
    for name, exchanges in traces:
        for exchange in exchanges:
            yield name, origin, exchange
