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
from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.configuration.combinations import Contradiction
from conformance.configuration.reading import read
from conformance.configuration.report_paths import default_report_dir, point_latest, writable_directory
from conformance.configuration.sources import Sources, sources
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reports.conclusion import conclusion_of
from conformance.reports.har import HarItem
from conformance.reports.terminal import make_console, summary
from conformance.reports.write import write_all
from conformance.results.known.deviations import KnownDeviation, apply_known
from conformance.results.known.files import load_known, unfilled
from conformance.results.model import Results
from conformance.sdk.campaign.beginning import Beginning
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

Exit codes: 0 conformant, 1 a MUST requirement failed, 2 wrong usage, 3 incomplete, or the driver gave no valid result,
130 interrupted.
"""


def _sdk(command: tuple[str, ...], **given: Any) -> None:
    values = sources(values_of(given), with_target=False)
    with values.placing():
        settings, fail_on = _settings(command, values), read(values, "sdk-fail-on")
    if read(values, "sdk-check-driver"):
        say_check(command, settings.prefix)
    known: Path | None = read(values, "sdk-known")
    entries = load_known(known) if known is not None else ()
    named: Path | None = read(values, "sdk-report-dir")
    directory = writable_directory(named or default_report_dir("http://sdk", datetime.now(UTC)))
    console = make_console(os.environ)
    left = _scenarios(settings, entries) if read(values, "sdk-scenarios") else _calls(settings, console)
    results = left.results
    results.configuration["fail_on"] = fail_on
    if entries:
        results = apply_known(results, entries, datetime.now(UTC).date(), read(values, "sdk-strict-known"))
    (directory / STDERR).write_text(left.stderr, encoding="utf-8")
    report = write_all(results, directory, left.exchanges)
    if named is None:
        point_latest(directory)
    if left.lost is not None:
        click.echo(f"conformance: not judged to the end, as {left.lost}; see {directory / STDERR}.", err=True)
    conclusion = conclusion_of(results, interrupted=left.interrupted)
    summary(results, console, report, conclusion=conclusion)
    if known is not None and (told := unfilled(known, entries)):
        click.echo(told, err=True)
    raise SystemExit(conclusion.code)


def _settings(command: tuple[str, ...], values: Sources) -> SdkSettings:
    """What is to be drawn and played. Raises UserError."""
    keyword: str | None = read(values, "sdk-k")
    if keyword and read(values, "sdk-scenarios"):
        raise Contradiction("--scenarios", "-k")
    wanted = select(keyword, sdk_catalogue().by_id) if keyword else None
    return SdkSettings(command, read(values, "sdk-seed"), read(values, "sdk-prefix"), wanted)


@dataclass(frozen=True, slots=True)
class _Left:
    """What a run has left, whatever was played."""

    results: Results
    exchanges: Iterator[HarItem]
    stderr: str
    lost: str | None
    interrupted: bool


def _calls(settings: SdkSettings, console: Console) -> _Left:
    began = Beginning()
    outcome = run_campaign(settings, lambda phase: console.print(phase, highlight=False))
    results = sdk_results(outcome, settings, began)
    return _Left(results, _items(outcome.traces), outcome.stderr, outcome.lost, outcome.interrupted)


def _scenarios(settings: SdkSettings, known: Sequence[KnownDeviation]) -> _Left:
    began = Beginning()
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


sdk = SectionedCommand(
    "sdk",
    callback=_sdk,
    params=[
        click.Argument(["command"], nargs=-1, required=True, metavar="-- COMMAND…"),
        *option_parameters("sdk"),
    ],
    help=_HELP,
    short_help="Judge an SDK through a driver.",
)
