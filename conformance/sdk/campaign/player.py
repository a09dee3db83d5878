"""Playing cases through a driver, in front of the witness."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.drawing.case import Case, Played, PlayedStep, Script, Step, expected_arguments
from conformance.sdk.driver.errors import NoHello, ProtocolBroken
from conformance.sdk.driver.process import Driver, DriverTimeouts
from conformance.sdk.driver.protocol import Call, Credentials, Hello
from conformance.sdk.witness.answer import Answer, success_answer
from conformance.sdk.witness.server import Answering, Witness
from conformance.trace.exchange import Request
from conformance.trace.recording import action_of

_RESTARTS = 8
"""How often a driver that broke the protocol is started again: each of its cases may be the one that breaks it."""
_AT_FIRST = 3
"""After so many calls without any valid result a driver is not started again."""

_STRAY_S = 0.05
"""Seconds in which a line too many comes that a driver prints with a result."""


_SAID = 300
"""Characters of a driver's stderr that a sentence ends with."""


class DriverUseless(Exception):
    """The driver has broken the protocol too often, or does not start again; ``reason`` is a sentence's end."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CasePlayer:
    """Plays cases one after another: enter to start the driver and the witnesses. Raises DriverNotStarted, NoHello.

    ``answered``: the driver gave a valid result.
    """

    def __init__(self, command: Sequence[str], prefix: str, timeouts: DriverTimeouts | None = None) -> None:
        self._command = command
        self._timeouts = timeouts
        self._stack = contextlib.AsyncExitStack()
        self._witness, self._second, self._tokens = Witness(prefix), Witness(prefix), Witness()
        self._driver: Driver | None = None
        self._restarts = 0
        self._plays = 0
        self._broken = ""
        self.hello = Hello("")
        self.stderr = ""
        self.calls = 0
        self.answered = False

    async def __aenter__(self) -> Self:
        for witness in (self._witness, self._second, self._tokens):
            await self._stack.enter_async_context(witness)
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.end()
        await self._stack.aclose()

    async def end(self) -> str | None:
        """Say bye to the driver; says what was wrong with its end."""
        driver, self._driver = self._driver, None
        wrong = await driver.end() if driver is not None else None
        self.stderr += driver.stderr if driver is not None else ""
        return wrong

    async def stray(self) -> str | None:
        """How the driver broke the protocol after its last result, as far as it did so at once; it is ended then."""
        await asyncio.sleep(_STRAY_S)
        driver = self._driver
        if driver is None or driver.broken is None:
            return None
        await self.end()
        return driver.broken

    async def play(self, case: Case) -> Played:
        """What became of a case. Raises DriverUseless."""
        self._plays += 1
        witnesses = (self._witness, self._second, self._tokens)
        before = [len(witness.exchanges) for witness in witnesses]
        self._tokens.answering = _scripted(case.tokens, self._tokens, lambda _: Answer(404))
        self._second.answering = lambda _: success_answer("getWorkflow", 200, SIMPLE["getWorkflow"])
        played_step = await (self._together(case) if case.together else self._in_turn(case))
        seen = [tuple(w.exchanges[count:]) for w, count in zip(witnesses, before, strict=True)]
        return Played(case, played_step, tokens=seen[2], elsewhere=seen[1])

    async def _in_turn(self, case: Case) -> tuple[PlayedStep, ...]:
        played_step: list[PlayedStep] = []
        origin = len(self._witness.exchanges)
        for step in case.steps:
            witness = self._second if step.elsewhere else self._witness
            before = len(witness.exchanges)
            witness.answering = self._answering(step, case.script, origin)
            told = await self._called(step, witness)
            played_step.append(replace(told, exchanges=tuple(witness.exchanges[before:])))
        return tuple(played_step)

    async def _together(self, case: Case) -> tuple[PlayedStep, ...]:
        before = len(self._witness.exchanges)
        wanted = {tuple(expected_arguments(step.call).items()): step.answer for step in case.steps}
        self._witness.answering = lambda request: wanted.get(_asked(request), Answer(404))
        told = await asyncio.gather(*(self._called(step, self._witness) for step in case.steps))
        seen = self._witness.exchanges[before:]
        return tuple(
            replace(each, exchanges=tuple(e for e in seen if e.params == expected_arguments(each.step.call)))
            for each in told
        )

    async def _called(self, step: Step, witness: Witness) -> PlayedStep:
        driver = await self._ready()
        self.calls += 1
        try:
            result = await driver.call(self._placed(step.call), witness.base_url)
            self.answered = True
            return PlayedStep(step, result, ())
        except ProtocolBroken as error:
            self._broken = said_last(error.observed, driver.stderr)
            self._driver = None
            await driver.end()
            self.stderr += driver.stderr
            return PlayedStep(step, None, (), broken=error.observed, stderr=driver.stderr)

    async def _ready(self) -> Driver:
        if self._driver is None:
            if self._restarts == _AT_FIRST and not self.answered:
                raise DriverUseless(f"the driver gave no valid result to {_AT_FIRST} calls: {self._broken}")
            self._restarts += 1
            if self._restarts > _RESTARTS:
                raise DriverUseless(f"the driver broke the protocol more than {_RESTARTS} times")
            try:
                await self._start()
            except NoHello as error:
                raise DriverUseless(error.message) from error
        assert self._driver is not None
        return self._driver

    async def _start(self) -> None:
        driver = Driver(self._command, self._timeouts)
        await driver.__aenter__()
        self._driver, self.hello = driver, driver.hello

    def _placed(self, call: Call) -> Call:
        """The call with the token endpoint's address; with credentials, on a client that no other case has used."""
        if call.credentials is None:
            return call
        url = call.credentials.token_url.replace("{token}", self._tokens.origin)
        # An SDK may keep the tokens of a client id for the whole process.
        credentials = Credentials(f"{call.credentials.client_id}-{self._plays}", call.credentials.client_secret, url)
        return replace(call, credentials=credentials, client=f"{call.client} {self._plays}")

    def _answering(self, step: Step, script: Script | None, origin: int) -> Answering:
        def placed(answer: Answer) -> Answer:
            headers = tuple((k, v.replace("{elsewhere}", self._second.alias)) for k, v in answer.headers)
            return answer.but(headers=headers)

        if script is None:
            return lambda _: step.answer
        return lambda request: placed(script(request, self._witness.arrived - 1 - origin)).but(delay=step.answer.delay)


def said_last(observed: str, stderr: str) -> str:
    """What a driver did wrong, and the end of what it wrote to its stderr."""
    said = stderr.strip()
    return f"{observed}; its stderr ends with: {said[-_SAID:]}" if said else observed


def _scripted(script: Script | None, witness: Witness, otherwise: Answering) -> Answering:
    if script is None:
        return otherwise
    origin = witness.arrived
    return lambda request: script(request, witness.arrived - 1 - origin)


def _asked(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple(action_of(request.method, request.path)[1].items())
