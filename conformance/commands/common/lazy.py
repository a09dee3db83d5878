"""A group of commands that loads a command's module when it is called, so that a small one starts at once."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from conformance.contract.errors import UserError

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Subcommand:
    """A command of a group: the module that has it under its name, and a line for the help of the group."""

    name: str
    module: str
    short_help: str


def load(module: str, name: str) -> Any:
    """What a module has under a name; the module is loaded when it was not yet."""
    return getattr(importlib.import_module(module), name)


class LazyGroup(click.Group):
    """Turns what a user did wrong into one sentence on stderr and an exit code, never into a traceback."""

    def __init__(self, *arguments: Any, subcommands: Sequence[Subcommand], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._subcommands = {each.name: each for each in subcommands}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        del ctx
        return list(self._subcommands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module loaded; None when there is none of this name."""
        del ctx
        found = self._subcommands.get(cmd_name)
        if found is None:
            return None
        command: click.Command = load(found.module, found.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command, without loading any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(each.name, each.short_help) for each in self._subcommands.values()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Exit code 2 for wrong usage, 3 when the target cannot be judged, 130 when interrupted."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"conformance: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
