"""What several traces of a run prove together: ids given twice, a version that changes, counts, whole lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.rules.across.late_answers import late_answers
from conformance.rules.across.whole_lists import unlisted
from conformance.rules.envelope.server_info import changed_version, version_of
from conformance.rules.evidence.answers import cut
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange

_REQUIREMENTS = {"createWorkflow": "workflow.create-echo", "runWorkflow": "run.created"}
GIVEN_TWICE = frozenset(_REQUIREMENTS.values())
"""What is violated where an id was given before, in another trace."""

# Reads of one thing take a target no more than a look; lists grow with what it holds, and runs wait for their start.
_READS_OF_ONE = ("getServerInfo", "getWorkflow", "getInstance", "getInstanceHistory", "getInstanceStageHistory")
_LEAST_MOMENTS = 6
# Three disturbances that took only requests of one operation, a dozen of them, would have chosen it.
_FEW_MOMENTS, _MANY_LOST = 3, 12
_LEAST_SHARE = 0.04
_TIMES_THE_OTHERS = 10
_LEAST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class AcrossTraces:
    """An observation of a requirement that two traces make together; its exchanges are those of the second one.

    ``replayable``: whether the scenario of the second trace alone may show it, too.
    """

    requirement: str
    observation: Observation
    traces: tuple[str, str]
    replayable: bool = False


def _in_order(indexes: Iterable[TraceIndex], *operations: str) -> list[tuple[TraceIndex, Exchange]]:
    found = [(index, exchange) for index in indexes for exchange in index.successes(*operations)]
    return sorted(found, key=lambda pair: pair[0].trace.origin + pair[1].received)


def unique_ids(indexes: Iterable[TraceIndex]) -> Iterator[AcrossTraces]:
    """Violations: a workflow or instance id that creations or runs in two traces gave.

    Within one trace, `workflow.create-echo` and `run.created` check this. A workflow and an instance may share an id.
    Recordings and proxies may hold one exchange in two traces, so only traces with different ids and different
    exchanges count.
    """
    first: dict[tuple[str | None, str], tuple[TraceIndex, Exchange]] = {}
    for index, exchange in _in_order(indexes, *_REQUIREMENTS):
        key = exchange.data.get("id") if isinstance(exchange.data, dict) else None
        if not isinstance(key, str):
            continue
        other, earlier = first.setdefault((exchange.operation, key), (index, exchange))
        if other.trace.id != index.trace.id and earlier != exchange:
            expected, observed = "an id never given before", f"id {key}, as in trace {other.trace.id}"
            seen = violated(
                exchange,
                expected=expected,
                observed=cut(observed),
                proof="trace",
                subject=key,
                pointer="/data/id",
            )
            yield AcrossTraces(_REQUIREMENTS[exchange.operation or ""], seen, (other.trace.id, index.trace.id))


def info_versions(indexes: Iterable[TraceIndex]) -> Iterator[AcrossTraces]:
    """Whether getServerInfo gave the same version in every trace as in the first one: upheld or violated per trace."""
    first: tuple[TraceIndex, Exchange] | None = None
    judged: set[str] = set()
    for index, exchange in _in_order(indexes, "getServerInfo"):
        if not isinstance(version_of(exchange), str):
            continue
        first = first or (index, exchange)
        if index.trace.id in judged or index.trace.id == first[0].trace.id:
            continue
        judged.add(index.trace.id)
        same = version_of(first[1]) == version_of(exchange)
        seen = upheld(exchange, proof="trace") if same else _changed(first[1], exchange)
        yield AcrossTraces("info.version", seen, (first[0].trace.id, index.trace.id))


def _changed(first: Exchange, second: Exchange) -> Observation:
    both = changed_version(first, second)
    return violated(second, expected=both.expected, observed=both.observed, proof=both.proof, pointer=both.pointer)


def unanswered_reads(indexes: Iterable[TraceIndex], sent: Mapping[str, int]) -> Iterator[AcrossTraces]:
    """Violations of `envelope.answers`: an operation whose reads get no answer at many moments, unlike all others.

    ``sent`` counts the requests of each operation. One lost answer is chance, and chance chooses no operation: the
    share lost is ten times that of everything else together. Losses that overlap count as one, since one disturbance
    may have caused them; so few moments are enough where many reads were lost in them. Those while the target as a
    whole was silent do not count.
    """
    lost = [
        (index, each)
        for index in indexes
        for each in index.trace.exchanges
        if each.lost_to in ("timeout", "protocol") and not _in_silence(index, each)
    ]
    for operation in _READS_OF_ONE:
        own = [pair for pair in lost if pair[1].operation == operation]
        moments = _moments(own)
        mine, others = sent.get(operation, 0), sum(sent.values()) - sent.get(operation, 0)
        share, usual = len(own) / max(mine, 1), (len(lost) - len(own)) / max(others, 1)
        least = _FEW_MOMENTS if len(own) >= _MANY_LOST else _LEAST_MOMENTS
        if moments < least or others < _LEAST_OTHERS or share < max(_LEAST_SHARE, _TIMES_THE_OTHERS * usual):
            continue
        index, last = own[-1]
        seen = violated(
            last,
            expected=f"an answer to {operation}, as other operations get one",
            observed=f"none for {len(own)} of {mine} requests, at {moments} moments; "
            f"of {others:,} other requests {len(lost) - len(own)} got none",
            proof="counted",
        )
        yield AcrossTraces("envelope.answers", seen, (index.trace.id, index.trace.id))


def _in_silence(index: TraceIndex, lost: Exchange) -> bool:
    return any(begin < lost.received and lost.sent < end for begin, end in index.trace.silences)


def _moments(lost: Iterable[tuple[TraceIndex, Exchange]]) -> int:
    """How many losses there were at the most of which no two overlap in time."""
    spans = [(index.trace.origin + each.received, index.trace.origin + each.sent) for index, each in lost]
    count, last = 0, -1
    for end, begin in sorted(spans):
        if begin > last:
            count, last = count + 1, end
    return count


def across(indexes: Sequence[TraceIndex], sent: Mapping[str, int]) -> Iterator[AcrossTraces]:
    """All that the traces of a run prove together; ``sent`` counts the requests of each operation."""
    yield from unique_ids(indexes)
    yield from info_versions(indexes)
    yield from unanswered_reads(indexes, sent)
    for index, seen in late_answers(indexes):
        yield AcrossTraces("run.no-wait", seen, (index.trace.id, index.trace.id))
    for requirement, index, seen in unlisted(indexes):
        yield AcrossTraces(requirement, seen, (index.trace.id, index.trace.id), replayable=True)
