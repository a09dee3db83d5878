"""`conformance replay`: play a finding again, against any server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from conformance.commands.common.parameters import (
    SectionedCommand,
    completion,
    option_parameters,
    target_names,
    values_of,
)
from conformance.configuration.options import target_config
from conformance.configuration.reading import read
from conformance.configuration.sources import sources
from conformance.confirming.credibility import on_used_connections
from conformance.confirming.replaying import Replay
from conformance.confirming.replaying import replay as play_again
from conformance.contract.document import load_document
from conformance.contract.errors import UserError
from conformance.results.model import Finding
from conformance.results.store import read_results
from conformance.results.verdict import CONFORMANT, INCOMPLETE, NOT_CONFORMANT
from conformance.scenarios import Scenario, from_json
from conformance.target import TargetConfig


class NoSuchFinding(UserError):
    """The results hold no finding that can be played under this name."""

    def __init__(self, name: str, source: Path, known: list[str]) -> None:
        listed = ", ".join(known[:8]) or "none that can be played"
        super().__init__(f"{source} has no finding {name!r} with a scenario.", f"It has: {listed}.")


def _find(name: str, source: Path) -> Finding:
    findings = [each for each in read_results(source).findings if each.scenario is not None]
    for matches in (lambda each: name in (each.id, each.requirement), lambda each: name in each.requirements):
        for finding in filter(matches, findings):
            return finding
    raise NoSuchFinding(name, source, [each.id for each in findings])


def _finding_names() -> list[str]:
    """What can be played of the latest run."""
    try:
        findings = read_results(_LATEST).findings
    except UserError:
        return []
    return [each.id for each in findings if each.scenario is not None]


_LATEST = Path("reports/latest")
_SHORT = "Play a finding again."
_HELP = """Play a finding's scenario again, against any server. FINDING is its id, or a requirement that it violates.

Exit code 1 when the violation came back, 0 when it did not, 3 when this scenario cannot show it. Of a requirement that
the finding only also violates, the one that explains it is looked at as well.
"""


def _replay(finding: str, url: str, **given: Any) -> None:
    times: int = read(values_of(given), "replay-times")
    found = _find(finding, read(values_of(given), "replay-from"))
    scenario: Scenario = from_json(found.scenario or {})
    config = _target(url, given)
    for line in found.script:
        click.echo(f"  {line}")
    wanted = finding if finding in found.requirements else found.requirement
    replays = play_again(config, load_document(), scenario, times, reuse=on_used_connections(wanted))
    raise SystemExit(_tell(wanted, found, replays))


def _target(url: str, given: Mapping[str, Any]) -> TargetConfig:
    """How to reach the server of a URL or of a target's name."""
    found = sources(values_of({**given, "url": url}))
    with found.placing():
        return target_config(found, found.url or url)


def _tell(wanted: str, finding: Finding, replays: Sequence[Replay]) -> int:
    """Say what came back; the exit code."""
    if wanted == finding.requirement or any(wanted in each.judged for each in replays):
        back = _told(wanted, replays)
        if back or wanted == finding.requirement:
            return NOT_CONFORMANT if back else CONFORMANT
        return _told_of_cause(wanted, finding, replays, CONFORMANT)
    click.echo(f"This scenario does not put {wanted} to the test; it was made to show {finding.requirement}.")
    code = _told_of_cause(wanted, finding, replays, INCOMPLETE)
    if code == INCOMPLETE:
        click.echo(f"Whether {wanted} holds now is not known: conformance run URL -k {wanted} tells.")
    return code


def _told_of_cause(wanted: str, finding: Finding, replays: Sequence[Replay], otherwise: int) -> int:
    """Say whether the cause of a finding came back; the exit code, ``otherwise`` where it did not."""
    if not _told(finding.requirement, replays):
        return otherwise
    click.echo(f"So the cause of what {wanted} saw is still there.")
    return NOT_CONFORMANT


def _told(requirement: str, replays: Sequence[Replay]) -> bool:
    back = [each.violations[requirement][0] for each in replays if requirement in each.violations]
    click.echo(f"{requirement}: violated in {len(back)} of {len(replays)} plays")
    if back:
        click.echo(f"  expected: {back[0].expected}\n  observed: {back[0].observed}")
    return bool(back)


_ARGUMENTS: tuple[click.Parameter, ...] = (
    click.Argument(["finding"], shell_complete=completion(_finding_names)),
    click.Argument(["url"], metavar="URL|TARGET", shell_complete=completion(target_names)),
)
_PARAMETERS = [*_ARGUMENTS, *option_parameters("replay")]
replay = SectionedCommand("replay", callback=_replay, params=_PARAMETERS, help=_HELP, short_help=_SHORT)
