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
    SectionedOption,
    option_parameters,
    target_names,
    values_of,
)
from conformance.configuration.durations import NoDuration, seconds_of
from conformance.configuration.options import target_config
from conformance.configuration.reading import BadOption
from conformance.configuration.sources import sources
from conformance.results.verdict import CONFORMANT, INCOMPLETE
from conformance.target import Recorder, Target, TargetConfig, probe
from conformance.target.coexistence.cleanup import commands, found, remove
from conformance.target.coexistence.footprint import Journalled, Made, read_journals
from conformance.target.coexistence.identity import RUN_ID
from conformance.trace.roles import Role
from conformance.wire.instant import SECOND, parse_instant

_OLDER_THAN = "1h"
_HELP = f"""Remove what earlier runs have left on a server: workflows and instances that bear a run's name, or that the
journal of a run that was killed tells of. Nothing else is changed.

Without --yes it only says what it would remove. Unless --run or --older-than says otherwise, what was made in the last
{_OLDER_THAN} is left alone: it may be of a run that is under way.

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


def _clean(url: str, run: str | None, older_than: str | None, yes: bool, **given: Any) -> None:
    if run is not None and not RUN_ID.fullmatch(run):
        raise BadOption("run", run, "the id of a run, eight small letters; its report has it")
    config = _target(url, given)
    before = None if run is not None and older_than is None else _before(older_than or _OLDER_THAN)
    journals = [each for directory in given.pop("source") or _directories() for each in read_journals(directory)]
    left = asyncio.run(_remove(config, _Wanted(run, before), journals, yes))
    raise SystemExit(INCOMPLETE if left else CONFORMANT)


def _target(url: str, given: dict[str, Any]) -> TargetConfig:
    found_sources = sources(values_of({**given, "url": url}))
    with found_sources.placing():
        return target_config(found_sources, found_sources.url or url)


def _before(age: str) -> int:
    try:
        moment = datetime.now(UTC) - timedelta(seconds=seconds_of(age))
    except NoDuration as error:
        raise BadOption("older-than", age, error.wanted) from None
    return int(moment.timestamp() * SECOND)


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
                # They were made by another run of this suite, so they are no strangers'.
                target.footprint.find(made)
            _tell(things, yes)
            left = await remove(target, client, things) if yes else []
        finally:
            await client.aclose()
    for line in commands(config, left):
        click.echo(f"not removed: {line}")
    return left


async def _journalled(target: Target, client: Any, wanted: _Wanted, journals: Sequence[Journalled]) -> list[Made]:
    """What journals tell of and is still there: a server that started anew may give the same ids to others."""
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
_OWN = [
    SectionedOption("--run", metavar="ID", help="Only what the run of this id made."),
    SectionedOption("--older-than", metavar="TIME", help=f"Only what was made so long ago; default {_OLDER_THAN}."),
    SectionedOption(
        "--from",
        "source",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        multiple=True,
        metavar="DIR",
        help="Reports of a run whose journal is read, too; default: those in reports/.",
    ),
    SectionedOption("--yes", is_flag=True, help="Remove it."),
]
clean = SectionedCommand(
    "clean",
    callback=_clean,
    params=[_URL, *_OWN, *option_parameters("clean")],
    help=_HELP,
    short_help="Remove what killed runs have left.",
)
