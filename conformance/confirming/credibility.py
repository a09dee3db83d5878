"""How far one observation can be believed before it has come back in a replay."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.judging.tally import Case
from conformance.rules.evidence.observation import Observation
from conformance.trace import Trace

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


def all_chance(cases: Iterable[Case]) -> bool:
    """Whether all violations of some cases must come back to count."""
    return all(may_be_chance(case.trace, each) for case in cases for each in case.observations)


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
