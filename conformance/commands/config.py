"""`conformance config`: which options apply, and where each comes from."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table
from rich.text import Text

from conformance.commands.common.parameters import (
    SectionedCommand,
    completion,
    option_parameters,
    target_names,
    values_of,
)
from conformance.commands.common.printing import show
from conformance.configuration.masking import shown
from conformance.configuration.options import checked_options
from conformance.configuration.sources import Sources, sources
from conformance.configuration.table.lookup import options_of

_HELP = """Show the options that a run would have, and where each comes from. Secrets are masked.

TARGET is the name of a target of the configuration file, or a URL. Nothing is sent to it.
"""


def _config(target: str | None, config_all: bool, **given: Any) -> None:
    found = sources(values_of({**given, "url": target}))
    checked_options(found)
    if found.file is None:
        click.echo("No configuration file.")
    else:
        names = ", ".join(found.file.targets) or "none"
        click.echo(f"Configuration file: {found.file.path}; targets: {names}.")
    show(_table(found, every=config_all), wide=True)


def _table(found: Sources, *, every: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("option", "value", "from"):
        table.add_column(name, overflow="fold")
    for option in options_of("pytest"):
        value, place = found(option.key), found.place(option.key)
        if option.key == "url" and value is None:
            table.add_row("url", "the embedded reference server", "default")
        elif place is not None:
            # The address is an argument of the command, not an option.
            table.add_row(option.key, Text(shown(option, value)), "TARGET" if place == "--url" else place)
        elif every:
            nothing = "no" if option.kind == "flag" else "none"
            table.add_row(option.key, Text(option.default or option.usual or nothing), "default")
    return table


_ARGUMENT = click.Argument(["target"], required=False, metavar="[TARGET]", shell_complete=completion(target_names))
config = SectionedCommand(
    "config",
    callback=_config,
    params=[_ARGUMENT, *option_parameters("config"), *option_parameters("run", "pytest")],
    help=_HELP,
    short_help="Show which options apply, and where they come from.",
)
