"""`conformance compare` and `known`: results over time."""

from __future__ import annotations

import os
from pathlib import Path

import click

from conformance.reports.html.comparison import print_comparison, print_matrix, write_comparison, write_matrix
from conformance.reports.terminal import make_console
from conformance.results.compare import compare as compare_two
from conformance.results.compare import matrix
from conformance.results.known import known_from
from conformance.results.store import read_results


@click.command(short_help="Compare runs: what is new, fixed, changed.")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OLD NEW [MORE…]")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE.html", help="Write it as a page, too.")
def compare(results: tuple[Path, ...], html: Path | None) -> None:
    """Compare two runs, or show several side by side. Exit code 1 when the newer of two has anything new."""
    if len(results) < 2:
        raise click.UsageError("Give two results, or more for a matrix.")
    read = [read_results(path) for path in results]
    console = make_console(os.environ)
    if len(read) > 2:
        table = matrix(read)
        print_matrix(table, console)
        if html is not None:
            write_matrix(table, html)
        return
    comparison = compare_two(*read)
    print_comparison(comparison, console)
    if html is not None:
        write_comparison(comparison, html)
    raise SystemExit(comparison.exit_code)


@click.command(short_help="Write a first file of known deviations.")
@click.option("--from", "source", required=True, type=click.Path(path_type=Path), metavar="RESULTS.json")
def known(source: Path) -> None:
    """Print a file of known deviations for what failed in a run: add the reasons, then give it to run --known."""
    click.echo(known_from(read_results(source)), nl=False)
