"""`conformance known`: a first list of deviations that are accepted."""

from __future__ import annotations

from typing import Any

import click

from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.configuration.reading import read
from conformance.results.known.files import known_from
from conformance.results.store import read_results


def _known(**given: Any) -> None:
    click.echo(known_from(read_results(read(values_of(given), "known-from"))), nl=False)


known = SectionedCommand(
    "known",
    callback=_known,
    params=option_parameters("known"),
    help="Print a file of known deviations for what failed in a run. It can be given to run --known; add the reasons.",
    short_help="Write a first file of known deviations.",
)
