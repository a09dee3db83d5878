"""When an effect is due: the settle time follows from control runs, never from a constant.

A *control* is a run of a noop workflow, watched until it has terminated. The settle time is a multiple of what
controls take around the moment in question, so a target that slows down under load gets more time.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.wire.instant import MILLISECOND, SECOND


@dataclass(frozen=True, slots=True)
class Control:
    """A control run: when its request was sent and when it was seen terminated (None: never), in client ns.

    ``answered`` is when the answer to its request came: until then it may have waited for its admission.
    """

    started: int
    finished: int | None
    answered: int | None = None

    @property
    def took(self) -> int | None:
        """All that it took, in ns; None when it never finished."""
        return None if self.finished is None else self.finished - self.started

    @property
    def effect(self) -> int | None:
        """What it took after its answer, or all where no moment of an answer is known; None when it never finished."""
        return None if self.finished is None else self.finished - (self.answered or self.started)


@dataclass(frozen=True)
class Settling:
    """The controls of a run, and how a settle time follows from them.

    ``factor`` times what a control within ``window`` of the cause typically took after its answer, ``slowest_factor``
    times what the slowest of them took after it, or ``whole_factor`` times all that the slowest took: the largest of
    these, and at least ``floor``. (Being admitted is what takes long on a busy target, and causes are answers, which
    come after it. A pause of everything makes a control slow; effects are not several times later for it.) ``lag`` is
    the client's own event-loop lag, which it must not blame on the target. ``patience`` is what counts as never, when
    no control at all has finished. ``timers`` is by how much a delay may outlast what was ordered, as others have done.
    """

    controls: Sequence[Control] = field(default_factory=tuple)
    factor: float = 4.0
    slowest_factor: float = 2.0
    whole_factor: float = 1.5
    floor: int = 150 * MILLISECOND
    lag: int = 0
    window: int = 6 * SECOND
    patience: int = 30 * SECOND
    timers: int = 0

    def settle(self, cause: int, until: int) -> int:
        """The settle time in ns for a cause, judged with the controls around [cause, until]."""
        near = [
            control
            for control in self.controls
            if control.finished is not None
            and control.finished >= cause - self.window
            and control.started <= until + self.window
        ]
        if not near:
            return self.floor + self.lag
        after = [control.effect for control in near if control.effect is not None]
        whole = [control.took for control in near if control.took is not None]
        due = max(
            self.factor * statistics.median(after), self.slowest_factor * max(after), self.whole_factor * max(whole)
        )
        return max(self.floor, int(due)) + self.lag

    def settled_at(self, cause: int) -> int | None:
        """The moment after which a read must show the effect of a cause; None while no later control has finished."""
        proofs = [c.finished for c in self.controls if c.started > cause and c.finished is not None]
        if proofs:
            first = min(proofs)
            return max(first, cause + self.settle(cause, first))
        if self.controls and all(control.finished is None for control in self.controls):
            return cause + self.patience
        return None
