"""`conformance merge`: one result of the shares of a run that several machines played."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from conformance.campaign.conformance_run import ConformanceRun
from conformance.campaign.sharding.shards import Shard, read_shards
from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.commands.common.verbosity import with_verbosity
from conformance.results.verdict import INCOMPLETE

_HELP = """Make one result of the shares of a run (conformance run --shard K/N), as if one machine had played it all.

DIR is the report directory of a share, or a directory of such. What spans shares is judged here, and each cause is
confirmed once, on the server that the first share asked, so it has to be reachable from here; where it is not, what was
seen stands as far as it needs no confirming. Where a share is missing, the result says so, and is incomplete (exit
code 3) unless a MUST requirement failed.
"""


def _merge(directories: tuple[Path, ...], **given: Any) -> None:
    shards = read_shards(directories)
    run = _run_of(shards, with_verbosity(given))
    click.echo(f"Merging {len(shards)} of {shards[0].of} shares")
    run.merge(shards)
    run.tell()
    code = run.exit_code
    raise SystemExit(INCOMPLETE if code is None else code)


def _run_of(shards: list[Shard], given: dict[str, Any]) -> ConformanceRun:
    """The run with the settings of its shards, and the options of this command."""
    first = shards[0]
    told = {name: str(first.settings[name]) for name in ("seed", "profile", "spec") if first.settings[name] is not None}
    run = ConformanceRun.of(values_of({**given, **told, "url": first.url}))
    times = {name: first.settings[name] for name in ("max_time", "explore_time")}
    settings = replace(run.options.settings, **times)
    run.options = replace(run.options, settings=settings, embedded=first.server)
    run.selected = None if first.selected is None else frozenset(first.selected)
    return run


_DIRECTORIES = click.Argument(["directories"], type=click.Path(path_type=Path), metavar="DIR…", nargs=-1, required=True)
merge = SectionedCommand(
    "merge",
    callback=_merge,
    params=[_DIRECTORIES, *option_parameters("merge")],
    help=_HELP,
    short_help="Make one result of the shares of a run.",
)
