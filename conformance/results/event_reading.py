"""Reading event logs: the results and exchanges of a run, also of one that was killed.

Of a run that workers shared, the controller's log and theirs are read together. The controller merges what the workers
counted before it goes on, so its counts, where it has any, already hold theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from conformance.results.codec import WrongShape, WrongVersion, decode, shaped
from conformance.results.errors import ResultsTooNew, ResultsUnreadable
from conformance.results.event_lines import EVENTS, Event, read_lines, worker_logs
from conformance.results.model import OUTCOMES, ExchangeRecord, Finding, OperationResult, RequirementResult, Results
from conformance.results.verdict import verdict_of
from conformance.trace.exchange import UNDOCUMENTED

_T = TypeVar("_T")
_NS = 1_000_000_000


@dataclass(slots=True)
class _Told:
    """What one log holds; ``counts`` are of the whole log."""

    directory: Path
    header: dict[str, Any] | None = None
    footer: dict[str, Any] | None = None
    requirements: dict[str, RequirementResult] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)
    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    traces: set[str] = field(default_factory=set)
    began: float | None = None
    ended: float = 0.0

    def take(self, event: Event) -> None:
        """Take in one event. Raises ResultsUnreadable."""
        self.began = event.at if self.began is None else self.began
        self.ended = event.at or self.ended
        data = event.data
        if event.name == "finding":
            self.findings[str(data.get("id"))] = _validated(self.directory, Finding, data)
        elif event.name == "requirement":
            self.requirements[str(data.get("id"))] = _validated(self.directory, RequirementResult, data)
        elif event.name == "observation-summary":
            self.counts = data
        elif event.name == "exchange":
            self._exchange(data)
        elif event.name == "header":
            self.header = data
        elif event.name == "footer":
            self.footer = data

    def _exchange(self, data: dict[str, Any]) -> None:
        failed = str(data.get("failure") or "no answer").partition(":")[0]
        status = failed if data.get("status") is None else str(data["status"])
        name = data.get("operation") or UNDOCUMENTED
        self.statuses.setdefault(name, Counter())[status] += 1
        self.traces.add(str(data.get("trace")))


def read_events(directory: Path) -> Results:
    """The results that a run's event logs hold; ``complete`` is false when they have no footer.

    Raises ResultsUnreadable when not even the header is there.
    """
    own = _told(directory)
    if own.footer is not None:
        return _decoded(directory, own.footer)
    if own.header is None:
        raise ResultsUnreadable(directory / EVENTS, "the run was cut before it began")
    logs = [own, *map(_told, worker_logs(directory))]
    findings = {name: finding for log in reversed(logs) for name, finding in log.findings.items()}
    judged = _judged(own.requirements, findings, merged_counts(own.counts, [log.counts for log in logs[1:]]))
    operations = _operations(logs)
    header = _decoded(directory, own.header)
    return replace(
        header,
        verdict=verdict_of(judged, complete=False),
        requirements=judged,
        findings=list(findings.values()),
        operations=operations,
        counts={**header.counts, **_outcomes(judged), **_traffic(logs, operations)},
        duration_s=round(max(log.ended for log in logs) - (own.began or 0.0), 1) if own.began else 0.0,
    )


def read_exchanges(directory: Path) -> Iterator[tuple[str, int, ExchangeRecord]]:
    """The exchanges of a run's event logs, each with the id of its trace and the trace's beginning in ns since 1970.

    The beginning follows from the moment of judging, which is a little after the last answer. Raises ResultsUnreadable.
    """
    for log in [directory, *worker_logs(directory)]:
        exchanges = (event for event in read_lines(log) if event.name == "exchange")
        for trace, group in groupby(exchanges, key=lambda event: str(event.data.pop("trace", ""))):
            events = list(group)
            records = [_validated(log, ExchangeRecord, event.data) for event in events]
            judged = events[-1].at or 0.0
            origin = round((judged - max(record.received_ms for record in records) / 1000) * _NS) if judged else 0
            yield from ((trace, origin, record) for record in records)


def merged_counts(own: dict[str, list[int]], workers: list[dict[str, list[int]]]) -> dict[str, list[int]]:
    """Counts per requirement, as [upheld, violated], of a controller that may have merged those of its workers."""
    names = dict.fromkeys([*own, *(name for one in workers for name in one)])
    none = [0, 0]
    return {
        name: [max(own.get(name, none)[i], sum(one.get(name, none)[i] for one in workers)) for i in (0, 1)]
        for name in names
    }


def _told(directory: Path) -> _Told:
    told = _Told(directory)
    for event in read_lines(directory):
        told.take(event)
    return told


def _operations(logs: list[_Told]) -> list[OperationResult]:
    statuses: dict[str, Counter[str]] = {}
    for log in logs:
        for name, seen in log.statuses.items():
            statuses.setdefault(name, Counter()).update(seen)
    return [
        OperationResult(name, sum(seen.values()), dict(sorted(seen.items()))) for name, seen in sorted(statuses.items())
    ]


def _outcomes(requirements: list[RequirementResult]) -> dict[str, int]:
    seen = Counter(requirement.outcome for requirement in requirements)
    return {outcome: seen[outcome] for outcome in OUTCOMES}


def _traffic(logs: list[_Told], operations: list[OperationResult]) -> dict[str, int]:
    runs = sum(operation.exchanges for operation in operations if operation.id == "runWorkflow")
    exchanges = sum(operation.exchanges for operation in operations)
    return {"exchanges": exchanges, "traces": sum(len(log.traces) for log in logs), "runs": runs}


def _judged(
    requirements: dict[str, RequirementResult], findings: dict[str, Finding], counts: dict[str, list[int]]
) -> list[RequirementResult]:
    by_requirement: dict[str, list[str]] = {}
    for finding in findings.values():
        for name in dict.fromkeys([finding.requirement, *finding.requirements]):
            by_requirement.setdefault(name, []).append(finding.id)
    return [
        _cut_short(requirement, counts.get(name), by_requirement.get(name, []))
        for name, requirement in requirements.items()
    ]


def _cut_short(requirement: RequirementResult, seen: list[int] | None, findings: list[str]) -> RequirementResult:
    """A requirement as far as a cut run got: a violation stands, a pass and the lack of one are open."""
    if requirement.outcome == "not_applicable":
        return requirement
    upheld, violated = seen or (requirement.upheld, requirement.violated)
    known = replace(requirement, upheld=upheld, violated=violated, findings=findings)
    if findings:
        return replace(known, outcome="failed", reason=None)
    if violated:
        return replace(known, outcome="inconclusive", reason="the run was cut before a violation was confirmed")
    if upheld:
        return replace(known, outcome="passed", reason="as far as the run got before it was cut")
    return replace(known, outcome="not_exercised", reason="the run was cut before anything showed it")


def _decoded(directory: Path, value: Any) -> Results:
    try:
        return decode(value)
    except WrongVersion as error:
        raise ResultsTooNew(directory / EVENTS, str(error)) from error
    except WrongShape as error:
        raise ResultsUnreadable(directory / EVENTS, str(error)) from error


def _validated(directory: Path, shape: type[_T], value: Any) -> _T:
    try:
        return shaped(value, shape)
    except WrongShape as error:
        raise ResultsUnreadable(directory / EVENTS, f"an event has another shape ({error})") from error
