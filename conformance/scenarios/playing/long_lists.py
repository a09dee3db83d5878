"""Lists of every instance there is: a few long ones are enough."""

from __future__ import annotations

from collections import Counter
from typing import TypeGuard

from conformance.scenarios.scenario.model import ListInstances, Step
from conformance.trace import Exchange

_LONG = 1 << 20
_ENOUGH = 8


class LongLists:
    """Keeps count of long lists of every instance there is, and says when there were enough of them.

    Instances stay for ever, so on a target that is in use, or in a run of hours, these lists become a burden for both
    sides; a few show what there is to see.
    """

    def __init__(self) -> None:
        self._seen: Counter[bool | None] = Counter()

    def enough(self, step: Step) -> bool:
        """Whether a step asks for such a list once more."""
        return _lists_all(step) and self._seen[step.running] >= _ENOUGH

    def learn(self, step: Step, exchange: Exchange) -> None:
        """Take note of an answer."""
        long = exchange.response is not None and len(exchange.response.body) > _LONG
        if long and _lists_all(step):
            self._seen[step.running] += 1


def _lists_all(step: Step) -> TypeGuard[ListInstances]:
    return isinstance(step, ListInstances) and step.workflow is None
