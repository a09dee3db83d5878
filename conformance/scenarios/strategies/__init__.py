"""Strategies that draw scenarios: themes, each a function that drafts one, and collecting what they draw."""

from collections.abc import Mapping

from conformance.scenarios.strategies import (
    bursts,
    cancelling,
    creating,
    delaying,
    following,
    forms,
    free,
    intruding,
    ledger,
    lookalikes,
    reading,
    refusals,
    running,
    waiting,
)
from conformance.scenarios.strategies.collecting import collect
from conformance.scenarios.strategies.draft import Draft, Theme, strategy

_MODULES = (
    free,
    waiting,
    bursts,
    cancelling,
    running,
    delaying,
    following,
    creating,
    reading,
    refusals,
    ledger,
    lookalikes,
    forms,
    intruding,
)

THEMES: Mapping[str, Theme] = {theme.name: theme for module in _MODULES for theme in module.THEMES}
"""Every theme by name."""

__all__ = ["THEMES", "Draft", "Theme", "collect", "strategy"]
