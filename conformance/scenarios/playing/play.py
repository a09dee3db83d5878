"""Playing scenarios: many at once on one event loop, each with clients of its own, each leaving one trace."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from conformance.contract.features import ASSUMED
from conformance.scenarios.playing.audit import Audit, clean_up
from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.playing.clients import ScenarioClients
from conformance.scenarios.playing.closing import closing_steps, still_waiting
from conformance.scenarios.playing.long_lists import LongLists
from conformance.scenarios.playing.losses import LossCounts, lost_in_each
from conformance.scenarios.playing.settling import Settler
from conformance.scenarios.playing.watch import Watch
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.model import Scenario, Step, size
from conformance.scenarios.steps.registry import kind_of
from conformance.target import Sender, Target
from conformance.target.finishing import all_of, to_the_end, unless
from conformance.target.pacing.run_gate import Place
from conformance.trace import Trace
from conformance.trace.roles import Role
from conformance.trace.trace import Source

CONCURRENCY = 24
"""How many scenarios are played at once unless told otherwise."""

# So many more are played at once while a slow target could do more: most of them only wait.
_MORE = 72
_LOOK_S = 0.25
_LONGEST_SLEEP_S = 0.5


@dataclass(frozen=True)
class Job:
    """A scenario to play, with the id of its trace. ``closing`` is the seed of the closing steps, if there are any."""

    id: str
    scenario: Scenario
    source: Source = "scenario"
    closing: str | None = None


@dataclass(frozen=True)
class Played:
    """What playing left: the trace, and the ids of workflows and instances that could not be removed.

    ``seconds`` is how long it took, cleaning up included. ``earlier`` are the traces of plays that lost the answer to a
    write, for which the scenario was played again.
    """

    job: Job
    trace: Trace
    leftovers: tuple[str, ...] = ()
    seconds: float = 0.0
    earlier: tuple[Trace, ...] = ()


@dataclass
class Player:
    """Plays scenarios on a target. ``stop`` is asked before every step; once true, only cleaning up is left.

    ``reuse``: whether connections serve more than one exchange. ``proving``: jobs with one scenario are played side by
    side to see whether a violation comes back, so what each of them lost counts for all that are played after it.
    """

    target: Target
    settler: Settler
    features: frozenset[str] = ASSUMED
    concurrency: int = CONCURRENCY
    stop: Callable[[], bool] = lambda: False
    reuse: bool = True
    proving: bool = False
    _losses: LossCounts = field(init=False)
    _lists: LongLists = field(default_factory=LongLists)
    _plays: defaultdict[int, list[tuple[int, Trace]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._losses = LossCounts(proving=self.proving)

    async def play_all(self, jobs: Iterable[Job], on_played: Callable[[Played], None] | None = None) -> list[Played]:
        """Play jobs, ``concurrency`` at once, drawing each only when it is played; in order of ending.

        While a slow target may soon have no run to do, more are played at once, so that it is never idle.

        With ``on_played`` each is handed over and not kept, so that an endless run stays flat.
        """
        played: list[Played] = []
        source, turn, spare = iter(jobs), asyncio.Lock(), asyncio.Lock()

        async def work(number: int) -> None:
            while not self.stop():
                if number >= self.concurrency:
                    async with spare:
                        await self._room(over)
                if over.is_set():
                    return
                async with turn:
                    # Drawing takes long enough to make the loop late, which would lengthen every settle time.
                    job = await asyncio.to_thread(next, source, None)
                if job is None:
                    over.set()
                    return
                (on_played or played.append)(await self.play(job))

        over = asyncio.Event()
        at_once = self.target.config.concurrency or self.concurrency + _MORE
        await all_of(work(number) for number in range(at_once))
        return played

    async def _room(self, over: asyncio.Event) -> None:
        """Return once a slow target has wanted more runs for a moment, or when there is nothing more to play.

        A scenario that has just begun creates its workflows first, and may soon take that room.
        """
        gate, seen = self.target.gate, 0
        while not (over.is_set() or self.stop()) and seen < 2:
            seen = seen + 1 if gate.slow and gate.wants_more else 0
            await asyncio.sleep(_LOOK_S)

    async def play(self, job: Job) -> Played:
        """Play one scenario, audit it, clean up. What goes wrong with the target is in the trace, never raised.

        A play that lost the answer to a write is followed by another one, a few at the most: what the scenario was for
        may not have happened. When every play loses the same one, that is no chance.
        """
        plays: list[Played] = []
        # All plays of the scenario, each with its number in its own row: one with a lower number was over before.
        of_all = self._plays[id(job.scenario)] if self.proving else []
        again = True
        while again:
            number = len(plays) + 1
            played = await self._play(job if number == 1 else replace(job, id=f"{job.id}~{number}"))
            before = [trace for earlier, trace in of_all if earlier < number]
            trace = replace(played.trace, lost=lost_in_each(before) if before else {})
            plays.append(replace(played, trace=trace))
            of_all.append((number, trace))
            self._losses.note([*before, trace])
            again = not self.stop() and self._losses.again([*before, trace], number)
        leftovers = tuple(left for each in plays for left in each.leftovers)
        earlier = tuple(each.trace for each in plays[:-1])
        return Played(job, plays[-1].trace, leftovers, sum(each.seconds for each in plays), earlier)

    async def _play(self, job: Job) -> Played:
        bindings, forms = Bindings(job.id, self.target.given), job.scenario.forms
        clients = ScenarioClients(
            self.target, self.settler, bindings, self.stop, self._lists, reuse=self.reuse, forms=forms
        )
        # A replay takes long enough without a queue, and there are few.
        clients.urgent = self.proving
        leftovers: tuple[str, ...] = ()
        began = time.monotonic()
        played = job.scenario
        try:
            await _StepPlay(self, clients).perform_all(job.scenario.steps, clients.acquire("1"))
            whole = not (self.stop() or clients.lost)
            if whole:
                played = await self._end(job, clients)
        finally:
            leftovers = await to_the_end(self._clean_up(clients, job.scenario))
        trace = self._trace(job, played, clients, whole)
        return Played(job, trace, leftovers, time.monotonic() - began)

    async def _end(self, job: Job, clients: ScenarioClients) -> Scenario:
        """Read everything, perform the closing steps, and read what they changed. Gives the scenario with them."""
        audit = Audit(clients, clients.acquire(Role.AUDIT), job.id)
        await audit.read_all()
        await audit.look_longer(still_waiting(clients.bindings))
        acts = () if job.closing is None or self.stop() else closing_steps(clients.bindings, job.closing)
        if acts:
            await _StepPlay(self, clients).perform_all(
                acts, clients.acquire(Role.CLOSING), sum(map(size, job.scenario.steps))
            )
            await audit.read_again()
        return replace(job.scenario, steps=(*job.scenario.steps, *acts))

    async def _clean_up(self, clients: ScenarioClients, scenario: Scenario) -> tuple[str, ...]:
        client = clients.acquire(Role.CLEANUP)
        try:
            runs = [step for step in scenario.leaves() if isinstance(step, model.Run)]
            unnamed = {run.workflow for run in runs if run.wait or run.ref not in clients.bindings.instances}
            return await clean_up(clients, client, unnamed & clients.bindings.workflows.keys())
        finally:
            await clients.close()

    def _trace(self, job: Job, scenario: Scenario, clients: ScenarioClients, whole: bool) -> Trace:
        exchanges = clients.recorder.exchanges()
        span = (exchanges[0].sent, exchanges[-1].received) if exchanges else (None, None)
        self.settler.timers.note([*clients.bindings.instances.values()], exchanges)
        return Trace(
            id=job.id,
            exchanges=exchanges,
            settling=self.settler.settling(*span),
            origin=clients.recorder.origin,
            source=job.source,
            scenario=to_json(scenario),
            features=self.features,
            complete=whole,
            notes=tuple(clients.notes),
            silences=self.target.silence.during(*span) if exchanges else (),
        )


class _StepPlay:
    """The steps of one scenario, being played: what `Playing` promises."""

    def __init__(self, player: Player, clients: ScenarioClients) -> None:
        self._player = player
        self._clients = clients

    async def until(self, step: model.Until, client: Sender, number: int) -> object:
        """Poll until an instance is in a state."""
        return await Watch(self._clients, client, number).until(step)

    async def discover(self, step: model.Discover, client: Sender, number: int) -> object:
        """Look for an instance that no answer has named."""
        return await Watch(self._clients, client, number).discover(step)

    async def settle(self, step: model.Settle, client: Sender, number: int) -> None:
        """Wait until all effects are due."""
        await Watch(self._clients, client, number).settle(step)

    async def perform_all(self, steps: tuple[Step, ...], client: Sender, first: int = 0) -> None:
        """Perform steps one after another, until it is time to stop."""
        number = first
        for step in steps:
            if self._player.stop() or self._clients.lost:
                return
            await self._perform(step, client, number)
            number += size(step)

    async def _perform(self, step: Step, client: Sender, number: int, place: Place | None = None) -> None:
        play = kind_of(step).play
        if play is not None:
            await play(step, self, client, number)
        else:
            await self._clients.perform(step, client, number, place)

    async def pause(self, seconds: float) -> None:
        """Sleep, but not on when everything is to stop."""
        end = time.monotonic() + seconds
        # Nothing tells when ``stop`` comes to say so; it has to be asked.
        while (left := end - time.monotonic()) > 0 and not self._player.stop():  # noqa: ASYNC110
            await asyncio.sleep(min(left, _LONGEST_SLEEP_S))

    async def together(self, step: model.Together, number: int) -> None:
        """Open a connection for every lane first, so that the lanes' requests are on the wire at the same time."""
        clients = [self._clients.acquire() for _ in step.steps]
        await asyncio.gather(*(client.warm() for client in clients))
        runs = ((lane, inner) for lane, inner in enumerate(step.steps) if isinstance(inner, model.Run | model.RunRaw))
        running = [lane for lane, inner in runs if not self._clients.is_refused(inner)]
        gate, places = self._player.target.gate, list[Place]()
        # Of more than go out together well, as many do, and the others in their turn.
        together = min(len(running), gate.most_together)
        if together:
            places = await unless(self._player.stop, gate.enter(together, behind=self._clients.behind)) or []
        held = dict(zip(running, places, strict=False))
        numbers = [number + 1 + sum(map(size, step.steps[:index])) for index in range(len(step.steps))]
        lanes = enumerate(zip(step.steps, clients, numbers, strict=True))
        try:
            await all_of(self._perform(*lane, held.get(index)) for index, lane in lanes)
        finally:
            for place in places:
                place.leave()
            self._clients.release(clients)
