"""The requirement catalogue as data (``specs/requirements.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import yaml

from conformance.contract.paths import REQUIREMENTS, specs_dir

Level: TypeAlias = Literal["MUST", "SHOULD"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a server owes its clients.

    ``judged`` holds S (one response proves it), A (at once) and E (eventually, after the settle time); ``operations``
    are operationIds; ``feature`` names the optional feature without which it does not apply; ``unless`` is why
    it does not apply to a target that ran workflows and never showed what it is about.
    """

    id: str
    group: str
    level: Level
    judged: frozenset[str]
    statement: str
    basis: str
    why: str
    violation: str
    operations: tuple[str, ...]
    feature: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is not judged, and why; ``recorded`` tells that traffic showing it is kept in the trace all the same."""

    id: str
    reason: str
    recorded: bool = False


@dataclass(frozen=True)
class Catalogue:
    """All requirements in the order of the catalogue, and what it leaves out."""

    requirements: tuple[Requirement, ...]
    excluded: tuple[Excluded, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Requirement]:
        """The requirements by their ids."""
        return {requirement.id: requirement for requirement in self.requirements}

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups in the order of the catalogue."""
        return tuple(dict.fromkeys(requirement.group for requirement in self.requirements))


def load_requirements() -> Catalogue:
    """Read the bundled catalogue. Raises SpecsMissing when the installation lacks it."""
    raw = yaml.safe_load((specs_dir() / REQUIREMENTS).read_bytes())
    return Catalogue(
        requirements=tuple(_requirement(row) for row in raw["requirements"]),
        excluded=tuple(Excluded(**row) for row in raw["excluded"]),
    )


def _requirement(row: Mapping[str, Any]) -> Requirement:
    return Requirement(**{**row, "judged": frozenset(row["judged"]), "operations": tuple(row["operations"])})
