"""`conformance compare`: what changed between the results of runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from conformance.commands.common.lazy import load
from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.configuration.reading import read
from conformance.reports.comparison import print_comparison, print_matrix
from conformance.reports.terminal import make_console
from conformance.results.compare import compare as compare_two
from conformance.results.compare import matrix
from conformance.results.store import read_results

# The library of templates takes longer to load than all else here, and few ask for a page.
_PAGE = "conformance.reports.html.comparison"


def _compare(results: tuple[Path, ...], **given: Any) -> None:
    html: Path | None = read(values_of(given), "compare-html")
    if len(results) < 2:
        raise click.UsageError("Give two results, or more for a matrix.")
    runs = [read_results(path) for path in results]
    console = make_console(os.environ)
    if len(runs) > 2:
        table = matrix(runs)
        print_matrix(table, console)
        if html is not None:
            load(_PAGE, "write_matrix")(table, html)
        return
    comparison = compare_two(*runs)
    print_comparison(comparison, console)
    if html is not None:
        load(_PAGE, "write_comparison")(comparison, html)
    raise SystemExit(comparison.exit_code)


compare = SectionedCommand(
    "compare",
    callback=_compare,
    params=[
        click.Argument(
            ["results"], nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OLD NEW [MORE…]"
        ),
        *option_parameters("compare"),
    ],
    help="Compare two runs, or show several side by side. Exit code 1 when the newer of two has anything new.",
    short_help="Compare runs: what is new, fixed, changed.",
)
