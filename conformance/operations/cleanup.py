"""Cleanup after a trace: what it created is cancelled and deleted, as far as the target allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.operations.session import OperationPlay
from conformance.target.ids import answered_id, ended_ids
from conformance.target.removal import may_be_left
from conformance.trace import Exchange


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The ids of what could not be cancelled or deleted."""

    instances: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """One sentence for each kind of leftover."""
        kinds = (("instances still running", self.instances), ("workflows not deleted", self.workflows))
        return tuple(f"{what}: {', '.join(ids)}" for what, ids in kinds if ids)


async def cleanup(session: OperationPlay) -> Leftovers:
    """Cancel every instance and delete every workflow that the session's exchanges created, also unintendedly."""
    exchanges = session.recorder.exchanges()
    instances = [each for each in await _running(session, exchanges) if not await _cancelled(session, each)]
    gone = {exchange.params["flowId"] for exchange in _succeeded(exchanges, "deleteWorkflow")}
    workflows = [each for each in _created(exchanges, "createWorkflow") if each not in gone]
    kept = [each for each in workflows if not await _deleted(session, each)]
    return Leftovers(tuple(instances), tuple(kept))


async def _running(session: OperationPlay, exchanges: tuple[Exchange, ...]) -> list[str]:
    """Instances not known to have ended, also those whose runs were never answered."""
    ended = {id_ for exchange in exchanges for id_ in ended_ids(exchange)}
    found = dict.fromkeys(_created(exchanges, "runWorkflow"))
    run = dict.fromkeys(exchange.params["workflowID"] for exchange in exchanges if exchange.operation == "runWorkflow")
    for workflow in [each for each in run if each in set(_created(exchanges, "createWorkflow"))]:
        listed = await session.ask("listInstances", (("workflowID", workflow),))
        records = [record for record in _records(listed) if record.get("workflowID") == workflow]
        ended |= ended_ids(listed)
        found |= dict.fromkeys(record["id"] for record in records if isinstance(record.get("id"), str))
    return [id_ for id_ in found if id_ not in ended]


async def _cancelled(session: OperationPlay, instance: str) -> bool:
    exchange = await session.ask("cancelEvent", instanceID=instance)
    return not may_be_left(exchange)


async def _deleted(session: OperationPlay, workflow: str) -> bool:
    exchange = await session.ask("deleteWorkflow", flowId=workflow)
    return exchange.ok or exchange.status == 404


def _succeeded(exchanges: Iterable[Exchange], operation: str) -> Iterable[Exchange]:
    return (exchange for exchange in exchanges if exchange.ok and exchange.operation == operation)


def _created(exchanges: Iterable[Exchange], operation: str) -> list[str]:
    found = (answered_id(exchange) for exchange in _succeeded(exchanges, operation))
    return list(dict.fromkeys(id_ for id_ in found if id_))


def _records(exchange: Exchange) -> list[dict[str, Any]]:
    items = exchange.data if isinstance(exchange.data, list) else [exchange.data]
    return [item for item in items if isinstance(item, dict)]
