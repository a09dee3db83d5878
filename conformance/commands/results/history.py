"""`conformance history`: the results of many nightly runs on one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from conformance.commands.common.lazy import load
from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.configuration.reading import read
from conformance.contract.requirements import load_requirements
from conformance.reports.text import plural
from conformance.results.errors import ResultsUnreadable
from conformance.results.history import History, Night, history_of, night_of
from conformance.results.store import RESULTS, read_results

# The library of templates takes longer to load than all else here.
_PAGE = "conformance.reports.html.history"
_REPORT = "report.html"
_TOLD = 10


_HELP = """Show the runs of many nights on one page: a row for each requirement, a column for each night.

DIR is the report directory of a run, or a directory of such; results.json is all that is read of a run.
"""


def _history(directories: tuple[Path, ...], **given: Any) -> None:
    html: Path = read(values_of(given), "history-html")
    found = [night for directory in directories for night in _nights(directory)]
    told = history_of(found, {each.id: each.level for each in load_requirements().requirements})
    load(_PAGE, "write_history")(told, html)
    _tell(told, html)


def _nights(directory: Path) -> Iterator[Night]:
    """The run of a directory, or those of the directories in it, each once. Raises ResultsUnreadable for none."""
    if directory.is_file() or (directory / RESULTS).exists():
        yield _night(directory)
        return
    below = sorted(directory.iterdir()) if directory.is_dir() else []
    runs = [each for each in below if (each / RESULTS).exists() and not each.is_symlink()]
    if not runs:
        raise ResultsUnreadable(directory, f"neither it nor a directory in it holds a {RESULTS}")
    for each in runs:
        yield _night(each)


def _night(place: Path) -> Night:
    report = (place if place.is_dir() else place.parent) / _REPORT
    return night_of(read_results(place), report if report.exists() else None)


def _tell(told: History, html: Path) -> None:
    line = load(_PAGE, "change_line")
    for change in told.changes[:_TOLD]:
        click.echo(line(change, told.nights))
    if len(told.changes) > _TOLD:
        click.echo(f"… and {plural(len(told.changes) - _TOLD, 'earlier change')}, all on the page")
    click.echo(f"{plural(len(told.nights), 'night')}: {html}")


history = SectionedCommand(
    "history",
    callback=_history,
    params=[
        click.Argument(["directories"], nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR…"),
        *option_parameters("history"),
    ],
    help=_HELP,
    short_help="Show many nights on one page: what broke when, and what was mended.",
)
