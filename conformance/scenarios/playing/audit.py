"""After the last step of every scenario: reading everything once effects are due, then removing what was created."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from conformance.scenarios.playing.bindings import BoundInstance, listed_ids
from conformance.scenarios.playing.clients import ScenarioClients
from conformance.scenarios.playing.watch import Watch
from conformance.scenarios.scenario import model
from conformance.target import Sender
from conformance.target.removal import may_be_left
from conformance.trace import ENOUGH_LOST, Exchange
from conformance.wire.instant import SECOND

# Beyond what an instance has started, and of a long history, a sample says enough.
_UNSTARTED = 4
_STARTED = 10
_WORKFLOWS = 8
_AGAIN = 6
_LONGEST_S = 10.0
_UNANSWERED = 2
# Of so many scenarios one lists all instances, and not only those that are running.
_EVERYTHING = 8

_T = TypeVar("_T")


@dataclass
class Audit:
    """Reads all that a scenario made; ``seed`` chooses the samples."""

    clients: ScenarioClients
    client: Sender
    seed: str

    async def read_all(self) -> None:
        """Settle, then read every instance in every view, twice, and every workflow."""
        await Watch(self.clients, self.client).settle(model.Settle())
        chance = random.Random(self.seed)
        bindings = self.clients.bindings
        for ref, bound in bindings.instances.items():
            await self._read_instance(ref, bound, chance)
        for ref in dict.fromkeys(bound.workflow for bound in bindings.instances.values()):
            await self._send(model.ListInstances(ref), model.ListInstances(ref, running=True))
        if bindings.instances:
            # The instances of other scenarios have to be in it, too. A list of all that ever ran is long.
            everything = not chance.randrange(_EVERYTHING)
            await self._send(model.ListInstances(None, running=None if everything else True))
        await self._look_at(bindings.instances)
        for ref in _sample(list(bindings.workflows), _WORKFLOWS, chance):
            await self._send(model.GetWorkflow(ref))
        await self._send(model.ListWorkflows())

    async def look_longer(self, refs: list[str]) -> None:
        """Read instances once more, long after all effects are due, before the closing steps may end them."""
        if refs and not self.clients.stop():
            longest = min(_LONGEST_S, self.clients.target.deadline.traffic_left_s)
            await asyncio.sleep(min(longest, 2 * self.clients.settler.settle_ns() / SECOND))
        await self._look_at(refs)

    async def read_again(self) -> None:
        """Settle, then read what acts on a few instances have changed, and that they have changed nothing else."""
        await Watch(self.clients, self.client).settle(model.Settle())
        chance = random.Random(self.seed)
        bindings = self.clients.bindings
        await self._look_at(_sample(list(bindings.instances), _AGAIN, chance))
        for ref in dict.fromkeys(bound.workflow for bound in bindings.instances.values()):
            await self._send(model.ListInstances(ref, running=True))

    async def _read_instance(self, ref: str, bound: BoundInstance, chance: random.Random) -> None:
        await self._send(model.Read(ref))
        history = await self._ask(model.History(ref))
        started = len(history.data) if history is not None and isinstance(history.data, list) else 0
        shown = _sample(list(range(started)), _STARTED, chance)
        beyond = _sample(list(range(started, len(bound.stages) + 1)), _UNSTARTED, chance)
        await self._send(*(model.StageHistory(ref, str(number)) for number in [*shown, *beyond]))

    async def _look_at(self, refs: Iterable[str]) -> None:
        for ref in refs:
            await self._send(model.Read(ref), model.History(ref))

    async def _send(self, *steps: model.Step) -> None:
        for step in steps:
            await self._ask(step)

    async def _ask(self, step: model.Step) -> Exchange | None:
        """The answer to a request; None, without asking, where there is no time for more, or no answer to hope for."""
        target = self.clients.target
        in_vain = self.clients.lost or (self.clients.stop() and target.silence.lasts)
        if in_vain or target.deadline.passed:
            return None
        return await self.clients.perform(step, self.client)


def _sample(items: list[_T], most: int, chance: random.Random) -> list[_T]:
    """At most ``most`` items, the last one among them, in their order."""
    if len(items) <= most:
        return items
    chosen = {*chance.sample(range(len(items) - 1), most - 1), len(items) - 1}
    return [item for number, item in enumerate(items) if number in chosen]


async def clean_up(clients: ScenarioClients, client: Sender, unnamed: Iterable[str] = ()) -> tuple[str, ...]:
    """Cancel what may still run and delete the workflows; gives the ids of what could not be removed.

    Instances of the ``unnamed`` workflows are looked for first. A target that leaves several requests in a row without
    an answer, or has answered nothing to anybody for long, is left alone: it would hold up the end of the run for
    minutes.
    """
    removed: set[str] = set()
    unanswered = 0
    if not _left_alone(clients):
        await _cancel_strays(clients, client, unnamed)
    for step, found in _removals(clients):
        if _left_alone(clients) or unanswered == _UNANSWERED:
            break
        answer = await _surely(clients, step, client)
        unanswered = unanswered + 1 if _timed_out(answer) else 0
        removed |= set() if may_be_left(answer) else {found}
    return tuple(found for _, found in _removals(clients) if found not in removed)


def _left_alone(clients: ScenarioClients) -> bool:
    return bool(clients.lost) or clients.target.silence.lasts


def _timed_out(answer: Exchange | None) -> bool:
    return answer is not None and answer.failed_by("timeout")


def _removals(clients: ScenarioClients) -> list[tuple[model.Cancel | model.Delete, str]]:
    """What there is to cancel, then what there is to delete, with its id."""
    bindings = clients.bindings
    cancels = [(model.Cancel(ref), bound.id) for ref, bound in bindings.instances.items() if not bound.terminated]
    deletes = [(model.Delete(ref), found) for ref, found in bindings.workflows.items() if ref not in bindings.deleted]
    return [*cancels, *deletes]


async def _surely(clients: ScenarioClients, step: model.Step, client: Sender) -> Exchange | None:
    """Send it again, a few times at most, where its answer was lost at once: removing twice does no harm."""
    answer = await clients.perform(step, client)
    for _ in range(ENOUGH_LOST - 1):
        if answer is None or answer.lost_to is None or _timed_out(answer) or clients.lost:
            break
        answer = await clients.perform(step, client)
    return answer


async def _cancel_strays(clients: ScenarioClients, client: Sender, workflows: Iterable[str]) -> None:
    """Cancel running instances that no answer named, such as those of a run that was never answered."""
    known = {bound.id for bound in clients.bindings.instances.values()}
    for ref in workflows:
        answer = await clients.perform(model.ListInstances(ref, running=True), client)
        if _timed_out(answer):
            return
        if answer is None:
            continue
        for number, found in enumerate(listed_ids(answer)):
            if found not in known:
                clients.meet(f"{ref}-stray-{number}", found, ref, answer)
