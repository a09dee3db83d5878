"""Whether controls foresee how long effects take: other views may lag, and any may be late now and then."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.trace import Control, Settling
from conformance.wire.instant import SECOND

# Before so many controls, nothing is foreseen.
_ENOUGH = 5
# What happened once may have been a pause of everything, and be over.
_TWICE = 2
_FACTOR = 1.5
# To wait longer for all that is done would leave no time to do much.
_MOST = 5 * SECOND


class Foresight:
    """Compares each control with what those before it let expect.

    ``floor`` is the least settle time in ns: one and a half times what was seen to take so long twice, at different
    moments, though the settle time that had been foreseen was shorter, but five seconds at most; until then that of
    `Settling`. ``failed``: whether that was so in the course of the run, so that what was missing when it was due may
    have come later.
    """

    def __init__(self) -> None:
        self.floor = Settling.floor
        self.failed = False
        self._late: list[Control] = []

    def note_views(self, effects: Sequence[int], settle: int) -> None:
        """What it took at first until all views showed an effect, when the settle time was measured by one of them."""
        self._raise([each for each in effects if each > settle])

    def note(self, control: Control, before: Sequence[Control], lag: int) -> None:
        """Compare a control with those ``before`` it; ``lag`` (ns) is the client's own meanwhile."""
        known = [each for each in before if each.finished is not None and each.finished < control.started]
        if control.effect is None or len(known) < _ENOUGH:
            return
        last = max(each.finished or 0 for each in known)
        if control.effect <= Settling(known, lag=lag, floor=self.floor).settle(last, control.started):
            return
        self._late.append(control)
        self.failed = self._raise(self._apart()) or self.failed

    def _raise(self, late: Sequence[int]) -> bool:
        """Wait at least for what was late twice; whether anything was."""
        longest = sorted(late, reverse=True)
        if len(longest) < _TWICE:
            return False
        self.floor = max(self.floor, min(int(_FACTOR * longest[_TWICE - 1]), _MOST))
        return True

    def _apart(self) -> list[int]:
        """What late controls took, of those that overlap one: what held up one held up the others."""
        found: list[int] = []
        until = -1
        for control in sorted(self._late, key=lambda each: each.started):
            if control.started > until:
                found.append(0)
            found[-1] = max(found[-1], control.effect or 0)
            until = max(until, control.finished or 0)
        return found
