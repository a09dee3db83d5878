"""Polling: until an instance is in a state, or until its progress is overdue. Never raises, never blocks for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.scenarios.playing.bindings import BoundInstance, listed_ids
from conformance.scenarios.playing.clients import ScenarioClients
from conformance.scenarios.scenario.model import Discover, History, ListInstances, Read, Settle, State, Step, Until
from conformance.target import Sender
from conformance.target.pacing.polling import Pauses, poll
from conformance.trace import Control, Exchange
from conformance.wire.instant import MILLISECOND, SECOND

_LEAST_PAUSE = 4 * MILLISECOND
# Reads are cheap; who looks seldom sees late.
_LONGEST_PAUSE = 2 * SECOND
# The end of a delay is computed from two clocks, so that equal ones differ a little.
_SAME = 5 * MILLISECOND
# However many changes an instance shows, a poll ends.
_LONGEST = 120 * SECOND
# Who has given up looks once more after this part of the settle time.
_MARGIN = 3
# Each stage takes its time, so an instance of many takes longer than a control.
_AS_A_CONTROL = 2

Reached = Callable[[Exchange], bool]


@dataclass
class Watch:
    """Polls for the clients of one scenario; ``number`` is the step that the polls belong to, ``client`` sends them."""

    clients: ScenarioClients
    client: Sender
    number: int | None = None

    async def until(self, step: Until) -> bool:
        """Poll until the state is reached (True), or the instance's progress is overdue (False)."""
        bound = self.clients.bindings.instances.get(step.instance)
        if bound is None:
            self.clients.notes.append(f"step {self.number} was left out: {step.instance} never came to exist")
            return False
        read: Step = History(step.instance) if step.state == "waiting" else Read(step.instance)
        if await self._poll(bound, read, lambda answer: _reached(step.state, step.stage, bound, answer)):
            return True
        if step.state == "waiting" and not bound.terminated:
            # The other view tells whether it stands still, or history only does not show it.
            await self.clients.perform(Read(step.instance), self.client, self.number)
        return False

    async def discover(self, step: Discover) -> bool:
        """List a workflow's instances until one shows that no answer has named; gives up once it is overdue.

        It is not overdue while a run of the workflow waits for admission at the gate.
        """
        begun = time.monotonic_ns()
        overdue = False
        settler = self.clients.settler

        async def look() -> bool:
            nonlocal overdue
            now, asked = time.monotonic_ns(), max(begun, self.clients.last_run(step.workflow))
            overdue = now > asked + 2 * settler.settle_ns() + SECOND
            if overdue:
                # On a busy target a run takes long to be admitted; a control that began after it tells. Then there is
                # one more look.
                await settler.wait(asked)
            answer = await self.clients.perform(ListInstances(step.workflow), self.client, self.number)
            return answer is not None and self._meet(step, answer)

        await poll(look, self._pauses().resting(lambda: not (overdue or self.clients.lost)))
        return step.ref in self.clients.bindings.instances

    async def settle(self, _: Settle) -> None:
        """Wait until everything sent is due, and until what moves by itself has come to rest."""
        clients = self.clients
        # What was seen last is a cause, too: other views may still be behind it.
        await clients.settler.wait(
            max([clients.last_change, *(bound.moved for bound in clients.bindings.instances.values())])
        )
        moving = [
            (ref, bound) for ref, bound in clients.bindings.instances.items() if bound.touched and not bound.terminated
        ]
        for ref, bound in moving:
            await self.until(Until(ref, "quiet"))
            bound.touched = False
        if moving and not clients.stop():
            await clients.settler.wait(max(bound.moved for _, bound in moving))

    # -- polling --------------------------------------------------------------------------------

    async def _poll(self, bound: BoundInstance, read: Step, reached: Reached) -> bool:
        pauses, given_up = self._pauses(), -1
        moved = before = last_look = 0
        last = time.monotonic_ns() + _LONGEST

        async def look() -> bool:
            nonlocal moved, before, last_look
            moved, before, last_look = bound.moved, last_look, time.monotonic_ns()
            answer = await self.clients.perform(read, self.client, self.number)
            if answer is None or not reached(answer):
                return False
            self._note_control(bound, answer, before)
            return True

        async def rest() -> bool:
            nonlocal given_up
            now = time.monotonic_ns()
            cause = bound.next_cause(now, time.time_ns(), self.clients.settler.timers.late)
            if bound.terminated or cause < given_up + _SAME:
                return False
            if bound.moved > moved:
                pauses.restart(self._first_pause())
            else:
                pauses.lengthen()
            given_up = await self._rest(cause, pauses, given_up)
            if now < cause <= time.monotonic_ns():
                # A delay is over: what follows it is seen as soon as what follows a run.
                pauses.restart(self._first_pause())
            return self._goes_on(last)

        return self._goes_on(last) and await poll(look, rest)

    def _goes_on(self, last: int) -> bool:
        return not (self.clients.lost or self.clients.stop()) and time.monotonic_ns() < last

    async def _rest(self, cause: int, pauses: Pauses, given_up: int) -> int:
        """Wait between two looks; gives the cause after which, as a control has proven, progress is overdue."""
        now = time.monotonic_ns()
        due = cause if now < cause else cause + self.clients.settler.settle_ns()
        if now < due:
            await pauses.rest(due - now + _LEAST_PAUSE)
            return given_up
        await self.clients.settler.wait(cause)
        if not self.clients.stop():
            # What later controls take may let it seem due a little later, and the next step may hide what was lost.
            await asyncio.sleep(self.clients.settler.settle_ns() / _MARGIN / SECOND)
        return cause

    def _note_control(self, bound: BoundInstance, answer: Exchange, before: int) -> None:
        """An instance of noops that ended by itself, and was just seen to, tells as much of the target as a control.

        ``before`` is when it was looked at the last time: a long while ago it would seem slower than it was.
        """
        run = bound.run
        if run is None or answer.received - max(run.received, before) > (answer.received - run.sent) // 2:
            return
        newly_ended = bound.terminated and bound.moved == answer.received
        noops = 0 < len(bound.stages) <= _AS_A_CONTROL and all(stage == {"noop": {}} for stage in bound.stages)
        if newly_ended and noops and not bound.acted_on:
            self.clients.settler.note(Control(run.sent, answer.received, run.received))

    def _first_pause(self) -> int:
        # Who acts on what is seen shall act soon after it has happened, however long a run waits to be admitted.
        return max(_LEAST_PAUSE, self.clients.settler.effect_ns() // 4)

    def _pauses(self) -> Pauses:
        return Pauses(self._first_pause(), lambda: min(self.clients.settler.settle_ns(), _LONGEST_PAUSE))

    def _meet(self, step: Discover, answer: Exchange) -> bool:
        bindings = self.clients.bindings
        known = {bound.id for bound in bindings.instances.values()}
        new = next((found for found in listed_ids(answer) if found not in known), None)
        if new is not None:
            self.clients.meet(step.ref, new, step.workflow, answer)
        return step.ref in bindings.instances


def _reached(state: State, stage: int | None, bound: BoundInstance, answer: Exchange) -> bool:
    progress = bound.see(answer)
    if progress is None:
        return False
    if state == "waiting":
        return _waiting(answer, stage)
    if state == "started":
        return len(progress.ended) > (stage or 0)
    return progress.terminated if state == "ended" else bound.quiet(progress)


def _waiting(answer: Exchange, stage: int | None) -> bool:
    entries = answer.data if isinstance(answer.data, list) else []
    return any(
        isinstance(entry, dict) and entry.get("name") == "RunWaitEvent" and entry.get("terminated") is False
        for number, entry in enumerate(entries)
        if stage is None or stage == number
    )
