"""Help pages in sections, and mistakes told in one sentence."""

from __future__ import annotations

from typing import Any

import click

from conformance.contract.errors import UserError
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


class TellingGroup(click.Group):
    """Turns what a user did wrong into one sentence on stderr and an exit code, never into a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Exit code 2 for wrong usage, 3 when the target cannot be judged."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"conformance: {error}", err=True)
            ctx.exit(INCOMPLETE if isinstance(error, TargetError) else USAGE)
