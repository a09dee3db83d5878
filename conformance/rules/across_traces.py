"""What only several traces of a run prove together: ids given twice, and a version that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.rules.envelope.server_info import changed_version, version_of
from conformance.rules.evidence.answers import cut
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange

_REQUIREMENTS = {"createWorkflow": "workflow.create-echo", "runWorkflow": "run.created"}


@dataclass(frozen=True, slots=True)
class AcrossTraces:
    """An observation of a requirement that two traces make together; its exchanges are those of the second one."""

    requirement: str
    observation: Observation
    traces: tuple[str, str]


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
