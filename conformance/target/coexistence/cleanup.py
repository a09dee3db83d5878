"""Cleanup: removing what a run created, at its end, after a crash, and for earlier runs that were killed."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from conformance.contract.calls import Call
from conformance.target.coexistence.footprint import Made
from conformance.target.coexistence.identity import run_of
from conformance.target.coexistence.removing import at_a_time, remove
from conformance.target.config import TargetConfig
from conformance.target.errors import TargetError
from conformance.target.recorder import Recorder
from conformance.target.sender import Sender, send
from conformance.target.target import Target
from conformance.trace import Exchange
from conformance.trace.roles import Role

_LONGEST_S = 30.0
LONGEST_END_S = 10.0
"""How long an instance may take to end after its cancellation was accepted, in seconds."""
_LEAST_END_S = 2.0
_RUNS = 5


async def sweep(target: Target, *, look: bool) -> tuple[Made, ...]:
    """Cancel and delete what the target still holds of its run, for half a minute at the most; gives what is left.

    What a list shows of what this client made counts, too: an answer may have said that it was gone. ``look``: also
    what a list shows in the run's name, such as what was made by a request that was refused.
    """
    footprint = target.footprint
    if target.config.read_only or not (look or footprint.ever):
        return footprint.left
    client = target.client(Recorder(), Role.CLEANUP)
    try:
        async with asyncio.timeout(_LONGEST_S):
            # First what is known: a look through lists that show very much may take all the time.
            known = footprint.left
            await remove(target, client, known, _patience_s(target))
            # Whoever looks for the run's name sees what its other clients have made, and long lists are for it alone.
            if look or not target.list_budget.lengths:
                own = await found(target, client, lambda run: look and run == target.config.run_id)
                for made in own:
                    footprint.find(made)
                await remove(target, client, [made for made in own if made not in known], _patience_s(target))
    except (TimeoutError, TargetError):
        # Whoever is not let in any longer, say, removes nothing; what is left is reported.
        pass
    finally:
        await client.aclose()
    return footprint.left


def _patience_s(target: Target) -> float:
    """How long an instance may take to end: several times what a run takes there."""
    return min(LONGEST_END_S, _LEAST_END_S + _RUNS * target.gate.typical_s)


async def found(
    target: Target,
    client: Sender,
    wanted: Callable[[str], bool],
    old_enough: Callable[[dict[str, Any]], bool] = lambda _: True,
) -> list[Made]:
    """What lists show that runs made whose ids are ``wanted``, or that the target's footprint tells of.

    Each record is asked whether it is ``old_enough``.
    """
    workflows, instances, ours = list[Made](), list[Made](), target.footprint.made_by_us
    for record in _records(await _ask(target, client, "listWorkflows")):
        if (ours(record["id"]) or _in_name_of(record, wanted)) and old_enough(record):
            workflows.append(Made("workflow", record["id"]))
    for record in _records(await _ask(target, client, "listInstances", (("running", "true"),))):
        # Its workflow may be gone, but an instance shows it.
        made = ours(record["id"]) or _in_name_of(record.get("workflow"), wanted)
        if record.get("terminated") is not True and made and old_enough(record):
            instances.append(Made("instance", record["id"], str(record.get("workflowID"))))
    further = await _listed_by_workflow(target, client, workflows, {each.id for each in instances})
    return [*further, *instances, *workflows]


async def _listed_by_workflow(target: Target, client: Sender, workflows: list[Made], known: set[str]) -> list[Made]:
    """Running instances of workflows that the list of all did not tell."""

    def ask(workflow: Made) -> Coroutine[Any, Any, Exchange]:
        return _ask(target, client, "listInstances", (("workflowID", workflow.id), ("running", "true")))

    more: list[Made] = []
    for workflow, answer in zip(workflows, await at_a_time(workflows, ask), strict=True):
        for record in _records(answer):
            ours = record.get("workflowID") == workflow.id and record.get("terminated") is not True
            if ours and record["id"] not in known:
                known.add(record["id"])
                more.append(Made("instance", record["id"], workflow.id))
    return more


def commands(config: TargetConfig, left: Iterable[Made]) -> list[str]:
    """A line for each thing that is left: what it is, and the command that removes it."""
    return [f"{each.kind} {each.id}: {_command(config, each)}" for each in left]


def _command(config: TargetConfig, made: Made) -> str:
    authorised = config.token is not None or config.client_id is not None
    header = ["-H", '"Authorization: Bearer $TOKEN"'] if authorised else []
    removal = ["PUT", f"{config.url}/instances/{made.id}/abort"]
    if made.kind == "workflow":
        removal = ["DELETE", f"{config.url}/workflows/{made.id}"]
    return " ".join(["curl", "-sS", "-X", removal[0], *header, shlex.quote(removal[1])])


async def _ask(target: Target, client: Sender, action: str, query: tuple[tuple[str, str], ...] = ()) -> Exchange:
    return await send(client, target.api.prepare(Call(action, {}, query)))


def _records(exchange: Exchange) -> Iterator[dict[str, Any]]:
    listed = exchange.data if isinstance(exchange.data, list) else []
    yield from (each for each in listed if isinstance(each, dict) and isinstance(each.get("id"), str))


def _in_name_of(workflow: Any, wanted: Callable[[str], bool]) -> bool:
    config = workflow.get("config") if isinstance(workflow, dict) else None
    run = run_of(config.get("name")) if isinstance(config, dict) else None
    return run is not None and wanted(run)
