"""Which violations remain when delays that ended by themselves too early are given no length: the others rest on them.

That a stage cannot have started yet, or that an instance still runs, is often known from a delay alone. Where a server
ends delays too early that proves nothing, and only `run.delay-duration` or `run.delay-until` names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.reconfigured import reconfigured
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.stage.delays import DURATION, UNTIL, ended_early
from conformance.trace import Trace

# A delay of no length, in the form of each.
_NO_DELAY = {DURATION: {"duration": "0s"}, UNTIL: {"until": "1970-01-01T00:00:00Z"}}
# What lasts for less than this share of its time ends at once.
_AT_ONCE = 0.5

Stages = Mapping[str, Mapping[int, str]]
"""By the id of a workflow the numbers of some of its stages, each with the requirement about delays of its form."""


def undelayed(tally: Tally, requirement: str) -> Sequence[Trace]:
    """Of the traces kept for violations those with delays of one form that ended early, these without length.

    ``requirement`` is the one about delays of that form. Nothing is put right where it is not violated. Where all that
    end early, of either form, end at once, those until a moment are put right with those with a duration: it is one
    timer that does not run.
    """
    if requirement not in tally.cases:
        return []
    indices = [TraceIndex(trace) for trace in tally.kept_traces.values()]
    alike = requirement == DURATION and UNTIL in tally.cases and all(map(_at_once, indices))
    forms = (DURATION, UNTIL) if alike else (requirement,)
    early = [(index.trace, _early(index, forms)) for index in indices]
    return [_undelayed(trace, stages) for trace, stages in early if stages]


def _at_once(index: TraceIndex) -> bool:
    return all(ended_early(index, form) == ended_early(index, form, _AT_ONCE) for form in _NO_DELAY)


def _early(index: TraceIndex, forms: Sequence[str]) -> Stages:
    found: dict[str, dict[int, str]] = {}
    for form in forms:
        for workflow, numbers in ended_early(index, form).items():
            found.setdefault(workflow, {}).update(dict.fromkeys(numbers, form))
    return found


def _undelayed(trace: Trace, stages: Stages) -> Trace:
    def without_length(forms: Mapping[int, str]) -> Callable[[list[Any]], list[Any]]:
        return lambda listed: [
            {"delay": _NO_DELAY[forms[number]]} if number in forms else stage for number, stage in enumerate(listed)
        ]

    return reconfigured(trace, {workflow: without_length(forms) for workflow, forms in stages.items()})
