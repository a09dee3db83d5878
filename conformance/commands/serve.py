"""`conformance serve`: the reference server by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from rich.table import Table

from conformance.commands.common.parameters import SectionedCommand, SectionedOption, option_parameters, values_of
from conformance.commands.common.printing import show
from conformance.configuration.server_options import server_options
from conformance.configuration.sources import sources
from conformance.contract.errors import UserError
from conformance.reference.engine.journal import UnusableDatabase
from conformance.reference.faults import FAULTS
from conformance.reference.process import CannotListen
from conformance.reference.process import serve as serve_forever


class DatabaseUnusable(UserError):
    """The server cannot keep anything there."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} cannot be used as a database: {reason}.", "Name a file that can be written, or a new one."
        )


class PortUnavailable(UserError):
    """The server cannot listen there."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        hint = "Give another --port, or none for a free one."
        super().__init__(f"The server cannot listen on {host}:{port}: {reason}.", hint)


def _serve(list_faults: bool, **given: Any) -> None:
    if list_faults:
        _list()
        return
    own = {parameter.name: given[parameter.name] for parameter in _OWN if parameter.name in given}
    jitter = own.pop("jitter")
    behaviour = server_options(sources(values_of(given)))
    options = replace(behaviour, jitter=jitter, **own)
    try:
        raise SystemExit(serve_forever(options))
    except UnusableDatabase as error:
        raise DatabaseUnusable(options.database, error.reason) from None
    except CannotListen as error:
        raise PortUnavailable(options.host, options.port, error.reason) from None


_NAME_WIDTH = max(len(name) for fault in FAULTS.values() for name in fault.breaks)


def _list() -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("fault", "profile"):
        table.add_column(name, no_wrap=True)
    table.add_column("breaks", min_width=_NAME_WIDTH)
    table.add_column("what goes wrong")
    for fault in FAULTS.values():
        profile = fault.profile if fault.rare is None else f"rare ({fault.rare:.0%})"
        table.add_row(fault.name, profile, " ".join(fault.breaks), fault.summary)
    show(table, wide=True)


_HELP = """Run the reference server until interrupted. It prints its URL once it accepts connections."""
_OWN: tuple[click.Option, ...] = (
    SectionedOption("--host", default="127.0.0.1", show_default=True, help="Where it listens."),
    SectionedOption("--port", default=0, type=click.IntRange(0, 65535), metavar="P", help="Default: any free port."),
    SectionedOption("--list-faults", is_flag=True, help="List the faults with the requirements that they break."),
    SectionedOption("--jitter", is_flag=True, help="Let the slowness vary."),
    SectionedOption("--seed", default=0, type=click.IntRange(0), metavar="N", help="What all that varies comes from."),
    SectionedOption(
        "--database", default="", metavar="FILE", help="Keep everything in this SQLite file, and go on from it."
    ),
    SectionedOption(
        "--restart-after", default=0, type=click.IntRange(0), metavar="N", help="Start again after every N requests."
    ),
    SectionedOption("--clock-skew", default=0.0, metavar="SECONDS", help="How wrong the server's clock is."),
    SectionedOption(
        "--filled", default=0, type=click.IntRange(0, 1_000_000), metavar="N", help="Hold N workflows of others, too."
    ),
    SectionedOption("--prefix", default="", metavar="PATH", help="Serve below a path, such as /api/orchestration."),
)
serve = SectionedCommand(
    "serve",
    callback=_serve,
    params=[*_OWN, *option_parameters("serve")],
    help=_HELP,
    short_help="Run the reference server.",
)
