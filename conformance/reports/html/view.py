"""What the HTML report shows, bounded: plain values for the templates, so that these only lay out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from conformance.reports.html.activity import described, draw_activity, firsts
from conformance.reports.html.marked_json import render_body
from conformance.reports.html.shares import draw_shares
from conformance.reports.html.timeline import MAX_EXCHANGES, draw_timeline
from conformance.reports.rerun import clean_command, replay_command, rerun_command, serve_command
from conformance.reports.text import LEVELS, level_sentence, one_line, outcome_counts, plural, worst_first
from conformance.results.model import (
    ExchangeRecord,
    Finding,
    Level,
    OperationResult,
    Outcome,
    RequirementResult,
    Results,
)
from conformance.trace.roles import Role
from conformance.trace.traceparent import TRACE_ID, trace_id_of

DETAIL_BUDGET = 2_000_000
"""Characters of evidence that a report carries; findings beyond it become one line each."""
MAX_DETAILED = 200
MAX_LISTED = 5_000
MAX_SHOWN_EXCHANGES = 40
MAX_TEXT = 4_000
MAX_CODE = 60_000
"""Characters of a reproduction that a report carries: it is to be copied and run, so it is cut only beyond all use."""


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """One exchange of a finding, its bodies as HTML."""

    number: int
    record: ExchangeRecord
    marked: bool
    request_body: Markup
    response_body: Markup
    status_marked: bool
    trace_id: str | None = None
    trace_url: str = ""

    @property
    def took(self) -> str:
        """How long the answer took."""
        return f"{self.record.received_ms - self.record.sent_ms:.0f} ms"

    @property
    def path(self) -> str:
        """The URL without its host, on one line."""
        rest = self.record.url.partition("://")[2]
        return one_line("/" + rest.partition("/")[2] if rest else self.record.url, 160)

    @property
    def size(self) -> int:
        """About how many characters this takes in the report."""
        return 600 + len(self.request_body) + len(self.response_body)


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with its evidence."""

    finding: Finding
    statement: str
    basis: str
    group: str
    outcome: Outcome
    exchanges: list[ExchangeView] = field(default_factory=list)
    left_out: int = 0
    timeline: Markup = field(default_factory=Markup)
    timeline_cut: int = 0

    @property
    def audited(self) -> bool:
        """Whether the suite's own reads are among the exchanges shown."""
        return any(exchange.record.client == Role.AUDIT for exchange in self.exchanges)

    @property
    def size(self) -> int:
        """About how many characters this takes in the report."""
        code = sum(min(len(text), MAX_CODE) for text in (self.finding.curl, self.finding.python))
        return 4_000 + code + len(self.timeline) + sum(exchange.size for exchange in self.exchanges)


@dataclass(frozen=True, slots=True)
class LevelView:
    """One level's verdict: in words, and as counts of the six outcomes."""

    level: Level
    sentence: str
    counts: dict[Outcome, int]
    bar: Markup


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group of requirements, in the order of the catalogue."""

    name: str
    requirements: list[RequirementResult]
    counts: dict[Outcome, int]


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything that the HTML report shows."""

    results: Results
    levels: list[LevelView]
    findings: list[FindingView]
    listed: list[FindingView]
    cut: int
    groups: list[GroupView]
    operations: list[OperationResult]
    clean: str | None
    activity: Markup
    activity_told: str
    firsts: list[tuple[str, str]]
    rerun: str
    replays: dict[str, str]
    serve: str | None


def report_view(results: Results) -> ReportView:
    """The view of results; what exceeds the bounds is counted in ``cut`` and ``left_out``."""
    by_id = {requirement.id: requirement for requirement in results.requirements}
    ordered = worst_first(results.findings)
    detailed = _detailed(ordered, by_id, str(results.configuration.get("trace_url") or ""))
    rest = ordered[len(detailed) :]
    listed = [_plain(finding, by_id) for finding in rest[: MAX_LISTED - len(detailed)]]
    return ReportView(
        results=results,
        levels=[_level(results, level) for level in LEVELS],
        findings=detailed,
        listed=listed,
        cut=len(rest) - len(listed),
        groups=_groups(results.requirements),
        operations=_operations(results),
        clean=clean_command(results, "DIR"),
        activity=draw_activity(results.activity),
        activity_told=described(results.activity) if results.activity else "",
        firsts=firsts(results.activity) if results.activity else [],
        rerun=rerun_command(results),
        replays={each.id: line for each in ordered if (line := replay_command(results, each)) is not None},
        serve=serve_command(results),
    )


