"""`conformance serve`: the reference server by itself."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.commands.common.printing import show
from conformance.configuration.server_options import serve_options
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


def _serve(**given: Any) -> None:
    if given["serve_list_faults"]:
        _list()
        return
    found = sources(values_of(given))
    with found.placing():
        options = serve_options(found)
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
serve = SectionedCommand(
    "serve",
    callback=_serve,
    params=option_parameters("serve"),
    help=_HELP,
    short_help="Run the reference server.",
)
