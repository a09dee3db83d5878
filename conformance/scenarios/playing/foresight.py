"""Whether controls foresee how long effects take: a target may be late now and then, nobody can tell when."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.trace import Control, Settling

# Before so many controls, nothing is foreseen.
_ENOUGH = 5
# What happened once may have been a pause of everything, and be over.
_TWICE = 2
_FACTOR = 1.5


class Foresight:
    """Compares each control with what those before it let expect.

    ``floor`` is the least settle time in ns: one and a half times what controls were seen to take twice, at different
    moments, though it was longer than the settle time that had been foreseen; until then that of `Settling`.
    """

    def __init__(self) -> None:
        self.floor = Settling.floor
        self._late: list[Control] = []

    @property
    def failed(self) -> bool:
        """Whether effects were late more than once, so that what was missing when it was due may have come later."""
        return self.floor > Settling.floor

    def note(self, control: Control, before: Sequence[Control], lag: int) -> None:
        """Compare a control with those ``before`` it; ``lag`` (ns) is the client's own meanwhile."""
        known = [each for each in before if each.finished is not None and each.finished < control.started]
        if control.effect is None or len(known) < _ENOUGH:
            return
        last = max(each.finished or 0 for each in known)
        if control.effect <= Settling(known, lag=lag, floor=self.floor).settle(last, control.started):
            return
        self._late.append(control)
        apart = self._apart()
        if len(apart) >= _TWICE:
            self.floor = max(self.floor, int(_FACTOR * apart[_TWICE - 1]))

    def _apart(self) -> list[int]:
        """What late controls took, longest first, one of those that overlap: what held up one held up the others."""
        found: list[int] = []
        until = -1
        for control in sorted(self._late, key=lambda each: each.started):
            if control.started > until:
                found.append(0)
            found[-1] = max(found[-1], control.effect or 0)
            until = max(until, control.finished or 0)
        return sorted(found, reverse=True)
