"""Options of the table as parameters of click, and help pages in sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import click

from conformance.commands.common.lazy import load
from conformance.configuration.reading import Values
from conformance.configuration.table.lookup import options_of
from conformance.configuration.table.option import Command, Option
from conformance.contract.errors import UserError


class SectionedCommand(click.Command):
    """A command whose options are shown in sections; an option says its own in ``section``."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a definition list per section."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
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


Completion = Callable[[click.Context, click.Parameter, str], list[str]]

# Where the names of some options are, of all commands or of one; loaded only when a shell asks for them.
_ALL = ""
_NAMES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("fault", _ALL): ("conformance.reference.faults", "FAULTS"),
    ("with", _ALL): ("conformance.contract.features", "OFFERED"),
    ("without", _ALL): ("conformance.contract.features", "OFFERED"),
    ("require", "proxy"): ("conformance.commands.catalogue", "REQUIRED_OF_TRAFFIC"),
    ("require", _ALL): ("conformance.commands.catalogue", "REQUIRED"),
    ("requirements-group", _ALL): ("conformance.commands.catalogue", "GROUPS"),
}


def _loaded(module: str, name: str) -> list[str]:
    return [str(each) for each in load(module, name)]


def completion(names: Iterable[str] | Callable[[], Iterable[str]]) -> Completion:
    """Completes a word in the shell by names."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        del ctx, parameter
        found = names() if callable(names) else names
        return [name for name in found if name.startswith(incomplete)]

    return complete


def target_names() -> list[str]:
    """The targets of the nearest configuration file; none where it cannot be used."""
    try:
        found = load("conformance.configuration.sources", "sources")(lambda _: None)
    except UserError:
        return []
    return list(found.file.targets) if found.file is not None else []


def option_parameters(*commands: Command) -> list[click.Parameter]:
    """The options of the table that each of the commands has, as parameters of click, named by their keys.

    Those of one command alone come first, since they tell most about it.
    """
    ordered = sorted(options_of(*commands), key=lambda option: not option.own_key)
    return [_parameter(option, commands) for option in ordered]


def _parameter(option: Option, commands: Iterable[Command]) -> SectionedOption:
    settings: dict[str, Any] = {"section": option.section, "help": option.told, "required": option.required}
    place = next((found for each in (*commands, _ALL) if (found := _NAMES.get((option.key, each)))), None)
    names = option.choices or (partial(_loaded, *place) if place is not None else None)
    if names is not None:
        settings["shell_complete"] = completion(names)
    if option.kind == "flag":
        settings |= {"is_flag": True}
    else:
        settings |= {"metavar": option.metavar, "multiple": option.many}
    return SectionedOption(*option.flags, option.key.replace("-", "_"), **settings)


def values_of(given: Mapping[str, Any]) -> Values:
    """The parameters of a command as options by their keys."""
    return lambda key: given.get(key.replace("-", "_"))
