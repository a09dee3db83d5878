"""Judging recorded traffic: the same rules and the same results, without a server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from conformance import __version__
from conformance.confirming.credibility import may_be_chance
from conformance.confirming.findings import RECORDED, Proof, build_finding
from conformance.confirming.ways import Entry, Ways
from conformance.contract.document import ApiDocument
from conformance.contract.operations import CORE_OPERATIONS
from conformance.contract.requirements import Catalogue
from conformance.contract.schema.responses import ResponseSchemas
from conformance.judging.causes import Causes
from conformance.judging.counterfactuals.put_right import put_right, resting
from conformance.judging.judging import Judge
from conformance.judging.outcomes import Unjudged, count_outcomes, operation_results, requirement_results
from conformance.judging.tally import Tally
from conformance.results.known.deviations import KnownDeviation
from conformance.results.model import Finding, Results
from conformance.results.verdict import incomplete_because, verdict_of
from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange, Trace
from conformance.trace.controls import own_settling
from conformance.trace.har import LACKS_BODY

_PARTS = ("/workflows", "/instances", "/_info")
_SHOWN = 5
_UNJUDGED = Unjudged(
    "a recording tells of its server's latency only by noop runs that were watched to their end, and by them nothing "
    "was due that this requirement is about",
    unconfirmed="a connection was closed without an answer; only playing it again could tell whether that is chance",
)


@dataclass(frozen=True, slots=True)
class RecordingContext:
    """How recorded traces are judged: by which judge (None: that of servers), and with which sentences.

    ``unjudged`` is why a requirement may lack observations, ``not_replayed`` why a violation was not played again.
    """

    judge: Judge | None = None
    unjudged: Unjudged = _UNJUDGED
    not_replayed: str = RECORDED


def check(trace: Trace, document: ApiDocument, name: str) -> Results:
    """The results of judging one recorded trace; see `check_all`."""
    return check_all([trace], document, name)


def check_all(
    traces: Sequence[Trace],
    document: ApiDocument,
    name: str,
    known: Sequence[KnownDeviation] = (),
    context: RecordingContext = RecordingContext(),
) -> Results:
    """The results of judging recorded traces, each by itself. ``name`` is what the report calls the recording.

    With another judge than that of servers each requirement has findings of its own.

    Without settle information a trace's own noop runs tell what is due. Where nothing could be judged, the verdict is
    incomplete, and `lacking` says why. What ``known`` covers in part is distinguished from what it does not cover.
    """
    began = time.monotonic()
    traces = [replace(each, settling=each.settling or own_settling(each.exchanges)) for each in traces]
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    judge, tally = context.judge or Judge(ResponseSchemas(document)), Tally()
    judged = [(trace, judge.judge(trace)) for trace in traces]
    for trace, judgement in judged:
        tally.add(trace, judgement)
    right = put_right(tally).items()
    rests = {cause: resting(cause, tally, {each.id: judge.judge(each) for each in traces}) for cause, traces in right}
    causes = Causes(judge.catalogue, tally, rests)
    ways = Ways(judge.catalogue, known)
    proofs = (
        (entry, replace(shown, not_replayed=context.not_replayed))
        for trace, judgement in judged
        for entry, shown in _explained(judgement.violations, trace, None if context.judge else causes, ways)
    )
    found = _findings(proofs, judge.catalogue)
    features = frozenset().union(*(trace.features for trace in traces))
    requirements = requirement_results(judge.catalogue, tally, found, features, context.unjudged)
    results = Results(
        verdict=verdict_of(requirements, narrowed=True, erred=bool(tally.errors)),
        target={"url": name, "recording": True, "notes": _notes(traces)},
        suite={"name": "orchestration-conformance", "version": __version__},
        seed=0,
        profile="recording",
        started_at=started_at,
        duration_s=round(time.monotonic() - began, 3),
        requirements=requirements,
        findings=found,
        counts=count_outcomes(requirements, tally),
        operations=operation_results(tally),
        document=describe(document),
        errors=list(tally.errors),
        narrowed=True,
    )
    reason = lacking(traces)
    return incomplete_because(results, "lacking", reason) if reason else results


def _notes(traces: Sequence[Trace]) -> list[str]:
    return list(dict.fromkeys(note for trace in traces for note in trace.notes))


def lacking(traces: Sequence[Trace]) -> str | None:
    """Why recordings say nothing of the API, in a sentence; None when they do."""
    exchanges = [exchange for trace in traces for exchange in trace.exchanges]
    ours = [exchange for exchange in exchanges if exchange.operation]
    if not exchanges:
        return "; ".join(note for trace in traces for note in trace.notes) or "nothing is recorded"
    if not ours:
        return f"0 of {len(exchanges)} exchanges are of this API; paths seen: {_paths(exchanges)}"
    without = sum(exchange.failure is not None and exchange.failure.message == LACKS_BODY for exchange in ours)
    if 2 * without > len(ours):
        return f"bodies are missing from {without} of {len(ours)} answers: record with content"
    return None


def coverage(results: Results) -> Iterator[str]:
    """What recordings exercised, in lines: operations seen, requirements judged, and how many of a group were not."""
    for note in results.target.get("notes", ()):
        yield f"Note: {note}."
    names = [operation.id for operation in CORE_OPERATIONS]
    seen = [each.id for each in results.operations if each.id in names]
    missing = [name for name in names if name not in seen]
    absent = f" (not {', '.join(missing)})" if missing else ""
    yield f"Operations seen: {len(seen)} of {len(names)}{absent}."
    judged = [each for each in results.requirements if each.upheld or each.violated]
    yield f"Requirements judged: {len(judged)} of {len(results.requirements)}."
    idle = Counter(each.group for each in results.requirements if not (each.upheld or each.violated))
    if idle:
        yield f"Not exercised: {', '.join(f'{group} {count}' for group, count in idle.items())}."


def _paths(exchanges: Sequence[Exchange]) -> str:
    paths = list(dict.fromkeys(urlsplit(exchange.request.url).path for exchange in exchanges))
    begins = [min((path.index(part) for part in _PARTS if part in path), default=None) for path in paths]
    known = [path[:begin] for path, begin in zip(paths, begins, strict=True) if begin is not None]
    prefix = next((each for each in known if each and not each.endswith("/v2")), None)
    if prefix:
        hint = f" (did you mean --prefix {prefix}?)"
    elif known:
        hint = " (below /v2 lies version 2 of the API, which is not judged)"
    else:
        hint = " (--prefix says where the API begins, if not at the root)"
    return ", ".join(paths[:_SHOWN]) + (", …" if len(paths) > _SHOWN else "") + hint


def describe(document: ApiDocument) -> dict[str, object]:
    """The API document as results name it."""
    told = {"source": document.source, "sha256": document.sha256, "operations": len(document.operations)}
    return told | ({"missing": list(document.missing)} if document.missing else {})


def _findings(proofs: Iterable[tuple[Entry, Proof]], catalogue: Catalogue) -> list[Finding]:
    """One finding for each way in which a requirement was violated at an operation, the first proof of each."""
    findings = dict[tuple[str, Entry], Finding]()
    for entry, proof in proofs:
        finding = build_finding(proof, catalogue)
        if any(name == finding.id and other != entry for name, other in findings):
            finding = build_finding(replace(proof, further=True), catalogue)
        findings.setdefault((finding.id, entry), finding)
    return list(findings.values())


def _explained(
    violations: Mapping[str, Sequence[Observation]], trace: Trace, causes: Causes | None, ways: Ways
) -> list[tuple[Entry, Proof]]:
    """The proofs, causes first; what a cause explains belongs to its proof and has none of its own."""
    if causes is None:
        return [proof for name, seen in violations.items() for proof in _proofs((name,), seen, trace, ways)]
    proofs: list[tuple[Entry, Proof]] = []
    told: set[str] = set()
    for requirement in causes.in_order():
        if requirement in told or requirement not in violations:
            continue
        follow = [other for other in causes.explained_by(requirement, ()) if other not in told]
        found = _proofs((requirement, *follow), violations[requirement], trace, ways)
        told |= {requirement, *follow} if found else set()
        proofs += found
    return proofs


def _proofs(
    requirements: tuple[str, ...], observations: Sequence[Observation], trace: Trace, ways: Ways
) -> list[tuple[Entry, Proof]]:
    """One proof per operation concerned and entry that covers it, with the first exchange that shows it."""
    found: dict[tuple[str, Entry], list[Observation]] = {}
    for observation in observations:
        if may_be_chance(trace, observation):
            continue
        last = trace.at(observation.exchanges[-1])
        entry = ways.entry_of(requirements[0], trace, observation)
        found.setdefault((last.operation or "", entry), []).append(observation)
    return [
        (entry, Proof(requirements, trace, seen[0], seen=len(seen), not_replayed=RECORDED))
        for (_, entry), seen in found.items()
    ]
