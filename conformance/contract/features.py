"""The optional features of the API: which there are, what they mean, and what is assumed of a target."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from conformance.contract.errors import UserError


@dataclass(frozen=True, slots=True)
class Feature:
    """``assumed``: whether a target is taken to offer it. ``offered``: whether this version of the suite tests it.

    ``absent`` says of a target why what belongs to the feature does not apply. ``probed``: it is looked for.
    """

    name: str
    about: str
    assumed: bool
    offered: bool
    absent: str = ""
    probed: bool = False


FEATURES: Mapping[str, Feature] = {
    feature.name: feature
    for feature in (
        Feature("ledger", "the stages send and update move money", assumed=True, offered=True),
        Feature(
            "auth",
            "tokens are demanded",
            assumed=False,
            offered=True,
            absent="the target answers whoever asks, with or without a token",
            probed=True,
        ),
        Feature(
            "scopes",
            "tokens for a single scope are refused for the other",
            assumed=False,
            offered=True,
            absent="no token for a single scope is to be had: none is demanded, or there are no client credentials",
            probed=True,
        ),
        Feature("triggers", "events from outside start workflows", assumed=False, offered=False),
        Feature("v2", "paged lists below /v2", assumed=False, offered=False),
    )
}

OFFERED = tuple(feature.name for feature in FEATURES.values() if feature.offered)
"""Those that can be switched on and off."""

ASSUMED = frozenset(feature.name for feature in FEATURES.values() if feature.assumed and feature.offered)
"""Those that a target is taken to offer unless it is said otherwise."""


class UnknownFeature(UserError):
    """A feature that the suite does not know, or does not test yet."""

    def __init__(self, option: str, name: str) -> None:
        known = FEATURES.get(name)
        reason = "is not tested by this version of the suite" if known else "is no feature of the API"
        super().__init__(f"--{option} {name}: {name!r} {reason}.", f"Give one of {', '.join(OFFERED)}.")


def chosen(with_: Collection[str] = (), without: Collection[str] = ()) -> frozenset[str]:
    """The features to test: the assumed ones, and those named, less those left out. Raises UnknownFeature."""
    for option, names in (("with", with_), ("without", without)):
        for name in names:
            if name not in OFFERED:
                raise UnknownFeature(option, name)
    return (ASSUMED | frozenset(with_)) - frozenset(without)
