"""The ids that a case is played with: of something that exists, or unknown ones of the server's own form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from conformance.operations.template import WORKFLOW_PARAMETERS, CaseTemplate, Ids
from conformance.target.ids import GivenIds, unknown_like

_OWN_SHARE = 0.8
_INSTANCE_PARAMETERS = frozenset({"instanceID"})


@dataclass(frozen=True, slots=True)
class Resources:
    """The ids that cases may be about. An empty tuple leaves what was generated."""

    workflows: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()


def bind(case: CaseTemplate, resources: Resources, random: Random, given: GivenIds | None = None) -> CaseTemplate:
    """The case with its ids; unknown ones are like those ``given``, too. Deterministic for a seed and the same ids."""
    given = given or GivenIds()
    ids = _decided(case, random)
    if ids == "generated":
        return case

    def chosen(names: frozenset[str], of_kind: Sequence[str], like: Sequence[str]) -> dict[str, str]:
        return {name: _id(ids, of_kind, like, random) for name in _named(case, names, of_kind)}

    workflows = chosen(WORKFLOW_PARAMETERS, resources.workflows, given.workflows)
    return case.with_ids(workflows | chosen(_INSTANCE_PARAMETERS, resources.instances, given.instances))


def _decided(case: CaseTemplate, random: Random) -> Ids:
    if case.ids != "mixed":
        return case.ids
    # With two mistakes in one request it would be open which of them the answer is about.
    if case.classification().kind == "invalid" or random.random() < _OWN_SHARE:
        return "own"
    return random.choice(("unknown", "generated"))


def _named(case: CaseTemplate, names: frozenset[str], ids: Sequence[str]) -> list[str]:
    return [name for name, _ in (*case.params, *case.query) if name in names and ids]


def _id(kind: Ids, ids: Sequence[str], like: Sequence[str], random: Random) -> str:
    return unknown_like([*ids, *like], random) if kind == "unknown" else random.choice(ids)
