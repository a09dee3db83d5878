"""Random programs played on a random correct server: the traces that no rule may find fault with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from conformance.trace import Control, Settling, Trace
from conformance.trace.trace import Source
from conformance.wire.instant import MILLISECOND, SECOND
from tests.rules.bodies import EPOCH
from tests.rules.simulator.client import Client, Workflow
from tests.rules.simulator.log import Instance
from tests.rules.simulator.server import Server, draw_server

ALL_KINDS = ("noop", "wait_event", "wait_event", "delay", "delay", "send", "update")
WAITING = ("wait_event", "wait_event", "wait_event", "noop")
NAMES = ("go", "Go", "go ", "stop", "${v}")


@dataclass(frozen=True)
class Played:
    """A trace, and the server that left it."""

    trace: Trace
    server: Server
    instances: list[Instance]


def play(seed: int, workflows: int = 2, runs: int = 2, steps: int = 9) -> Played:
    """The trace of one random program: so many workflows, runs of each, and steps with each instance, at most."""
    random = Random(seed)
    return _Program(random, draw_server(random)).play(workflows, runs, steps)


class _Program:
    def __init__(self, random: Random, server: Server) -> None:
        self.random = random
        self.server = server
        self.client = Client(server)
        self.end = 0
        self._whole = random.random() < 0.9
        self._sent: dict[str, int] = {}

    def play(self, workflows: int, runs: int, steps: int) -> Played:
        made = [self._workflow() for _ in range(self.random.randint(1, workflows))]
        ran = [(w, *self._run(w)) for w in made for _ in range(self.random.randint(1, runs))]
        for workflow, instance, since in ran:
            now = since
            for _ in range(self.random.randint(1, steps)):
                now = self._live(workflow, instance, now)
        self._deletions(made)
        self._settled_reads(ran)
        self.client.engine.play()
        return Played(self._trace(), self.server, self.client.instances)

    # -- time -------------------------------------------------------------------------------------------------------

    def _took(self) -> int:
        return self.random.choice((1000, self.server.reach // 20, self.random.randint(1, self.server.reach)))

    def _pause(self) -> int:
        reach = self.server.reach
        return self.random.choice((0, 1000, reach // 10, reach // 2, reach + MILLISECOND, 3 * reach))

    def _interval(self, sent: int) -> tuple[int, int]:
        received = sent + self._took()
        self.end = max(self.end, received)
        return sent, received

    # -- what is made -----------------------------------------------------------------------------------------------

    def _stage(self, kinds: tuple[str, ...], names: tuple[str, ...]) -> dict[str, Any]:
        kind = self.random.choice(kinds)
        if kind == "wait_event":
            return {kind: {"event": self.random.choice(names)}}
        if kind == "delay":
            return {kind: self._delay()}
        if kind == "send":
            sides = {"source": self.random.choice(("world", "world", "bank")), "destination": "users:1"}
            amount = {"amount": 10**22 + 1, "asset": "EUR/2"}
            return {kind: {"amount": amount} | {side: {"account": {"id": name}} for side, name in sides.items()}}
        account = {"id": "users:1", "ledger": "default", "metadata": {"k": "${v}"}}
        return {kind: {"account": account}} if kind == "update" else {kind: {}}

    def _delay(self) -> dict[str, str]:
        reach = self.server.reach
        length = self.random.choice((0, reach // 3, 2 * reach, 3600 * SECOND)) // MILLISECOND
        if self.random.random() < 0.7:
            return {"duration": self.random.choice((f"{length}ms", f"{length}ms", "${v}"))}
        start = self.random.choice((0, 5 * reach))
        return {"until": replace(self.server, digits=9, trims=False).stamp(start + length * MILLISECOND)}

    def _workflow(self) -> Workflow:
        kinds = self.random.choice((ALL_KINDS, WAITING, ("delay", "noop")))
        names = self.random.choice((NAMES, ("go",), ("go", "stop")))
        stages = [self._stage(kinds, names) for _ in range(self.random.choice((0, 1, 1, 2, 3, 4)))]
        return self.client.create(stages, *self._interval(self.random.randint(0, 1000)))

    def _run(self, workflow: Workflow) -> tuple[Instance, int]:
        variables = {"v": self.random.choice(("go", "stop", "abc", "5ms"))} if self.random.random() < 0.8 else {}
        sent = self.end + self.random.randint(1, self.server.reach)
        if self.random.random() < 0.15:
            instance = self.client.run_waiting(workflow, variables, sent, 8 * self.server.reach)
            return instance, self._listed(workflow, sent + 2)
        sent, received = self._interval(sent)
        fails = self.random.random() < 0.05
        instance = self.client.run(workflow, variables, sent, received, fails=fails)
        return instance, self._listed(workflow, received) if fails else received

    def _listed(self, workflow: Workflow, since: int) -> int:
        """Clients learn the id of a run without answer from a list; they must not guess it."""
        sent, received = self._interval(since + self.server.reach)
        self.client.list(workflow, sent, received, running=False)
        return received

    # -- what is done with it ---------------------------------------------------------------------------------------

    def _live(self, workflow: Workflow, instance: Instance, since: int) -> int:
        """Something happens after a moment, and some time passes; until when."""
        now = since + 1 + self._pause()
        if self.random.random() < 0.6:
            return self._episode(workflow, instance, now)
        sent, received = self._interval(now)
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self._step(workflow, instance, sent, received)
            sent, received = self._interval(sent + self.random.randint(0, 2000))
        return received if self.random.random() < 0.8 else now

    def _episode(self, workflow: Workflow, instance: Instance, now: int) -> int:
        """What a careful client does: look, send the event that is awaited (or cancel), give it time, look again."""
        now = self._look(workflow, instance, now)
        sent, received = self._interval(now + 1)
        if self.random.random() < 0.25:
            self.client.cancel(instance, sent, received)
        else:
            stranger = self.random.random() < 0.2
            self.client.send(instance, "GO" if stranger else self._next_awaited(instance) or "go", sent, received)
        if self.random.random() < 0.3:
            self._step(workflow, instance, *self._interval(sent + self.random.randint(0, 2000)))
        return self._look(workflow, instance, received + 1000 + self.random.choice((1, 1, 3)) * self.server.reach)

    def _look(self, workflow: Workflow, instance: Instance, now: int) -> int:
        for part in self.random.sample(("", "/history"), self.random.choice((1, 2, 2))):
            sent, now = self._interval(now + 1)
            self.client.read(instance, part, sent, now)
        if self.random.random() < 0.3:
            sent, now = self._interval(now + 1)
            self.client.list(workflow, sent, now, running=self.random.random() < 0.7)
        return now

    def _next_awaited(self, instance: Instance) -> str | None:
        """The event that the next stage waits for, if every such episode so far moved the instance on."""
        waits = [given["event"] for given in instance.inputs if "event" in given]
        sent = self._sent.get(instance.id, 0)
        self._sent[instance.id] = sent + 1
        return waits[sent] if sent < len(waits) else None

    def _step(self, workflow: Workflow, instance: Instance, sent: int, received: int) -> None:
        act = self.random.choice(("read", "read", "history", "history", "send", "list", "stages", "cancel"))
        lost = self.random.random() < 0.05
        if act == "send":
            name = self.random.choice((*NAMES[:-1], "go", "go", "${v}"))
            self.client.send(instance, self._awaited(instance) or name, sent, received, fails=lost)
        elif act == "cancel" and self.random.random() < 0.3:
            self.client.cancel(instance, sent, received, fails=lost)
        elif act == "list":
            chosen = self.random.choice((None, workflow))
            self.client.list(chosen, sent, received, running=self.random.random() < 0.5)
        else:
            number = self.random.randint(0, len(instance.stages))
            part = {"history": "/history", "stages": f"/stages/{number}/history"}.get(act, "")
            self.client.read(instance, part, sent, received)

    def _awaited(self, instance: Instance) -> str | None:
        """Most events that clients send are ones that some stage waits for."""
        waits = [given["event"] for given in instance.inputs if "event" in given]
        return self.random.choice(waits) if waits and self.random.random() < 0.6 else None

    def _deletions(self, made: list[Workflow]) -> None:
        for workflow in made:
            if self.random.random() < 0.15:
                self.client.delete(workflow, *self._interval(self.random.randint(self.end // 4, self.end)))

    def _settled_reads(self, ran: list[tuple[Workflow, Instance, int]]) -> None:
        now = self.end + self.server.reach * self.random.choice((1, 2, 4)) + MILLISECOND
        for _ in range(2):
            for workflow, instance, _since in ran:
                for part in ("", "/history"):
                    self.client.read(instance, part, *self._interval(now))
                self.client.list(workflow, *self._interval(now), running=self.random.random() < 0.5)
            now = self.end + self.server.reach

    # -- the trace --------------------------------------------------------------------------------------------------

    def _controls(self) -> list[Control]:
        """Noop runs throughout, of which none is so quick that four times its time is less than the reach.

        Often one follows every answer at once and is as quick as can be: then every effect is due as early as can be.
        """
        controls, now, reach = list[Control](), 0, self.server.reach
        if self.random.random() < 0.6:
            ends = [exchange.received + 1 for exchange in self.client.exchanges]
            return [Control(end, end + reach // 4 + 1) for end in ends]
        while now < self.end + 4 * reach:
            took = self.random.choice((reach // 4 + 1, self.random.randint(reach // 4 + 1, reach)))
            controls.append(Control(now, now + took if self.random.random() < 0.9 else None))
            now += self.random.randint(1, reach)
        return [*controls, Control(now, now + reach // 4 + 1)]

    def _trace(self) -> Trace:
        exchanges = sorted(self.client.exchanges, key=lambda each: each.sent)
        if not self._whole:
            exchanges = [each for each in exchanges if each.operation != "createWorkflow"]
        numbered = tuple(replace(each, index=index) for index, each in enumerate(exchanges))
        settling = None if self.random.random() < 0.1 else Settling(tuple(self._controls()), floor=0)
        source: Source = "scenario" if self._whole else "recording"
        return Trace("simulated", numbered, settling=settling, origin=EPOCH, source=source)
