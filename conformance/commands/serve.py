"""`conformance serve`: the reference server by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from rich.table import Table

from conformance.commands.helping import show
from conformance.configuration.options import NOISE, NoSuchFault, noise, slowness
from conformance.contract.errors import UserError
from conformance.reference.engine.journal import UnusableDatabase
from conformance.reference.faults import FAULTS, UnknownFault
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


_SLOWNESS = ("latency", "like", "runs_per_second")


@click.command(short_help="Run the reference server.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, type=click.IntRange(0, 65535), metavar="P", help="Default: any free port.")
@click.option("--fault", multiple=True, metavar="NAME", help="Misbehave in a named way; may be repeated.")
@click.option("--list-faults", is_flag=True, help="List the faults with the requirements that they break.")
@click.option("--latency", metavar="TIME", help="Be slow, such as 400ms: views lag behind, runs are admitted slowly.")
@click.option("--jitter", is_flag=True, help="Let the slowness vary.")
@click.option("--like", metavar="real|FILE", help="In time like a real server, or as a YAML file of figures says.")
@click.option("--runs-per-second", metavar="R", help="With --like: how many runs it starts in a second at best.")
@click.option("--gateway-errors", metavar="SHARE", help="Answers replaced by a gateway's 502, such as 5%.")
@click.option("--unavailable", metavar="SHARE", help="Answers replaced by a JSON 503, such as 1%.")
@click.option("--drop", metavar="SHARE", help="Connections closed instead of an answer, such as 1%.")
@click.option("--slow-answers", metavar="TIME@SHARE", help="Single answers that take long, such as 12s@0.14%.")
@click.option("--stall", metavar="TIME@TIME", help="The whole server silent once, such as 13s@60s.")
@click.option("--seed", default=0, type=click.IntRange(0), metavar="N", help="What all that varies is drawn from.")
@click.option("--database", default="", metavar="FILE", help="Keep everything in this SQLite file, and go on from it.")
@click.option(
    "--restart-after", default=0, type=click.IntRange(0), metavar="N", help="Start again after every N requests."
)
@click.option("--clock-skew", default=0.0, metavar="SECONDS", help="How wrong the server's clock is.")
@click.option("--auth", is_flag=True, help="Demand tokens; POST /oauth/token gives them (conformance/conformance).")
@click.option("--prefix", default="", metavar="PATH", help="Serve below a path, such as /api/orchestration.")
def serve(list_faults: bool, fault: tuple[str, ...], **given: Any) -> None:
    """Run the reference server until interrupted. It prints its URL once it accepts connections."""
    if list_faults:
        _list()
        return
    slow = slowness(lambda name: given[name.replace("-", "_")])
    between = noise(lambda name: given[name.replace("-", "_")])
    derived = {name.replace("-", "_") for name in (*_SLOWNESS, *NOISE)}
    others = {name: value for name, value in given.items() if name not in derived}
    options = replace(slow, faults=fault, noise=between, **others)
    try:
        raise SystemExit(serve_forever(options))
    except UnknownFault as error:
        raise NoSuchFault(error.name) from None
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
