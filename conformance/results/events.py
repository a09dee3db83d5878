"""The events of a run, as NDJSON beside its results while it goes.

Every event is flushed as it happens, so a killed run leaves all that it measured. A file without a footer was cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from conformance.results.codec import WrongShape, WrongVersion, decode, header_of
from conformance.results.errors import ResultsTooNew, ResultsUnreadable
from conformance.results.model import ExchangeRecord, Finding, RequirementResult, Results
from conformance.results.verdict import verdict_of
from conformance.wire import exact_json

EVENTS = "events.ndjson"

_T = TypeVar("_T")
_FINDING = TypeAdapter(Finding)
_REQUIREMENT = TypeAdapter(RequirementResult)
_RECORD = TypeAdapter(ExchangeRecord)


class EventLog:
    """The append-only event file of a run; every event is one flushed line. A context manager."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = (directory / EVENTS).open("w", encoding="utf-8")

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; without a footer the run counts as cut."""
        self._file.close()

    def header(self, partial: Results) -> None:
        """How the run was begun. Its requirements (what is known of them at the start) become events of their own."""
        self._write("header", header_of(partial).to_json())
        for requirement in partial.requirements:
            self.requirement(requirement)

    def requirement(self, requirement: RequirementResult) -> None:
        """What is known of a requirement now; a later event of the same id replaces it."""
        self._write("requirement", asdict(requirement))

    def counts(self, summary: Mapping[str, Sequence[int]]) -> None:
        """Observations so far per requirement, as [upheld, violated]; a later event replaces all of it."""
        self._write("observation-summary", {key: list(value) for key, value in summary.items()})

    def exchange(self, record: ExchangeRecord, trace_id: str) -> None:
        """One exchange, and the trace it belongs to."""
        self._write("exchange", {"trace": trace_id, **asdict(record)})

    def finding(self, finding: Finding) -> None:
        """A finding; a later event of the same id replaces it (confirmed, minimised)."""
        self._write("finding", asdict(finding))

    def footer(self, results: Results) -> None:
        """The run is over: these are its results."""
        self._write("footer", results.to_json())

    def _write(self, event: str, data: object) -> None:
        self._file.write(f'{{"event":"{event}","data":{exact_json.dumps(data)}}}\n')
        self._file.flush()


def read_events(directory: Path) -> Results:
    """The results that an event file tells of; ``complete`` is false when it has no footer.

    A last line that was cut in the middle is left out. Raises ResultsUnreadable when not even the header is there.
    """
    state: dict[str, Any] = {"exchange": 0}
    requirements: dict[str, RequirementResult] = {}
    findings: dict[str, Finding] = {}
    summary: dict[str, list[int]] = {}
    for event, data in _events(directory):
        if event == "finding":
            findings[data["id"]] = _validated(directory, _FINDING, data)
        elif event == "requirement":
            requirements[data["id"]] = _validated(directory, _REQUIREMENT, data)
        elif event == "observation-summary":
            summary = data
        elif event == "exchange":
            state["exchange"] += 1
        else:
            state[event] = data
    if "footer" in state:
        return _decoded(directory, state["footer"])
    if "header" not in state:
        raise ResultsUnreadable(directory / EVENTS, "the run was cut before it began")
    header = _decoded(directory, state["header"])
    judged = _judged(requirements, findings, summary)
    counts = {**header.counts, "exchanges": state["exchange"]}
    verdict = verdict_of(judged, complete=False)
    return replace(header, verdict=verdict, requirements=judged, findings=list(findings.values()), counts=counts)


def read_exchanges(directory: Path) -> Iterator[tuple[str, ExchangeRecord]]:
    """The exchanges of an event file, each with the id of its trace. Raises ResultsUnreadable."""
    for event, data in _events(directory):
        if event == "exchange":
            yield data.pop("trace"), _validated(directory, _RECORD, data)


def _judged(
    requirements: dict[str, RequirementResult], findings: dict[str, Finding], summary: dict[str, list[int]]
) -> list[RequirementResult]:
    by_requirement: dict[str, list[str]] = {}
    for finding in findings.values():
        for name in dict.fromkeys([finding.requirement, *finding.requirements]):
            by_requirement.setdefault(name, []).append(finding.id)
    return [
        _cut_short(requirement, summary.get(name), by_requirement.get(name, []))
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


def _events(directory: Path) -> Iterator[tuple[str, Any]]:
    path = directory / EVENTS
    try:
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                yield _event(path, line)
    except OSError as error:
        raise ResultsUnreadable(path, error.strerror or "it cannot be read") from error


def _event(path: Path, line: bytes) -> tuple[str, Any]:
    value = exact_json.parse_or_none(line)
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("event"), str)
        or not isinstance(value.get("data"), dict)
    ):
        raise ResultsUnreadable(path, "a line is no event")
    return value["event"], value["data"]


def _decoded(directory: Path, value: Any) -> Results:
    try:
        return decode(value)
    except WrongVersion as error:
        raise ResultsTooNew(directory / EVENTS, str(error)) from error
    except WrongShape as error:
        raise ResultsUnreadable(directory / EVENTS, str(error)) from error


def _validated(directory: Path, adapter: TypeAdapter[_T], value: Any) -> _T:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise ResultsUnreadable(directory / EVENTS, "an event has another shape") from error
