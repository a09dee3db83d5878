"""Judging a trace by every rule. A rule that crashes is an error of this suite, never the target's."""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.contract.requirements import Catalogue, load_requirements
from conformance.contract.schema.responses import ResponseSchemas
from conformance.rules import ALL_RULES
from conformance.rules.evidence.answers import answer_text, cut
from conformance.rules.evidence.observation import Observation, Rule
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace


@dataclass(slots=True)
class Judgement:
    """The judgement of one trace: counts per requirement, and the violations themselves.

    ``by_operation`` counts (requirement, operation, upheld); ``subjects`` are the ids of workflows and instances for
    which a requirement was upheld (True) or violated (False). ``crashes`` tells per requirement whose rule crashed what
    went wrong: the trace is not judged by it.
    """

    upheld: dict[str, int] = field(default_factory=dict)
    violations: dict[str, list[Observation]] = field(default_factory=dict)
    crashes: dict[str, str] = field(default_factory=dict)
    by_operation: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    subjects: dict[tuple[str, bool], set[str]] = field(default_factory=dict)

    @property
    def judged(self) -> set[str]:
        """The requirements that had something to judge."""
        return self.upheld.keys() | self.violations.keys()


class Judge:
    """Applies the rules to traces; ``schemas`` are those of the document in use (the bundled one by default)."""

    def __init__(
        self,
        schemas: ResponseSchemas | None = None,
        catalogue: Catalogue | None = None,
        rules: Mapping[str, Rule] = ALL_RULES,
    ) -> None:
        self._rules = rules
        self._schemas = schemas
        self.catalogue = catalogue or load_requirements()
        self._features = {each.id: each.feature for each in self.catalogue.requirements}

    def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        """Every rule's observations on a trace, save those of features that the target does not offer.

        ``known_ids`` are those made in traces that share ids with this one; None where it stands by itself.
        """
        judgement = Judgement()
        rules = {
            each: rule for each, rule in self._rules.items() if self._features.get(each) in (None, *trace.features)
        }
        try:
            index = self._index(trace, known_ids)
        except Exception as error:
            told = self._crash("the index of a trace", trace, error, known_ids)
            judgement.crashes = dict.fromkeys(rules, told)
            return judgement
        for requirement, rule in rules.items():
            try:
                for observation in rule(index):
                    _note(judgement, trace, requirement, observation)
            except Exception as error:
                told = self._crash(f"the rule {requirement}", trace, error, known_ids, rule)
                judgement.crashes[requirement] = told
        return judgement

    def _index(self, trace: Trace, known_ids: frozenset[str] | None) -> TraceIndex:
        return TraceIndex(trace, schemas=self._schemas, known_ids=known_ids)

    def _crash(
        self, what: str, trace: Trace, error: Exception, known_ids: frozenset[str] | None, rule: Rule | None = None
    ) -> str:
        """The text about a crash: what crashed, how and where, at which exchange, and how to report it."""

        def crashes(first: int) -> bool:
            try:
                index = self._index(replace(trace, exchanges=trace.exchanges[:first]), known_ids)
                deque(rule(index) if rule else (), maxlen=0)
            except Exception:
                return True
            return False

        number = _first(crashes, len(trace.exchanges))
        frame = traceback.extract_tb(error.__traceback__)[-1]
        at = _exchange_text(trace.exchanges[number - 1]) if number else "no exchange"
        return (
            f"{what} crashed on trace {trace.id}: {type(error).__name__}: {cut(str(error))} "
            f"({Path(frame.filename).name}:{frame.lineno}), at exchange {number}, {at}. "
            "What it judges is inconclusive. Please report this line with exchanges.har.gz to the maintainers of "
            "orchestration-conformance."
        )


def _first(crashes: Callable[[int], bool], count: int) -> int:
    """How many exchanges, the first ones, it takes to crash; by bisection, so that a long trace costs little."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if crashes(middle) else (middle + 1, high)
    return low


def _exchange_text(exchange: Exchange) -> str:
    return f"{exchange.request.method} {cut(exchange.request.path)}, answered {answer_text(exchange)}"


def _note(judgement: Judgement, trace: Trace, requirement: str, observation: Observation) -> None:
    operation = trace.at(observation.exchanges[-1]).operation if observation.exchanges else None
    judgement.by_operation[requirement, operation or "", observation.upheld] += 1
    if observation.subject:
        judgement.subjects.setdefault((requirement, observation.upheld), set()).add(observation.subject)
    if observation.upheld:
        judgement.upheld[requirement] = judgement.upheld.get(requirement, 0) + 1
    else:
        judgement.violations.setdefault(requirement, []).append(observation)
