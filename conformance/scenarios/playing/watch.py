"""Polling: until an instance is in a state, or until its progress is overdue. Never raises, never blocks for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.scenarios.playing.bindings import Actor, listed_ids
from conformance.scenarios.playing.clients import Party
from conformance.scenarios.scenario.model import Discover, History, ListInstances, Read, Settle, State, Step, Until
from conformance.target import Client
from conformance.trace import Exchange
from conformance.wire.instant import MILLISECOND, SECOND

_LEAST_PAUSE = 4 * MILLISECOND
_GROWTH = 1.5
# The end of a delay is computed from two clocks, so that equal ones differ a little.
_SAME = 5 * MILLISECOND
# However many changes an instance shows, a poll ends.
_LONGEST = 120 * SECOND

Reached = Callable[[Exchange], bool]


@dataclass
class Watch:
    """Polls for one party; ``number`` is the step that the polls belong to, ``client`` sends them."""

    party: Party
    client: Client
    number: int | None = None

    async def until(self, step: Until) -> bool:
        """Poll until the state is reached (True), or the instance's progress is overdue (False)."""
        actor = self.party.cast.instances.get(step.instance)
        if actor is None:
            self.party.notes.append(f"step {self.number} was left out: {step.instance} never came to exist")
            return False
        read: Step = History(step.instance) if step.state == "waiting" else Read(step.instance)
        return await self._poll(actor, read, lambda answer: _reached(step.state, step.stage, actor, answer))

    async def discover(self, step: Discover) -> bool:
        """List a workflow's instances until one shows that no answer has named; gives up once it is overdue."""
        begun, pause = time.monotonic_ns(), self._first_pause()
        while True:
            overdue = time.monotonic_ns() > begun + 2 * self.party.settler.settle_ns() + SECOND
            answer = await self.party.perform(ListInstances(step.workflow), self.client, self.number)
            if answer is None or self._meet(step, answer) or overdue or self.party.lost:
                return step.ref in self.party.cast.instances
            await asyncio.sleep(pause / SECOND)
            pause = self._longer(pause)

    async def settle(self, _: Settle) -> None:
        """Wait until everything sent is due, and until what moves by itself has come to rest."""
        party = self.party
        # What was seen last is a cause, too: other views may still be behind it.
        await party.settler.wait(max([party.last_change, *(actor.moved for actor in party.cast.instances.values())]))
        moving = [(ref, actor) for ref, actor in party.cast.instances.items() if actor.touched and not actor.terminated]
        for ref, actor in moving:
            await self.until(Until(ref, "quiet"))
            actor.touched = False
        if moving and not party.stop():
            await party.settler.wait(max(actor.moved for _, actor in moving))

    # -- polling --------------------------------------------------------------------------------

    async def _poll(self, actor: Actor, read: Step, reached: Reached) -> bool:
        pause, given_up = self._first_pause(), -1
        last = time.monotonic_ns() + _LONGEST
        while not (self.party.lost or self.party.stop()) and time.monotonic_ns() < last:
            moved = actor.moved
            answer = await self.party.perform(read, self.client, self.number)
            if answer is not None and reached(answer):
                return True
            cause = actor.next_cause(time.monotonic_ns(), time.time_ns())
            if actor.terminated or cause < given_up + _SAME:
                return False
            pause = self._first_pause() if actor.moved > moved else self._longer(pause)
            given_up = await self._rest(cause, pause, given_up)
        return False

    async def _rest(self, cause: int, pause: int, given_up: int) -> int:
        """Sleep between two polls; gives the cause after which, as a control has proven, progress is overdue."""
        left = cause + self.party.settler.settle_ns() - time.monotonic_ns()
        if left > 0:
            await asyncio.sleep(min(pause, left + _LEAST_PAUSE) / SECOND)
            return given_up
        await self.party.settler.wait(cause)
        return cause

    def _first_pause(self) -> int:
        return max(_LEAST_PAUSE, self.party.settler.control_ns() // 4)

    def _longer(self, pause: int) -> int:
        return min(int(pause * _GROWTH), self.party.settler.settle_ns())

    def _meet(self, step: Discover, answer: Exchange) -> bool:
        cast = self.party.cast
        known = {actor.id for actor in cast.instances.values()}
        new = next((found for found in listed_ids(answer) if found not in known), None)
        if new is not None:
            cast.meet(step.ref, new, step.workflow, {}, answer)
        return step.ref in cast.instances


def _reached(state: State, stage: int | None, actor: Actor, answer: Exchange) -> bool:
    progress = actor.see(answer)
    if progress is None:
        return False
    if state == "waiting":
        return _waiting(answer, stage)
    if state == "started":
        return len(progress.ended) > (stage or 0)
    return progress.terminated if state == "ended" else actor.quiet(progress)


def _waiting(answer: Exchange, stage: int | None) -> bool:
    entries = answer.data if isinstance(answer.data, list) else []
    return any(
        isinstance(entry, dict) and entry.get("name") == "RunWaitEvent" and entry.get("terminated") is False
        for number, entry in enumerate(entries)
        if stage is None or stage == number
    )
