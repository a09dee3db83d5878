"""A whole run: every theme drawn, played and judged; what is violated is minimised."""

from __future__ import annotations

import logging
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from conformance.campaign.ending.interruptions import Interruptions
from conformance.judging.judging import Judgement
from conformance.judging.tally import Tally
from conformance.rules.evidence.observation import Observation
from conformance.sdk.campaign.player import CasePlayer, DriverUseless, said_last
from conformance.sdk.campaign.search import draw, simplest
from conformance.sdk.drawing.case import Case, Played, Seen
from conformance.sdk.drawing.themes import BESIDE, Theme, all_themes
from conformance.sdk.driver.protocol import Hello
from conformance.sdk.rules import SDK_RULES
from conformance.trace import Exchange, Trace

PROTOCOL = "sdk-driver.protocol"
_MOST_PARTS = 1000
"""Seeds for one run: each part of a theme has its own, so that parts do not draw the same."""
_FIRST_S, _EACH_S = 3.0, 1.0
"""Seconds for minimising one violation: a requirement's first, and the same at further operations."""
_LOOK_S = 0.1
"""Seconds between two looks at whether the run is to end, while something is waited for."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SdkSettings:
    """How a run is done: the driver's command, the seed, the path before the API, the requirements that are wanted.

    ``wanted`` None means all of them. ``minimise_s`` is how many seconds minimising may take.
    """

    command: Sequence[str]
    seed: int = 0
    prefix: str = "/api/orchestration"
    wanted: frozenset[str] | None = None
    minimise_s: float = 10.0


@dataclass
class SdkOutcome:
    """What a run left: counts, the violations by requirement and operation, and every exchange by its case.

    ``lost`` is why it did not come to its end, in words that end a sentence; ``answered``: the driver gave a valid
    result.
    """

    hello: Hello = field(default_factory=lambda: Hello(""))
    tally: Tally = field(default_factory=Tally)
    violations: dict[tuple[str, str], list[Seen]] = field(default_factory=dict)
    traces: list[tuple[str, tuple[Exchange, ...]]] = field(default_factory=list)
    stderr: str = ""
    lost: str | None = None
    interrupted: bool = False
    answered: bool = False
    calls: int = 0

    @property
    def useless(self) -> bool:
        """Whether the driver was of no use at all: it gave no valid result."""
        return self.lost is not None and not self.answered


def run_campaign(settings: SdkSettings, tell: Callable[[str], None] = lambda _: None) -> SdkOutcome:
    """Play every theme that is wanted. Raises DriverNotStarted and NoHello; an interrupt is recorded in the outcome."""
    outcome = SdkOutcome()
    # What a broken connection makes asyncio say is no news: the case wanted it.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        player = stack.enter_context(portal.wrap_async_context_manager(_player(settings)))
        outcome.hello = player.hello
        try:
            # Noted and not raised: where Python runs a hook of its own, as Hypothesis has one, it drops what is raised.
            stop = stack.enter_context(Interruptions(lambda: tell("stopping")))
            _Campaign(settings, _Portal(portal, stop), player, outcome).run(tell)
            wrong = portal.call(player.end)
            if wrong is not None:
                outcome.lost = outcome.lost or f"the driver did not end well: {wrong}"
        except DriverUseless as error:
            outcome.lost = error.reason
        except KeyboardInterrupt:
            outcome.interrupted = True
        outcome.calls += player.calls
        outcome.answered = player.answered
    outcome.stderr += player.stderr
    return outcome


def _player(settings: SdkSettings) -> CasePlayer:
    return CasePlayer(settings.command, settings.prefix)


class _Portal:
    """The event loop's thread, as one that can be interrupted waits for it."""

    def __init__(self, portal: BlockingPortal, stop: Callable[[], bool]) -> None:
        self._portal = portal
        self._stop = stop

    def start(self, work: Callable[..., Awaitable[T]], *given: object) -> Future[T]:
        """Begin what is then waited for by `result`."""
        return self._portal.start_task_soon(work, *given)

    def call(self, work: Callable[..., Awaitable[T]], *given: object) -> T:
        """What the work gives. Raises KeyboardInterrupt."""
        return self.result(self.start(work, *given))

    def result(self, begun: Future[T]) -> T:
        """What the work gives; it is cancelled when the run is to end. Raises KeyboardInterrupt."""
        try:
            while True:
                if self._stop():
                    raise KeyboardInterrupt
                if wait([begun], _LOOK_S).done:
                    return begun.result()
        except KeyboardInterrupt:
            begun.cancel()  # else it would go on, and start the driver again that the end of the run ends
            raise


