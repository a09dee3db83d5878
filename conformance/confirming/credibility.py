"""How far one observation can be believed before it has come back in a replay."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.judging.tally import Case
from conformance.rules.evidence.observation import Observation
from conformance.trace import Trace
from conformance.wire.instant import SECOND

_TIMES, _LEAST = 3, 2 * SECOND
_CAUSE_AND_READ = 2
# The name that a scenario's player gives the client with which it cleans up.
_TIDYING = "cleanup"


def may_be_chance(trace: Trace, observation: Observation) -> bool:
    """Whether a violation must come back to count: that an answer was lost.

    A server may close an idle connection at the very moment at which a request goes out on it (RFC 9112, section 9.5),
    a gateway may fail, one answer may be late; no client can tell that from a server that gives no answer, except by
    asking again, or by counting.
    """
    if observation.upheld or not observation.exchanges or observation.proof == "counted":
        return False
    return trace.at(observation.exchanges[-1]).lost_to is not None


def must_come_back(trace: Trace, observation: Observation) -> bool:
    """Whether a violation counts only where a replay shows it: that an answer was lost, or that a run's came late.

    Something in between may hold up many answers at once, so that several traces prove no more than one. In a
    recording, which nobody can play again, an answer that came late counts.
    """
    if may_be_chance(trace, observation):
        return True
    if observation.upheld or not observation.exchanges or observation.proof != "settled":
        return False
    # Nothing is wrong with the answer but when it came.
    return trace.at(observation.exchanges[-1]).operation == "runWorkflow" and not observation.pointer


def persisted(trace: Trace, observation: Observation) -> bool:
    """Whether what should have shown was still missing so long after it was due that no view lags that far.

    That is `_TIMES` as long as it had taken by then, and `_LEAST` at least. A settle time is measured on other
    instances, so a violation just after it may be chance, until it comes back.
    """
    cited = sorted((trace.at(index) for index in observation.exchanges), key=lambda each: each.sent)
    if observation.proof != "settled" or len(cited) < _CAUSE_AND_READ:
        return False
    *causes, read = cited
    cause = max(each.received for each in causes)
    due = trace.settled_at(cause)
    return due is not None and read.sent > due + max(_TIMES * (due - cause), _LEAST)


def all_chance(cases: Iterable[Case]) -> bool:
    """Whether all violations of some cases must come back to count."""
    return all(must_come_back(case.trace, each) for case in cases for each in case.observations)


def on_used_connections(requirement: str) -> bool:
    """Whether a violation of a requirement may be shown on connections that have served before.

    Not that an answer is missing: a server may close such a connection at any time, but not a new one.
    """
    return requirement != "envelope.answers"


def unanswered(trace: Trace, observation: Observation) -> bool:
    """Whether what decides is that no answer came to a single request."""
    return (
        bool(observation.exchanges)
        and observation.proof != "counted"
        and not trace.at(observation.exchanges[-1]).answered
    )


def in_play(trace: Trace, observation: Observation) -> bool:
    """Whether a violation shows in what a scenario does, and not only in tidying up after it.

    A reader who follows the scenario's steps would not see the latter.
    """
    return not observation.exchanges or trace.at(observation.exchanges[-1]).client != _TIDYING
