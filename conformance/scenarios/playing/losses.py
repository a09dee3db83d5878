"""Writes whose answers were lost, by chance or not, and whether a scenario is to be played again for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from conformance.scenarios.playing.pending_runs import workflow_of_ended
from conformance.trace import ENOUGH_LOST, Exchange, Loss, Trace

_AGAIN = 2
# From so many requests on, of which so great a share was lost, an operation loses them for a reason.
_KNOWN = 10
_NO_CHANCE = 0.4
# So many scenarios that lost an answer in every play have shown what the next ones need not show as often.
_SHOWN = 2


def lost_writes(trace: Trace) -> Iterator[Exchange]:
    """The requests of a scenario's steps that change something and were not answered."""
    return (each for each in _writes(trace) if each.lost_to is not None)


def _writes(trace: Trace) -> Iterator[Exchange]:
    return (each for each in trace.exchanges if each.step is not None and each.request.method != "GET")


def lost_in_each(traces: Sequence[Trace]) -> Mapping[int, tuple[Loss, ...]]:
    """By step, to what each of these plays of one scenario lost its answer; only steps that each of them lost."""
    found = [{each.step: each.lost_to for each in lost_writes(trace)} for trace in traces]
    steps = [step for step in found[0] if step is not None and all(step in lost for lost in found)]
    return {step: tuple(to for lost in found if (to := lost[step]) is not None) for step in steps}


class LossCounts:
    """Shared by the scenarios that one player plays: which operations lose their answers for other reasons.

    ``proving``: such losses are what is to be proven, so none is spared.
    """

    def __init__(self, *, proving: bool = False) -> None:
        self._proving = proving
        self._sent: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self._shown: Counter[tuple[str, Loss]] = Counter()

    def note(self, plays: Sequence[Trace]) -> None:
        """Take note of the last of a scenario's plays."""
        last, weights = plays[-1], _weights(plays)
        lost = list(lost_writes(last))
        self._sent.update(each.operation or "" for each in _writes(last))
        self._lost.update(each.operation or "" for each in lost)
        self._shown.update({_way(each) for each in lost if weights.get(each.step, 0) >= ENOUGH_LOST})

    def again(self, plays: Sequence[Trace], number: int | None = None) -> bool:
        """Whether a scenario with these plays, of which the last is the ``number``-th in a row, is played once more."""
        last, number = plays[-1], len(plays) if number is None else number
        by_chance = [each for each in lost_writes(last) if not self._no_chance(each)]
        lost = [each for each in by_chance if not _came_about(last, each)]
        if not last.complete or not lost:
            return False
        weight = max(_weights(plays).values(), default=0)
        return weight < ENOUGH_LOST and (weight > 0 or number <= _AGAIN)

    def _no_chance(self, exchange: Exchange) -> bool:
        """Whether the operation loses most of its answers, or enough scenarios have lost one in this way each time."""
        if self._proving:
            return False
        sent, lost = (counts[exchange.operation or ""] for counts in (self._sent, self._lost))
        return self._shown[_way(exchange)] >= _SHOWN or (sent >= _KNOWN and lost > _NO_CHANCE * sent)


def _way(lost: Exchange) -> tuple[str, Loss]:
    """How an answer was lost: of which operation, and to what."""
    assert lost.lost_to is not None
    return lost.operation or "", lost.lost_to


def _came_about(trace: Trace, lost: Exchange) -> bool:
    """Whether only the answer to a run did not come in time: another client was shown the end of its instance.

    All that the scenario was for has happened, and whether the answer was due is known without another play.
    """
    runs = [each for each in trace.exchanges if each.operation == "runWorkflow" and each.params == lost.params]
    given = {each.data_id for each in runs if each.answered}
    alone = lost in runs and lost.failed_by("timeout") and sum(not each.answered for each in runs) == 1
    meanwhile = [each for each in trace.exchanges if each.received < lost.received and each.data_id not in given]
    return alone and any(workflow_of_ended(each) == lost.params["workflowID"] for each in meanwhile)


def _weights(plays: Sequence[Trace]) -> dict[int | None, int]:
    """By step, how much it says against chance that each of these plays lost its answer."""
    return {step: sum(2 if each == "timeout" else 1 for each in lost) for step, lost in lost_in_each(plays).items()}
