"""Scenarios that ask a server for a little of everything."""

from __future__ import annotations

from conformance.scenarios import Scenario
from conformance.scenarios.scenario.model import (
    MARKER,
    UNKNOWN,
    Cancel,
    Create,
    CreateRaw,
    Delete,
    GetWorkflow,
    History,
    Info,
    ListInstances,
    ListWorkflows,
    Read,
    Run,
    RunRaw,
    Send,
    SendRaw,
    StageConfig,
    StageHistory,
    Until,
)

_NOOP: StageConfig = {"noop": {}}
_WAIT: StageConfig = {"wait_event": {"event": "${name}"}}
_PAID: StageConfig = {
    "send": {
        "source": {"account": {"id": "world"}},
        "destination": {"account": {"id": "bank", "allowOverdraft": False}},
        "amount": {"asset": "USD/2", "amount": 2**70},
        "metadata": {"order": "${name}", "none": ""},
        "timestamp": "2026-01-02T03:04:05+02:00",
    }
}
_NOTED: StageConfig = {"update": {"account": {"id": "bank", "ledger": "default", "metadata": {"seen": "yes"}}}}
_SHORT: StageConfig = {"delay": {"duration": "120ms"}}
_SOON: StageConfig = {"delay": {"until": "now+100ms"}}

HEARD = (
    Create("w", (_NOOP, _WAIT, _SHORT, _SOON), "a/é"),
    Run("i", "w", {"name": "go"}),
    Until("i", "waiting"),
    Send("i", "other"),
    SendRaw("i", "{}"),
    Send("i", "go"),
    Until("i", "ended"),
    Send("i", "go"),
    ListInstances("w"),
)
CANCELLED = (
    Create("w", (_WAIT, _NOOP)),
    Run("i", "w", {"name": "go"}),
    Run("j", "w", {"name": "go"}),
    Until("i", "waiting"),
    Cancel("i"),
    Until("i", "ended"),
    Cancel("i"),
    ListInstances(running=True),
    Cancel("j"),
)
PAID = (
    Create("w", (_PAID, _NOTED, _NOOP)),
    Run("i", "w", {"name": "7"}, wait=True),
    *(StageHistory("i", number) for number in ("0", "1", "2", "3", "x")),
)
REFUSED = (
    Info(),
    CreateRaw(f'{{"name":"{MARKER}"'),
    CreateRaw(f'{{"name":"{MARKER}","stages":[{{"fly":{{}}}}]}}'),
    GetWorkflow(UNKNOWN),
    Delete(UNKNOWN),
    Read(UNKNOWN),
    History(UNKNOWN),
    Send(UNKNOWN, "go"),
    Cancel(UNKNOWN),
    Run("none", UNKNOWN),
    ListInstances(UNKNOWN),
    ListWorkflows(),
)
DELETED = (
    Create("w", (_WAIT,), "x"),
    RunRaw("w", '{"name":1}'),
    Run("i", "w", {"name": "go"}),
    Until("i", "waiting"),
    Delete("w"),
    Delete("w"),
    GetWorkflow("w"),
    Run("j", "w"),
    Read("i"),
)
FAILED = (Create("w", (_NOOP, {"delay": {"duration": "${d}"}}, _NOOP)), Run("i", "w", {"d": "x"}), Until("i", "ended"))

LIVES = tuple(map(Scenario, (HEARD, CANCELLED, PAID, REFUSED, DELETED, FAILED)))
