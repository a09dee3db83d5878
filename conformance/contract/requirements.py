"""The requirement catalogue as data (``specs/requirements.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from conformance.contract.paths import REQUIREMENTS, read_yaml, specs_dir

Level: TypeAlias = Literal["MUST", "SHOULD"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a server must, or should, do for its clients.

    ``judged`` holds S (one response proves it), A (at once) and E (eventually, after the settle time); ``operations``
    are actions; ``feature`` names the optional feature without which it does not apply; ``unless`` is why
    it does not apply to a target that ran workflows and never showed what it is about. ``family`` is another group with
    which it fails, and ``precedence`` its own place among the groups; None: those of its group.
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
    family: str | None = None
    precedence: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Requirements about one thing.

    ``about`` says what. A cause is looked for in the violated group of the least ``precedence``. ``lifecycle`` groups
    are judged per instance.
    """

    name: str
    about: str
    precedence: int
    lifecycle: bool


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is not judged, and why; ``recorded``: traffic that shows it is kept in the trace all the same."""

    id: str
    reason: str
    recorded: bool = False


@dataclass(frozen=True)
class Catalogue:
    """All requirements in the order of the catalogue, and what it leaves out."""

    requirements: tuple[Requirement, ...]
    excluded: tuple[Excluded, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Requirement]:
        """The requirements by their ids."""
        return {requirement.id: requirement for requirement in self.requirements}

    def family(self, requirement: Requirement) -> str:
        """The name of the group with which a requirement fails together."""
        return requirement.family or requirement.group

    def precedence(self, requirement: Requirement) -> int:
        """Its place when causes are looked for: the least comes first."""
        own = requirement.precedence
        return self.groups[requirement.group].precedence if own is None else own

    def lifecycle(self, requirement: Requirement) -> bool:
        """Whether it is judged per instance."""
        return self.groups[requirement.group].lifecycle

    def only(self, group: str) -> Catalogue:
        """The requirements of one group."""
        chosen = tuple(each for each in self.requirements if each.group == group)
        return Catalogue(chosen, self.excluded, self.groups)


def load_requirements(name: str = REQUIREMENTS) -> Catalogue:
    """Read a bundled catalogue, by default that of servers. Raises SpecsMissing when the installation lacks it."""
    raw = read_yaml(specs_dir() / name)
    return Catalogue(
        requirements=tuple(_requirement(row) for row in raw["requirements"]),
        excluded=tuple(Excluded(**row) for row in raw["excluded"]),
        groups={row["name"]: Group(**row) for row in raw["groups"]},
    )


def _requirement(row: Mapping[str, Any]) -> Requirement:
    return Requirement(**{**row, "judged": frozenset(row["judged"]), "operations": tuple(row["operations"])})
