"""The table of all kinds of steps. A new kind is a module here, with its ``KINDS`` in ``_MODULES``."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.calls import Call
from conformance.scenarios.scenario.model import Ask, Intrude, Step, binds
from conformance.scenarios.steps import (
    acting,
    asking,
    creating,
    deleting,
    grouping,
    intruding,
    reading,
    running,
    waiting,
)
from conformance.scenarios.steps.kind import Place, StepKind

_MODULES = (creating, running, acting, reading, deleting, intruding, asking, waiting, grouping)

KINDS: Mapping[str, StepKind] = {kind.name: kind for module in _MODULES for kind in module.KINDS}
"""By the name that stands in JSON."""

_BY_TYPE: Mapping[type[Step], StepKind] = {kind.type: kind for kind in KINDS.values()}


def kind_of(step: Step) -> StepKind:
    """The kind of a step. Raises KeyError for one that no module has."""
    return _BY_TYPE[type(step)]


def action_of(step: Step) -> str | None:
    """The operation that a step asks for, None when it is no single request."""
    return step.operation if isinstance(step, Ask | Intrude) else kind_of(step).action


def asked(step: Step, place: Place) -> Call | None:
    """What a step asks, None when it is no single request."""
    return kind_of(step).call(step, place)


def acts(step: Step) -> bool:
    """Whether a step changes what others have made, or asks for something that should be refused."""
    return kind_of(step).mutates and binds(step) is None
