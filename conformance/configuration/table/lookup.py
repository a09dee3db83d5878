"""All options, by family, by key and by command."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.configuration.table import (
    catalogue,
    earlier_runs,
    embedded,
    proxy,
    pytest_options,
    results,
    scope,
    sdk,
    serve,
    target,
)
from conformance.configuration.table.option import Command, Option

FAMILIES: Mapping[str, tuple[Option, ...]] = {
    "Scope": scope.OPTIONS,
    "Target": target.OPTIONS,
    "Results": results.OPTIONS,
    "Embedded server": embedded.OPTIONS,
    "As in pytest": pytest_options.OPTIONS,
    "The reference server by itself": serve.OPTIONS,
    "The proxy": proxy.OPTIONS,
    "SDKs": sdk.OPTIONS,
    "Earlier runs": earlier_runs.OPTIONS,
    "Catalogue and configuration": catalogue.OPTIONS,
}
"""The rows of the table by the headings of docs/options.md."""

OPTIONS: tuple[Option, ...] = tuple(option for family in FAMILIES.values() for option in family)
BY_KEY: Mapping[str, Option] = {option.key: option for option in OPTIONS}


def options_of(*commands: Command) -> tuple[Option, ...]:
    """The options that each of the commands has."""
    return tuple(option for option in OPTIONS if option.commands.issuperset(commands))
