"""Judging recorded traffic: the same rules and the same results, without a server."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from conformance import __version__
from conformance.confirming.credibility import may_be_chance
from conformance.confirming.findings import RECORDED, Proof, build_finding
from conformance.contract.document import ApiDocument
from conformance.contract.schemas import ResponseSchemas
from conformance.judging.causes import Causes
from conformance.judging.judging import Judge
from conformance.judging.outcomes import Unjudged, count_outcomes, operation_results, requirement_results
from conformance.judging.tally import Tally
from conformance.judging.without_history import resting_on_history, without_history
from conformance.results.model import Finding, Results
from conformance.results.verdict import verdict_of
from conformance.rules.evidence.observation import Observation
from conformance.trace import Trace
from conformance.trace.controls import own_settling

_UNJUDGED = Unjudged(
    "a recording tells of its server's latency only by noop runs that were watched to their end, and by them nothing "
    "was due that this requirement is about",
    unconfirmed="a connection was closed without an answer; only playing it again could tell whether that is chance",
)


def check(trace: Trace, document: ApiDocument, name: str) -> Results:
    """The results of judging one recorded trace. ``name`` is what the report calls the recording.

    Without settle information the trace's own noop runs tell what is due.
    """
    began = time.monotonic()
    trace = replace(trace, settling=trace.settling or own_settling(trace.exchanges))
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    judge = Judge(ResponseSchemas(document))
    judgement = judge.judge(trace)
    tally = Tally()
    tally.add(trace, judgement)
    apart = {each.id: judge.judge(each) for each in without_history(tally)}
    causes = Causes(judge.catalogue, tally, resting_on_history(tally, apart))
    findings = _explained(judgement.violations, trace, judge, causes)
    requirements = requirement_results(judge.catalogue, tally, findings, trace.features, _UNJUDGED)
    return Results(
        verdict=verdict_of(requirements, narrowed=True, erred=bool(tally.errors)),
        target={"url": name, "recording": True},
        suite={"name": "orchestration-conformance", "version": __version__},
        seed=0,
        profile="recording",
        started_at=started_at,
        duration_s=round(time.monotonic() - began, 3),
        requirements=requirements,
        findings=findings,
        counts=count_outcomes(requirements, tally),
        operations=operation_results(tally),
        document=describe(document),
        errors=list(tally.errors),
        narrowed=True,
    )


def describe(document: ApiDocument) -> dict[str, object]:
    """The API document as results name it."""
    return {"source": document.source, "sha256": document.sha256, "operations": len(document.operations)}


def _explained(
    violations: Mapping[str, Sequence[Observation]], trace: Trace, judge: Judge, causes: Causes
) -> list[Finding]:
    """The findings, causes first; what a cause explains is told with it instead of once more."""
    findings: list[Finding] = []
    told: set[str] = set()
    for requirement in sorted(violations, key=causes.rank):
        if requirement in told:
            continue
        follow = [other for other in causes.explained_by(requirement, ()) if other not in told]
        found = _findings((requirement, *follow), violations[requirement], trace, judge)
        told |= {requirement, *follow} if found else set()
        findings += found
    return findings


def _findings(
    requirements: tuple[str, ...], observations: Sequence[Observation], trace: Trace, judge: Judge
) -> list[Finding]:
    """One finding per operation concerned, with the first exchange that shows it."""
    by_operation: dict[str, list[Observation]] = {}
    for observation in observations:
        if may_be_chance(trace, observation):
            continue
        last = trace.at(observation.exchanges[-1])
        by_operation.setdefault(last.operation or "", []).append(observation)
    proofs = [
        Proof(requirements, trace, seen[0], seen=len(seen), not_replayed=RECORDED) for seen in by_operation.values()
    ]
    return [build_finding(proof, judge.catalogue) for proof in proofs]
