"""`conformance clean`: remove what earlier runs, which were killed, have left on a server, and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
from conformance.configuration.durations import seconds_of
from conformance.configuration.options import target_config
from conformance.configuration.reading import BadOption, read
from conformance.configuration.sources import sources
from conformance.reports.text import plural
from conformance.results.verdict import CONFORMANT, INCOMPLETE
from conformance.target import Recorder, Target, TargetConfig, probe
from conformance.target.coexistence.cleanup import LONGEST_END_S, commands, found
from conformance.target.coexistence.footprint import Journalled, Kind, Made, read_journals
from conformance.target.coexistence.identity import RUN_ID
from conformance.target.coexistence.removing import remove
from conformance.trace.roles import Role
from conformance.wire.instant import SECOND, parse_instant

_OLDER_THAN = "1h"
"""What was made later may be of a run that is under way."""
_HELP = """Remove what earlier runs have left on a server: workflows and instances that bear a run's name, or that the
journal of a run that was killed tells of. Nothing else is changed.

URL is the server's address, or the name of a target of the configuration file. Without --yes it only says what it would
remove. Unless --run or --older-than says otherwise, what was made in the last 1h is left alone: it may be of a run that
is under way.

Exit code 0 when nothing of it is left, or when --yes was not given; 3 when something is still there.
"""


@dataclass(slots=True)
class _Wanted:
    """Which runs' leftovers: of one run, or of those that made them longer ago than ``age``, such as "1h".

    ``before`` is that moment (ns since 1970, UTC), None for any. ``younger`` are those that were made later, by id.
    """

    run: str | None
    age: str | None
    before: int | None = None
    younger: dict[str, Kind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.age is not None:
            moment = datetime.now(UTC) - timedelta(seconds=seconds_of(self.age))
            self.before = int(moment.timestamp() * SECOND)

    def is_of(self, run: str) -> bool:
        return self.run in (None, run)

    def is_old_enough(self, record: dict[str, Any]) -> bool:
        made = parse_instant(record.get("createdAt"))
        old = self.before is None or (made is not None and made.ns < self.before)
        if not old:
            self.younger[record["id"]] = "instance" if "workflowID" in record else "workflow"
        return old


def _clean(url: str, **given: Any) -> None:
    values = values_of(given)
    run: str | None = read(values, "clean-run")
    if run is not None and not RUN_ID.fullmatch(run):
        raise BadOption("clean-run", run, "the id of a run, eight small letters; its report has it")
    read(values, "clean-older-than")
    age: str | None = values("clean-older-than") or (None if run is not None else _OLDER_THAN)
    config = _target(url, given)
    journals = [each for folder in read(values, "clean-from") or _directories() for each in read_journals(folder)]
    left = asyncio.run(_remove(config, _Wanted(run, age), journals, read(values, "clean-yes")))
    raise SystemExit(INCOMPLETE if left else CONFORMANT)


def _target(url: str, given: dict[str, Any]) -> TargetConfig:
    found_sources = sources(values_of({**given, "url": url}))
    with found_sources.placing():
        return target_config(found_sources, found_sources.url or url)


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
            _tell(things, wanted, yes)
            left = await remove(target, client, things, LONGEST_END_S) if yes else []
        finally:
            await client.aclose()
    if yes and things:
        _tell_outcome(config, things, left)
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


def _tell(things: Sequence[Made], wanted: _Wanted, yes: bool) -> None:
    kinds = {made.id: made.kind for made in things}
    younger = [kind for id_, kind in wanted.younger.items() if id_ not in kinds]
    if not things:
        click.echo(f"Nothing of earlier runs {f'older than {wanted.age} ' if younger else ''}was found.")
    else:
        click.echo(f"{'Removing' if yes else 'Found'} {_counts(kinds.values())} of earlier runs:")
        for made in things:
            click.echo(f"  {made.kind} {made.id}" + (f" of workflow {made.workflow}" if made.workflow else ""))
    if younger:
        click.echo(f"Left alone, since younger than {wanted.age}: {_counts(younger)}; see --older-than and --run.")
    if things and not yes:
        click.echo("Nothing was removed; --yes removes them.")


def _tell_outcome(config: TargetConfig, things: Sequence[Made], left: Sequence[Made]) -> None:
    gone = [made.kind for made in things if made not in left]
    click.echo(f"Removed: {_counts(gone)}." + (f" Still there: {_counts(made.kind for made in left)}:" if left else ""))
    for line in commands(config, left):
        click.echo(f"not removed: {line}")


def _counts(kinds: Iterable[Kind]) -> str:
    """How many there are of each kind, such as "1 workflow and 2 instances", or "nothing"."""
    counted = Counter(kinds)
    told = [plural(counted[kind], kind) for kind in ("workflow", "instance") if counted[kind]]
    return " and ".join(told) or "nothing"


_URL = click.Argument(["url"], metavar="URL", shell_complete=lambda *_: target_names())
clean = SectionedCommand(
    "clean",
    callback=_clean,
    params=[_URL, *option_parameters("clean")],
    help=_HELP,
    short_help="Remove what killed runs have left.",
)
