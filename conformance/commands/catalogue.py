"""`conformance requirements` and `explain`: what is tested, and what it means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import click
from rich.table import Table

from conformance.commands.showing import show
from conformance.contract.errors import UserError
from conformance.contract.paths import SDK_REQUIREMENTS
from conformance.contract.requirements import load_requirements
from conformance.reports.explain import explain as explanation


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


@click.command(short_help="List what is tested.")
@click.option("--group", help="Only one group, such as events.")
@click.option("--excluded", is_flag=True, help="List what the API leaves open instead, with the reasons.")
def requirements(group: str | None, excluded: bool) -> None:
    """List the catalogue of requirements: id, level, how it is judged, statement; those on SDKs with --group sdk."""
    servers, clients = load_requirements(), load_requirements(SDK_REQUIREMENTS)
    if group is not None and group not in {*servers.groups, *clients.groups}:
        raise UnknownGroup(group, [*servers.groups, *clients.groups])
    catalogue = clients if group in clients.groups else servers
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
    show(table, wide=True)


@click.command(short_help="Tell what a requirement means.")
@click.argument("requirement")
def explain(requirement: str) -> None:
    """Tell what a requirement means, why it matters, and what a violation looks like."""
    known = {**load_requirements().by_id, **load_requirements(SDK_REQUIREMENTS).by_id}
    if requirement not in known:
        raise UnknownRequirement(requirement, list(known))
    show(explanation(known[requirement]))
