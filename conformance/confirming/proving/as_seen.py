"""Violations that no replay showed: which of them stand, and why they were not replayed."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.confirming.credibility import must_come_back, persisted, unanswered
from conformance.confirming.findings import COUNTED, LOST, TIME_RAN_OUT, UNPLAYABLE, Proof, shown_exchanges
from conformance.confirming.proving.conditions import Conditions
from conformance.confirming.reconstruction import with_own_reads
from conformance.confirming.replays import scenario_of
from conformance.confirming.slicing import sliced
from conformance.judging.tally import Case, Tally
from conformance.results.model import Replays
from conformance.rules.evidence.observation import Observation

_SEVERAL = 2


def as_seen(
    requirement: str,
    cases: Sequence[Case],
    tally: Tally,
    follow: Sequence[str],
    played: int,
    conditions: Conditions,
) -> Proof | None:
    """The proof of a violation that none of ``played`` replays showed; None where it does not stand.

    It stands if responses prove it, if several traces show it, or if it lasted. What may be chance stands only when it
    has come back, so it is left out however often it was seen. ``follow`` are the requirements that it explains.
    Where effects were late now and then, what was missing in several traces, but in no replay, may have come later in
    each of them.
    """
    lost = conditions.lost
    case = next((each for each in cases if _telling(each, lost=lost)), None)
    if case is None:
        return None
    telling = _telling(case, lost=lost)
    proven = next((each for each in telling if each.proof != "settled" or persisted(case.trace, each)), None)
    seen = len(tally.violating_traces[requirement])
    if proven is None and case.trace.source == "scenario" and (seen < _SEVERAL or (conditions.late() and played)):
        return None
    observation = proven or telling[0]
    return Proof(
        (requirement, *follow),
        sliced(with_own_reads(case.trace, observation.exchanges) or case.trace, observation),
        observation,
        Replays(played, 0),
        seen=tally.violated[requirement],
        not_replayed=None if played else _why_not(case, lost=lost),
        shortened_from=shown_exchanges(case.trace, observation),
    )


def is_counted(case: Case) -> bool:
    """Whether a case shows what counting proves, so that no replay is needed."""
    return any(each.proof == "counted" for each in case.observations)


def _telling(case: Case, *, lost: bool) -> list[Observation]:
    """The observations that prove something without having come back."""
    telling = [each for each in case.observations if not must_come_back(case.trace, each)]
    return [each for each in telling if not (lost and unanswered(case.trace, each))]


def _why_not(case: Case, *, lost: bool) -> str:
    if lost:
        return LOST
    if is_counted(case):
        return COUNTED
    return UNPLAYABLE if scenario_of(case) is None else TIME_RAN_OUT
