"""Results as a run against a server with a few faults leaves them, small or as large as a test wants."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.results.model import (
    Activity,
    ExchangeRecord,
    Finding,
    Level,
    Mark,
    OperationResult,
    Outcome,
    Replays,
    RequirementResult,
    Results,
)

FLOW = "1b33fb73-0630-421a-a4db-719528c8bf32"
INSTANCE = "55ddbe99-6f04-4e5d-ab7d-f45aab1cda7d"
BASE = "http://127.0.0.1:8080/api/orchestration"
_JSON = [["content-type", "application/json"]]
_STAGES = [{"wait_event": {"event": "approved"}}, {"noop": {}}]

_CATALOGUE: tuple[tuple[str, Level, Outcome, str], ...] = (
    ("envelope.schema", "MUST", "passed", "A success body is JSON and valid for its operation and status."),
    ("envelope.no-5xx", "MUST", "passed", "No request a client can make is answered with a server error."),
    ("envelope.documented-fields", "SHOULD", "failed", "Answers hold only fields that the document knows."),
    ("workflow.create-echo", "MUST", "passed", "A created workflow comes back with the very configuration sent."),
    ("workflow.exact-numbers", "MUST", "known_deviation", "Integers of any size come back digit for digit."),
    ("workflow.delete", "MUST", "passed", "A deleted workflow is listed no more."),
    ("workflow.create-bad-stage", "SHOULD", "passed", "A stage of unknown kind is refused as invalid."),
    ("run.created", "MUST", "passed", "A run is answered with a new instance of the workflow."),
    ("run.wait", "MUST", "passed", "With wait=true the answer comes once the instance has ended."),
    ("run.then-list", "MUST", "passed", "A new instance is listed exactly once for its workflow."),
    ("stage.sequence", "MUST", "passed", "Stages are numbered from 0 and run one after another."),
    ("stage.none-open", "MUST", "passed", "A terminated instance has no open stage."),
    ("event.matching", "MUST", "passed", "An event with the awaited name ends the waiting stage."),
    ("event.burst", "MUST", "not_exercised", "A match among a quick burst of other events still counts."),
    ("cancel.terminates", "MUST", "failed", "A cancelled instance terminates, whatever its stage waits for."),
    ("cancel.closes-stage", "MUST", "failed", "The stage that was open when cancelling ends as well."),
    ("cancel.not-running", "MUST", "failed", "A cancelled instance is not listed as running."),
    ("cancel.error", "SHOULD", "inconclusive", "A cancelled instance carries an error."),
    ("history.agrees", "MUST", "passed", "History and status tell of the same stages once settled."),
    ("stage-history.effect", "MUST", "not_applicable", "What a send moved is what its stage said."),
    ("auth.missing", "MUST", "not_applicable", "A request without a token is refused and changes nothing."),
)
_REASONS: dict[str, str] = {
    "not_exercised": "no burst met a stage that provably waited within the budget",
    "not_applicable": "the target does not offer this feature",
    "known_deviation": "amounts above 2^53 are rounded; fixed in 2.4",
    "inconclusive": "the violation was seen once and never came back in 5 attempts",
}


def _instance(*, ended: bool = False, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    stage = {"stage": 0, "instanceID": INSTANCE, "startedAt": "2026-11-23T22:46:39.061Z"}
    return {
        "id": INSTANCE,
        "workflowID": FLOW,
        "createdAt": "2026-11-23T22:46:38.861Z",
        "updatedAt": "2026-11-23T22:46:39.061Z",
        "terminated": ended,
        "status": [stage],
        **(extra or {}),
    }


def _record(
    index: int, call: tuple[str, str, str], times: tuple[float, float], status: int, **bodies: Any
) -> ExchangeRecord:
    operation, method, path = call
    request, response = bodies.get("request"), bodies.get("response")
    return ExchangeRecord(
        index=index,
        operation=operation,
        method=method,
        url=BASE + path,
        sent_ms=times[0],
        received_ms=times[1],
        client=bodies.get("client", "1"),
        request_headers=_JSON if request is not None else [],
        request_body=json.dumps(request) if request is not None else None,
        status=status,
        response_headers=_JSON if response is not None else [],
        response_body=json.dumps({"data": response}) if response is not None else "",
    )


def swallowed_exchanges() -> list[ExchangeRecord]:
    """A cancellation that is acknowledged and then forgotten, seen through two clients in twelve exchanges."""
    read = ("getInstance", "GET", f"/instances/{INSTANCE}")
    history = ("getInstanceHistory", "GET", f"/instances/{INSTANCE}/history")
    workflow = {"id": FLOW, "config": {"name": "order", "stages": _STAGES}, "createdAt": "2026-11-23T22:46:38.841Z"}
    entry = {"name": "RunWaitEvent", "input": {"event": "approved"}, "terminated": False}
    started: dict[str, Any] = {"status": []}
    running = f"/instances?workflowID={FLOW}&running=true"
    return [
        _record(
            0, ("createWorkflow", "POST", "/workflows"), (0, 11), 201, request=workflow["config"], response=workflow
        ),
        _record(
            1,
            ("runWorkflow", "POST", f"/workflows/{FLOW}/instances"),
            (13, 232),
            201,
            request={},
            response=_instance(extra=started),
        ),
        _record(2, read, (240, 262), 200, response=_instance(extra=started)),
        _record(3, read, (310, 330), 200, response=_instance()),
        _record(4, history, (420, 441), 200, response=[entry]),
        _record(5, ("cancelEvent", "PUT", f"/instances/{INSTANCE}/abort"), (470, 492), 204),
        _record(6, read, (500, 521), 200, response=_instance(), client="2"),
        _record(7, read, (640, 660), 200, response=_instance()),
        _record(8, history, (810, 830), 200, response=[entry], client="2"),
        _record(9, read, (1120, 1142), 200, response=_instance()),
        _record(10, read, (1720, 1741), 200, response=_instance(), client="2"),
        _record(11, ("listInstances", "GET", running), (1750, 1771), 200, response=[_instance()]),
    ]


def swallowed() -> Finding:
    """The finding about that cancellation."""
    script = [
        "w1 = create([wait_event approved, noop])",
        "i1 = run(w1)",
        "until i1 waits",
        "cancel(i1)",
        "read(i1)  # after the settle time",
    ]
    return Finding(
        id="F1",
        requirement="cancel.terminates",
        level="MUST",
        requirements=["cancel.terminates", "cancel.closes-stage", "cancel.not-running"],
        operations=["cancelEvent", "getInstance"],
        reproducibility="always",
        expected="The instance has terminated 920 ms (the settle time here) after the 204 of its cancellation.",
        observed="1,249 ms after the cancellation was answered with 204, the instance is still running.",
        scenario={"steps": [{"create": {"stages": _STAGES}}, {"run": "w1"}, {"cancel": "i1"}]},
        script=script,
        exchanges=swallowed_exchanges(),
        marks=[Mark(10, "/data/terminated"), Mark(11, "/data/0")],
        curl=f"BASE={BASE}\ncurl -sS -X PUT $BASE/instances/$I/abort\nsleep 1\ncurl -sS $BASE/instances/$I",
        python='import httpx\n\nclient = httpx.Client(base_url="http://127.0.0.1:8080/api/orchestration/")\n'
        'client.put(f"instances/{instance}/abort")\nprint(client.get(f"instances/{instance}").json())',
        minimised=True,
        replays=Replays(3, 3),
        seen=37,
    )


def rounded() -> Finding:
    """A known finding about a number."""
    config = {"stages": [{"send": {"amount": {"asset": "EUR/2", "amount": 9007199254740993}}}]}
    answered = {"stages": [{"send": {"amount": {"asset": "EUR/2", "amount": 9007199254740992}}}]}
    call = ("createWorkflow", "POST", "/workflows")
    record = _record(0, call, (0, 9.5), 201, request=config, response={"id": FLOW, "config": answered})
    return Finding(
        id="F3",
        requirement="workflow.exact-numbers",
        level="MUST",
        requirements=["workflow.exact-numbers"],
        operations=["createWorkflow"],
        reproducibility="always",
        expected="The amount 9007199254740993 comes back digit for digit.",
        observed="The amount came back as 9007199254740992.",
        exchanges=[record],
        marks=[Mark(0, "/data/config/stages/0/send/amount/amount")],
        minimised=True,
        known={"requirement": "workflow.exact-numbers", "reason": _REASONS["known_deviation"], "until": "2027-03-31"},
    )


def undocumented() -> Finding:
    """A finding at the SHOULD level, not seen every time."""
    call = ("getWorkflow", "GET", f"/workflows/{FLOW}")
    record = _record(0, call, (0, 8), 200, response={"id": FLOW, "deletedAt": None})
    return Finding(
        id="F2",
        requirement="envelope.documented-fields",
        level="SHOULD",
        requirements=["envelope.documented-fields"],
        operations=["getWorkflow", "createWorkflow"],
        reproducibility="4/5",
        replays=Replays(5, 4),
        expected="A workflow has id, config, createdAt and updatedAt.",
        observed="The workflow has the field deletedAt, which the document does not know.",
        exchanges=[record],
        marks=[Mark(0, "/data/deletedAt")],
    )


def _requirements(findings: list[Finding]) -> list[RequirementResult]:
    return [
        RequirementResult(
            id=name,
            level=level,
            outcome=outcome,
            upheld=0 if outcome in {"not_exercised", "not_applicable"} else 128,
            violated=37 if outcome in {"failed", "known_deviation"} else 0,
            findings=[finding.id for finding in findings if name in finding.requirements][:50],
            group=name.split(".", maxsplit=1)[0],
            statement=statement,
            basis="section 4 of the API's rules",
            operations=["cancelEvent", "getInstance"] if name.startswith("cancel") else ["createWorkflow"],
            reason=_REASONS.get(outcome),
        )
        for name, level, outcome, statement in _CATALOGUE
    ]


def sample(findings: list[Finding] | None = None) -> Results:
    """A run that found a swallowed cancellation, an undocumented field, and a known deviation."""
    shown = [swallowed(), undocumented(), rounded()] if findings is None else findings
    return Results(
        verdict="not_conformant",
        target={"name": "payments staging", "url": BASE, "version": "2.3.1"},
        suite={"name": "orchestration-conformance", "version": "0.1.0"},
        seed=20261123,
        profile="standard",
        started_at="2026-11-23T22:46:34Z",
        duration_s=61.4,
        requirements=_requirements(shown),
        findings=shown,
        counts={"exchanges": 8412, "runs": 240, "scenarios": 212},
        operations=[
            OperationResult("createWorkflow", 412, {"201": 380, "400": 32}),
            OperationResult("runWorkflow", 240, {"201": 236, "404": 4}),
            OperationResult("cancelEvent", 61, {"204": 60, "timeout": 1}),
            OperationResult("getInstanceStageHistory", 0, {}),
        ],
        document={"title": "Orchestration", "version": "v1", "sha256": "5a1c" * 16},
        configuration={"concurrency": 16, "auth": "[redacted]", "max_time": 60},
        settling={"controls": 31, "slowest_ms": 230, "settle_ms": 920},
        leftovers=["instance " + INSTANCE],
        activity=Activity(
            bin_s=1.0,
            exchanges=[0, 0, 80, *[160] * 52],
            violations=[0, 0, 4, 9, *[0] * 40, 3],
            first_violated={"cancel.terminates": 2.4, "envelope.documented-fields": 3.1},
            found={"F1": 58.2},
            phases=[("probing the target", 0.0), ("exploring", 1.1), ("confirming and minimising", 55.0)],
        ),
    )


def clean() -> Results:
    """A conformant run."""
    passed = [replace(item, outcome="passed", violated=0, findings=[], reason=None) for item in sample().requirements]
    return replace(sample([]), verdict="conformant", requirements=list(passed), leftovers=[])


def crowded(count: int, exchanges: int = 12) -> Results:
    """As many findings as asked for, each with as many exchanges as asked for."""
    one = swallowed()
    pool = one.exchanges
    records = [
        replace(pool[n % len(pool)], index=n, sent_ms=n * 60.0, received_ms=n * 60.0 + 21) for n in range(exchanges)
    ]
    return sample(
        [
            replace(one, id=f"F{number}", observed=f"Case {number}: {one.observed}", exchanges=records)
            for number in range(1, count + 1)
        ]
    )
