"""Help pages in sections, and mistakes told in one sentence."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

import click
from rich.console import RenderableType

from conformance.configuration.option_table import Command, options_of
from conformance.configuration.reading import Values
from conformance.contract.errors import UserError
from conformance.reports.terminal import make_console
from conformance.results.verdict import INCOMPLETE, USAGE
from conformance.target import TargetError


class SectionedCommand(click.Command):
    """A command whose options are shown in sections; an option says its own in ``section``."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a definition list per section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(parameter, "section", "Options"), []).append(record)
        for name, records in sections.items():
            with formatter.section(name):
                formatter.write_dl(records)


class SectionedOption(click.Option):
    """An option with a section."""

    def __init__(self, *names: str, section: str = "Options", **settings: Any) -> None:
        super().__init__(list(names), **settings)
        self.section = section


def option_parameters(command: Command, sections: Collection[str] | None = None) -> list[click.Parameter]:
    """The options of the table that a command has (or those of some sections), as parameters of click."""
    found: list[click.Parameter] = []
    for option in options_of(command, sections):
        settings: dict[str, Any] = {"section": option.section, "help": option.help}
        if option.kind == "flag":
            settings |= {"is_flag": True}
        else:
            settings |= {"metavar": option.metavar, "multiple": option.many}
        found.append(SectionedOption(f"--{option.name}", **settings))
    return found


def values_of(given: Mapping[str, Any]) -> Values:
    """The parameters of a command as options by their names."""
    return lambda name: given.get(name.replace("-", "_"))


_WIDE, _READABLE = 10_000, 88


def show(shown: RenderableType, *, wide: bool = False) -> None:
    """Print for people on a terminal; elsewhere without blanks that only fill lines up.

    ``wide``: what goes into a file or another program has a line for each row of a table, however long.
    """
    console = make_console(os.environ)
    if console.is_terminal:
        console.print(shown, highlight=False)
        return
    console.width = _WIDE if wide else _READABLE
    with console.capture() as captured:
        console.print(shown, highlight=False)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


class TellingGroup(click.Group):
    """Turns what a user did wrong into one sentence on stderr and an exit code, never into a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Exit code 2 for wrong usage, 3 when the target cannot be judged."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"conformance: {error}", err=True)
            ctx.exit(INCOMPLETE if isinstance(error, TargetError) else USAGE)
