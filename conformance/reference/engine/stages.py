"""What each stage kind does when it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from conformance.reference.engine.clock import Clock
from conformance.reference.engine.durations import date_time, duration
from conformance.reference.engine.ledger import InsufficientFunds, Ledger
from conformance.reference.engine.log import ChangeLog
from conformance.reference.engine.pacing import Pacing
from conformance.reference.engine.parameters import BadCombination, Texts, as_integer, check_delay
from conformance.reference.wire.exact_json import Json


class StageFailed(Exception):
    """A stage could not do what its parameters ask; the text is shown as its error."""


@dataclass
class Execution:
    """The engine's knowledge of one instance: what it runs, where it is, and what it waits for."""

    instance_id: str
    stages: tuple[Json, ...]
    variables: Mapping[str, str]
    stage: int = -1
    stage_started_at: int = 0
    stage_open: bool = False
    waiting_for: str | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


StageKind = Callable[[Execution, Json], Awaitable[None]]


class StageKinds:
    """Runs one stage: ``kinds`` has a coroutine per kind, which takes the parameters after interpolation.

    Each raises StageFailed when the parameters turn out wrong.
    """

    def __init__(self, clock: Clock, log: ChangeLog, ledger: Ledger, pacing: Pacing) -> None:
        self._clock = clock
        self._log = log
        self._ledger = ledger
        self._pacing = pacing
        self.kinds: dict[str, StageKind] = {
            "noop": self.noop,
            "delay": self.delay,
            "wait_event": self.wait_event,
            "send": self.send,
            "update": self.update,
        }

    async def noop(self, execution: Execution, parameters: Json) -> None:
        """Do nothing."""
        del execution, parameters
        await self._pacing.pause("work")

    async def delay(self, execution: Execution, parameters: Json) -> None:
        """Wait for the duration, counted from the start of the stage, or until the given instant."""
        try:
            check_delay(parameters, Texts.FINAL)
        except BadCombination as error:
            raise StageFailed(str(error)) from error
        if "until" in parameters:
            end = date_time(parameters["until"]) or 0
        else:
            end = execution.stage_started_at + (duration(parameters["duration"]) or 0)
        await self._clock.sleep_until(end)

    async def wait_event(self, execution: Execution, parameters: Json) -> None:
        """Wait until an event of this name is delivered to the execution."""
        execution.gate = asyncio.Event()
        execution.waiting_for = parameters["event"]
        await execution.gate.wait()

    async def send(self, execution: Execution, parameters: Json) -> None:
        """Move money between accounts; through an intermediate account when they are on different ledgers."""
        await self._pacing.pause("work")
        source, destination = _account(parameters, "source"), _account(parameters, "destination")
        money = parameters.get("amount")
        if money is None or (as_integer(money["amount"]) or 0) < 0:
            raise StageFailed("a send needs an amount of 0 or more")
        legs = [(source["ledger"], source["id"], destination["id"])]
        if source["ledger"] != destination["ledger"]:
            through = source["throughAccount"]
            legs = [(source["ledger"], source["id"], through), (destination["ledger"], through, destination["id"])]
        for number, (ledger, debited, credited) in enumerate(legs):
            posting = {"source": debited, "destination": credited, **money}
            # What passes through the intermediate account has been paid for by the first leg.
            self._transact(execution, ledger, _posted(posting, parameters), source["allowOverdraft"] or number > 0)

    def _transact(self, execution: Execution, ledger: str, posted: Json, overdraft: bool) -> None:
        self._begin(execution, "CreateTransaction", {"ledger": ledger, "data": posted})
        try:
            transaction = self._ledger.create_transaction(ledger, posted, overdraft)
        except InsufficientFunds as error:
            self._finish(execution, error=str(error))
            raise StageFailed(str(error)) from error
        self._finish(execution, output={"CreateTransaction": {"data": transaction}})

    async def update(self, execution: Execution, parameters: Json) -> None:
        """Add metadata to an account."""
        await self._pacing.pause("work")
        account = parameters.get("account")
        if account is None:
            raise StageFailed("an update needs an account")
        wanted = {key: account[key] for key in ("id", "ledger", "metadata")}
        self._begin(execution, "AddAccountMetadata", wanted)
        self._ledger.add_metadata(wanted["ledger"], wanted["id"], wanted["metadata"])
        self._finish(execution)

    def _begin(self, execution: Execution, activity: str, given: Json) -> None:
        data = {"name": activity, "input": {activity: given}}
        self._log.append("activity-started", execution.instance_id, execution.stage, **data)

    def _finish(self, execution: Execution, **result: Json) -> None:
        self._log.append("activity-ended", execution.instance_id, execution.stage, **result)


def _account(parameters: Json, side: str) -> Json:
    holders = parameters.get(side, {})
    if "account" not in holders or len(holders.keys() & {"account", "wallet", "payment"}) != 1:
        raise StageFailed(f"the {side} of a send must be one account: this server has no wallets and no payments")
    return holders["account"]


def _posted(posting: Json, parameters: Json) -> Json:
    posted = {"postings": [posting], "metadata": parameters.get("metadata", {})}
    return posted | ({"timestamp": parameters["timestamp"]} if "timestamp" in parameters else {})
