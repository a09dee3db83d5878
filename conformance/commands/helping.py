"""Help pages in sections, options from the table, and what commands print."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import click

from conformance.configuration.option_table import Command, options_of
from conformance.configuration.reading import Values


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
