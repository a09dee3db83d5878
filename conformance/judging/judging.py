"""Judging a trace by every rule. A rule that crashes is an error of this suite, never the target's."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass, field

from conformance.contract.requirements import Catalogue, load_requirements
from conformance.contract.schemas import ResponseSchemas
from conformance.rules import ALL_RULES
from conformance.rules.evidence.observation import Observation
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Trace


@dataclass(slots=True)
class Judgement:
    """What the rules say of one trace: counts per requirement, and the violations themselves.

    ``by_operation`` counts (requirement, operation, upheld); ``subjects`` are the ids of workflows and instances for
    which a requirement was upheld (True) or violated (False).
    """

    upheld: dict[str, int] = field(default_factory=dict)
    violations: dict[str, list[Observation]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    by_operation: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    subjects: dict[tuple[str, bool], set[str]] = field(default_factory=dict)

    @property
    def judged(self) -> set[str]:
        """The requirements that had something to judge."""
        return self.upheld.keys() | self.violations.keys()


class Judge:
    """Applies the rules to traces; ``schemas`` are those of the document in use (the bundled one by default)."""

    def __init__(self, schemas: ResponseSchemas | None = None, catalogue: Catalogue | None = None) -> None:
        self._schemas = schemas
        self.catalogue = catalogue or load_requirements()
        self._features = {each.id: each.feature for each in self.catalogue.requirements}

    def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        """Every rule's observations on a trace, save those of features that the target does not offer.

        ``known_ids`` are those made in traces that share ids with this one; None where it stands by itself.
        """
        index = TraceIndex(trace, schemas=self._schemas, known_ids=known_ids)
        judgement = Judgement()
        for requirement, rule in ALL_RULES.items():
            feature = self._features.get(requirement)
            if feature is not None and feature not in trace.features:
                continue
            try:
                for observation in rule(index):
                    _note(judgement, requirement, observation)
                    operation = trace.at(observation.exchanges[-1]).operation if observation.exchanges else None
                    judgement.by_operation[requirement, operation or "", observation.upheld] += 1
            except Exception:
                last = traceback.format_exc(limit=-2).strip()
                judgement.errors.append(f"rule {requirement} could not judge trace {trace.id}: {last}")
        return judgement


def _note(judgement: Judgement, requirement: str, observation: Observation) -> None:
    if observation.subject:
        judgement.subjects.setdefault((requirement, observation.upheld), set()).add(observation.subject)
    if observation.upheld:
        judgement.upheld[requirement] = judgement.upheld.get(requirement, 0) + 1
    else:
        judgement.violations.setdefault(requirement, []).append(observation)
