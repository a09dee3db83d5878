"""`conformance clean`: remove what earlier runs, which were killed, have left on a server, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from conformance.commands.common.parameters import (
    SectionedCommand,
    option_parameters,
    target_names,
    values_of,
)
from conformance.configuration.options import target_config
from conformance.configuration.reading import BadOption, read
from conformance.configuration.sources import sources
from conformance.results.verdict import CONFORMANT, INCOMPLETE
from conformance.target import Recorder, Target, TargetConfig, probe
from conformance.target.coexistence.cleanup import commands, found, remove
from conformance.target.coexistence.footprint import Journalled, Made, read_journals
from conformance.target.coexistence.identity import RUN_ID
from conformance.trace.roles import Role
from conformance.wire.instant import SECOND, parse_instant

_OLDER_THAN_S = 3600.0
"""What was made later may be of a run that is under way."""
_HELP = """Remove what earlier runs have left on a server: workflows and instances that bear a run's name, or that the
journal of a run that was killed tells of. Nothing else is changed.

Without --yes it only says what it would remove. Unless --run or --older-than says otherwise, what was made in the last
1h is left alone: it may be of a run that is under way.

Exit code 0 when nothing is left, or when --yes was not given; 3 when something could not be removed.
"""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which runs' leftovers: of one run, or of those that made them before a time (ns since 1970, UTC)."""

    run: str | None
    before: int | None

    def is_of(self, run: str) -> bool:
        return self.run in (None, run)

    def is_old_enough(self, record: dict[str, Any]) -> bool:
        made = parse_instant(record.get("createdAt"))
        return self.before is None or (made is not None and made.ns < self.before)


def _clean(url: str, **given: Any) -> None:
    values = values_of(given)
    run: str | None = read(values, "clean-run")
    if run is not None and not RUN_ID.fullmatch(run):
        raise BadOption("clean-run", run, "the id of a run, eight small letters; its report has it")
    age: float | None = read(values, "clean-older-than")
    config = _target(url, given)
    before = None if run is not None and age is None else _before(_OLDER_THAN_S if age is None else age)
    journals = [each for folder in read(values, "clean-from") or _directories() for each in read_journals(folder)]
    left = asyncio.run(_remove(config, _Wanted(run, before), journals, read(values, "clean-yes")))
    raise SystemExit(INCOMPLETE if left else CONFORMANT)


def _target(url: str, given: dict[str, Any]) -> TargetConfig:
    found_sources = sources(values_of({**given, "url": url}))
    with found_sources.placing():
        return target_config(found_sources, found_sources.url or url)


def _before(age_s: float) -> int:
    return int((datetime.now(UTC) - timedelta(seconds=age_s)).timestamp() * SECOND)


def _directories() -> Sequence[Path]:
    """The reports of earlier runs here: a run that was killed has left its journal there."""
    reports = Path("reports")
    return [each for each in sorted(reports.iterdir()) if each.is_dir()] if reports.is_dir() else []


async def _remove(config: TargetConfig, wanted: _Wanted, journals: Sequence[Journalled], yes: bool) -> list[Made]:
    """What could not be removed; nothing is, without ``yes``."""
    async with Target(config) as target:
        await probe(target)
        client = target.client(Recorder(), Role.CLEANUP)
        try:
            things = await found(target, client, wanted.is_of, wanted.is_old_enough)
            things += await _journalled(target, client, wanted, journals)
            things = list(dict.fromkeys(things))
            for made in things:
                # They were made by another run of this suite, so they may be removed.
                target.footprint.find(made)
            _tell(things, yes)
            left = await remove(target, client, things) if yes else []
        finally:
            await client.aclose()
    for line in commands(config, left):
        click.echo(f"not removed: {line}")
    return left


async def _journalled(target: Target, client: Any, wanted: _Wanted, journals: Sequence[Journalled]) -> list[Made]:
    """What journals list and still exists: a server that started anew may give the same ids to others."""
    told = [made for each in journals if each.url == target.config.url and wanted.is_of(each.run) for made in each.left]
    kept: list[Made] = []
    for made in told:
        name = "workflows" if made.kind == "workflow" else "instances"
        answer = await client.request("GET", f"/{name}/{made.id}")
        record = answer.data if isinstance(answer.data, dict) else None
        same = record is not None and record.get("createdAt") == made.created
        if same and record is not None and record.get("terminated") is not True and wanted.is_old_enough(record):
            kept.append(made)
    return kept


def _tell(things: Sequence[Made], yes: bool) -> None:
    counts = [f"{sum(each.kind == kind for each in things)} {kind}s" for kind in ("workflow", "instance")]
    if not things:
        click.echo("Nothing of earlier runs was found.")
        return
    say: Callable[[str], None] = click.echo
    say(f"{'Removing' if yes else 'Found'} {' and '.join(counts)} of earlier runs:")
    for made in things:
        say(f"  {made.kind} {made.id}" + (f" of workflow {made.workflow}" if made.workflow else ""))
    if not yes:
        say("Nothing was removed; --yes removes them.")


_URL = click.Argument(["url"], metavar="URL", shell_complete=lambda *_: target_names())
clean = SectionedCommand(
    "clean",
    callback=_clean,
    params=[_URL, *option_parameters("clean")],
    help=_HELP,
    short_help="Remove what killed runs have left.",
)
