"""`conformance known`: a first list of deviations that are accepted."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.results.known.files import known_from
from conformance.results.store import read_results


@click.command(short_help="Write a first file of known deviations.")
@click.option("--from", "source", required=True, type=click.Path(path_type=Path), metavar="RESULTS.json")
def known(source: Path) -> None:
    """Print a file of known deviations for what failed in a run. It can be given to run --known; add the reasons."""
    click.echo(known_from(read_results(source)), nl=False)