def _operations(results: Results) -> list[OperationResult]:
    """Those that were called, and those that requirements are about but nobody called."""
    called = {operation.id for operation in results.operations}
    known = {name for requirement in results.requirements for name in requirement.operations}
    return [*results.operations, *(OperationResult(name) for name in sorted(known - called) if called)]


def group_of(requirement: RequirementResult | None, name: str = "") -> str:
    """The group a requirement belongs to, else what its id says."""
    return (requirement.group if requirement else "") or (requirement.id if requirement else name).split(".")[0]


def _level(results: Results, level: Level) -> LevelView:
    counts = outcome_counts(requirement for requirement in results.requirements if requirement.level == level)
    return LevelView(level, level_sentence(results, level), counts, draw_shares(counts))


def _groups(requirements: Iterable[RequirementResult]) -> list[GroupView]:
    found: dict[str, list[RequirementResult]] = {}
    for requirement in requirements:
        found.setdefault(group_of(requirement), []).append(requirement)
    return [GroupView(name, members, outcome_counts(members)) for name, members in found.items()]


def _detailed(ordered: list[Finding], by_id: dict[str, RequirementResult], trace_url: str) -> list[FindingView]:
    views: list[FindingView] = []
    used = 0
    for finding in ordered[:MAX_DETAILED]:
        view = _whole(finding, by_id, trace_url)
        used += view.size
        if used > DETAIL_BUDGET and views:
            break
        views.append(view)
    return views


def _plain(finding: Finding, by_id: dict[str, RequirementResult]) -> FindingView:
    requirement = by_id.get(finding.requirement)
    return FindingView(
        finding,
        requirement.statement if requirement else "",
        requirement.basis if requirement else "",
        group_of(requirement, finding.requirement),
        "known_deviation" if finding.known else "failed",
    )


def _whole(finding: Finding, by_id: dict[str, RequirementResult], trace_url: str) -> FindingView:
    plain = _plain(finding, by_id)
    pointers: dict[int, list[str]] = {}
    for mark in finding.marks:
        pointers.setdefault(mark.exchange, []).append(mark.pointer)
    shown = _chosen(len(finding.exchanges), pointers)
    return FindingView(
        finding,
        plain.statement,
        plain.basis,
        plain.group,
        plain.outcome,
        exchanges=[_exchange(each, finding.exchanges[each], pointers.get(each), trace_url) for each in shown],
        left_out=len(finding.exchanges) - len(shown),
        timeline=draw_timeline(finding.exchanges, pointers),
        timeline_cut=max(len(finding.exchanges) - MAX_EXCHANGES, 0),
    )


def _chosen(count: int, pointers: dict[int, list[str]]) -> list[int]:
    """The positions to show: those that are marked, then the first ones."""
    marked = [position for position in sorted(pointers) if 0 <= position < count]
    others = [position for position in range(count) if position not in pointers]
    return sorted([*marked, *others][:MAX_SHOWN_EXCHANGES])


def _exchange(position: int, record: ExchangeRecord, pointers: list[str] | None, trace_url: str) -> ExchangeView:
    trace_id = trace_id_of(record.request_headers)
    return ExchangeView(
        position + 1,
        record,
        pointers is not None,
        render_body(record.request_body, []),
        render_body(record.response_body, pointers or []),
        pointers is not None and (not record.response_body or "" in pointers),
        trace_id,
        trace_url.replace(TRACE_ID, trace_id) if trace_id else "",
    )


def bounds_told(view: ReportView) -> list[str]:
    """What the report leaves out, in sentences; empty when it shows everything."""
    told = []
    if view.listed:
        told.append(
            f"The {plural(len(view.findings), 'worst finding')} are shown with evidence, others as a line each."
        )
    if view.cut:
        told.append(f"Left out here: {plural(view.cut, 'further finding')}; results.json has them all.")
    return told