class _Campaign:
    def __init__(self, settings: SdkSettings, portal: _Portal, player: CasePlayer, outcome: SdkOutcome) -> None:
        self._settings = settings
        self._portal = portal
        self._player = player
        self._outcome = outcome
        self._cases = 0

    def run(self, tell: Callable[[str], None]) -> None:
        themes = [theme for theme in all_themes() if self._offered(theme)]
        wanted = [theme for theme in themes if self._wanted(theme)]
        apart = [(theme, case) for theme in wanted if theme.apart for case in self._draw(theme)]
        beside = self._portal.start(_played_apart, self._settings, [case for _, case in apart])
        tell("playing")
        try:
            for theme in wanted:
                if not theme.apart:
                    for case in self._draw(theme):
                        self._judge(self._portal.call(self._player.play, case))
            tell("minimising")
            self._minimise({theme.requirement: theme for theme in wanted if not theme.apart})
            tell("waiting for the slow cases")
            self._take_apart(beside)
        finally:
            beside.cancel()

    def _offered(self, theme: Theme) -> bool:
        return theme.feature is None or theme.feature in self._outcome.hello.features

    def _wanted(self, theme: Theme) -> bool:
        wanted = self._settings.wanted
        return wanted is None or bool(wanted & {theme.requirement, *BESIDE.get(theme.requirement, ())})

    def _draw(self, theme: Theme) -> list[Case]:
        first = self._settings.seed * _MOST_PARTS
        return [case for at, part in enumerate(theme.parts) for case in draw(part, theme.count, first + at)]

    def _take_apart(self, beside: Future[tuple[list[Played], str]]) -> None:
        played, stderr = self._portal.result(beside)
        self._outcome.stderr += stderr
        self._outcome.calls += len(played)
        for each in played:
            self._judge(each)

    def _judge(self, played: Played) -> None:
        self._cases += 1
        seen, crashes = judge(played, self._settings.wanted)
        trace = _trace(f"{played.case.theme} {self._cases}", played)
        self._outcome.traces.append((trace.id, trace.exchanges))
        self._outcome.tally.add(trace, _judgement(seen, crashes))
        for each in seen:
            if not each.upheld:
                self._outcome.violations.setdefault((each.requirement, each.played_step.operation), []).append(each)

    def _minimise(self, themes: dict[str, Theme]) -> None:
        end = time.monotonic() + self._settings.minimise_s
        operations: Counter[str] = Counter()
        waiting = []
        for (requirement, operation), seen in self._outcome.violations.items():
            waiting.append((operations[requirement], requirement, operation, seen))
            operations[requirement] += 1
        # One operation of each requirement comes first: time may not be enough for all.
        for before, requirement, operation, seen in sorted(waiting, key=itemgetter(0)):
            theme = themes.get(requirement)
            left = end - time.monotonic()
            if theme is not None and left > 0 and requirement != PROTOCOL:
                with suppress(DriverUseless):
                    seen[:0] = self._simplest(theme, operation, min(left, _EACH_S if before else _FIRST_S))

    def _simplest(self, theme: Theme, operation: str, seconds: float) -> list[Seen]:
        """The violation of the simplest case, if there is one."""
        best: list[Seen] = []

        def shows(case: Case) -> bool:
            if not any(step.call.operation == operation for step in case.steps):
                return False
            played = self._portal.call(self._player.play, case)
            found = [
                each
                for each in _apply(theme.requirement, played)
                if not each.upheld and each.played_step.operation == operation
            ]
            best[:] = found[:1] or best
            return bool(found)

        simplest(theme.cases, shows, self._settings.seed, seconds)
        return best


def judge(played: Played, wanted: Collection[str] | None = None) -> tuple[list[Seen], dict[str, str]]:
    """What every rule says of a case, and which rules failed themselves."""
    seen = list(_protocol(played))
    crashes: dict[str, str] = {}
    for requirement in SDK_RULES:
        try:
            seen += _apply(requirement, played)
        except Exception:
            last = traceback.format_exc(limit=-2).strip()
            crashes[requirement] = f"rule {requirement} could not judge a case of {played.case.theme}: {last}"
    return [each for each in seen if wanted is None or each.requirement in wanted], crashes


def _apply(requirement: str, played: Played) -> list[Seen]:
    return list(SDK_RULES[requirement](played))


def _protocol(played: Played) -> Iterator[Seen]:
    for played_step in played.steps:
        observed = said_last(str(played_step.broken), played_step.stderr)
        yield Seen(PROTOCOL, played_step.broken is None, played_step, "one valid result for the call", observed)


async def _played_apart(settings: SdkSettings, cases: Sequence[Case]) -> tuple[list[Played], str]:
    played: list[Played] = []
    player = _player(settings)
    if cases:
        async with player:
            with suppress(DriverUseless):
                for case in cases:
                    played.append(await player.play(case))  # noqa: PERF401 - what was played before a failure is kept
    return played, player.stderr


def _trace(name: str, played: Played) -> Trace:
    found = [each for played_step in played.steps for each in played_step.exchanges]
    found += [each for each in (*played.tokens, *played.elsewhere) if each not in found]
    return Trace(name, tuple(sorted(found, key=lambda each: each.sent)), source="sdk")


def _judgement(seen: Sequence[Seen], crashes: dict[str, str]) -> Judgement:
    judgement = Judgement(crashes=crashes)
    for each in seen:
        judgement.by_operation[each.requirement, each.played_step.operation, each.upheld] += 1
        if each.upheld:
            judgement.upheld[each.requirement] = judgement.upheld.get(each.requirement, 0) + 1
        else:
            observation = Observation(False, (), each.expected, each.observed)
            judgement.violations.setdefault(each.requirement, []).append(observation)
    return judgement
