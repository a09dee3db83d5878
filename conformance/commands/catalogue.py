"""`conformance requirements` and `explain`: what is tested, and what it means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.commands.common.parameters import SectionedCommand, completion, option_parameters, values_of
from conformance.commands.common.printing import show, terminal_width
from conformance.configuration.reading import read
from conformance.contract.errors import UserError
from conformance.contract.paths import SDK_REQUIREMENTS
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.contract.scenes import load_scenes
from conformance.reports.explain import explain as explanation

_LEGEND = (
    "judged: S from a single response, A at once from what other exchanges prove, E eventually, after the settle time"
)
_NARROW = 80
"""Columns below which a table leaves no room for a statement."""


class UnknownGroup(UserError):
    """No requirement belongs to this group."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no group {name!r}.", f"Give one of {', '.join(known)}.")


class UnknownRequirement(UserError):
    """No requirement has this id."""

    def __init__(self, name: str, known: list[str]) -> None:
        near = difflib.get_close_matches(name, known, 3, 0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`conformance requirements` lists them."
        super().__init__(f"There is no requirement {name!r}.", hint)


_SERVERS, _CLIENTS = load_requirements(), load_requirements(SDK_REQUIREMENTS)
_TRAFFIC = _CLIENTS.only("client")

GROUPS = (*_SERVERS.groups, *_CLIENTS.groups)
"""The names of all groups of requirements."""

REQUIRED = (*_SERVERS.groups, *_SERVERS.by_id)
"""What may be required of a server: groups and requirements."""

REQUIRED_OF_TRAFFIC = (*REQUIRED, "client", *_TRAFFIC.by_id)
"""What may be required of the traffic between a server and a client."""


def _requirements(**given: Any) -> None:
    values = values_of(given)
    group: str | None = read(values, "requirements-group")
    excluded: bool = read(values, "requirements-excluded")
    if group is not None and group not in GROUPS:
        raise UnknownGroup(group, GROUPS)
    catalogue = _CLIENTS if group in _CLIENTS.groups else _SERVERS
    table = Table(box=None, pad_edge=False, show_header=True)
    if excluded:
        table.add_column("not judged", no_wrap=True)
        table.add_column("why")
        for row in catalogue.excluded:
            table.add_row(row.id, row.reason)
    else:
        for name in ("requirement", "level", "judged"):
            table.add_column(name, no_wrap=True)
        table.add_column("statement")
        for each in catalogue.requirements:
            if group in (None, each.group):
                table.add_row(each.id, each.level, " ".join(sorted(each.judged)), each.statement)
    show(table if excluded or terminal_width() >= _NARROW else _stacked(catalogue, group), wide=True)
    if not excluded:
        show(_LEGEND, wide=True)


requirements = SectionedCommand(
    "requirements",
    callback=_requirements,
    params=option_parameters("requirements"),
    help="List the catalogue of requirements: id, level, how it is judged, statement; those on SDKs with --group sdk.",
    short_help="List what is tested.",
)


def _stacked(catalogue: Catalogue, group: str | None) -> Group:
    """The list for a narrow terminal: each statement below its id."""
    rows = [each for each in catalogue.requirements if group in (None, each.group)]
    parts: list[RenderableType] = []
    for each in rows:
        head = f"{each.id}  {each.level}  {' '.join(sorted(each.judged))}"
        parts += [Text(head), Padding(each.statement, (0, 0, 0, 2))]
    return Group(*parts)


@click.command(short_help="Tell what a requirement means.")
@click.argument("requirement", shell_complete=completion((*_SERVERS.by_id, *_CLIENTS.by_id)))
def explain(requirement: str) -> None:
    """Tell what a requirement means, why it matters, what a violation looks like, and the scenes of its clauses."""
    known = {**_SERVERS.by_id, **_CLIENTS.by_id}
    if requirement not in known:
        raise UnknownRequirement(requirement, list(known))
    show(explanation(known[requirement], load_scenes().get(requirement, ())))
