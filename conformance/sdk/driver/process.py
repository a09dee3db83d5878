"""A driver as a process: started, called, watched and ended, with a bound on every wait."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from asyncio.subprocess import SubprocessStreamProtocol
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import anyio

from conformance.sdk.driver.errors import DriverNotStarted, NoHello, ProtocolBroken
from conformance.sdk.driver.protocol import BYE, Call, Hello, Result, read_hello, read_result

_LONGEST_LINE = 64 * 1024 * 1024
_STDERR_KEPT = 16 * 1024
_DRAINED_S = 1.0
"""Seconds in which the pipes of an ended driver say that they are closed; what it has started may hold them open."""


@dataclass(frozen=True, slots=True)
class DriverTimeouts:
    """Seconds to wait for the driver: for its hello, for a result beyond the call's own timeout, and for its end."""

    hello: float = 30.0
    result: float = 15.0
    end: float = 5.0


class Driver:
    """A running driver: enter to start it, leave to end it. Raises DriverNotStarted and NoHello on entering."""

    def __init__(self, command: Sequence[str], timeouts: DriverTimeouts | None = None) -> None:
        self._command = list(command)
        self._timeouts = timeouts or DriverTimeouts()
        self._process: asyncio.subprocess.Process | None = None
        self._transport: asyncio.SubprocessTransport | None = None
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._answered: set[int] = set()
        self._next = 1
        self._stderr = bytearray()
        self._tasks: list[asyncio.Task[None]] = []
        self._given_up = False
        self.broken: str | None = None
        self.hello = Hello("")

    async def __aenter__(self) -> Self:
        self._process = await self._started()
        self._tasks.append(asyncio.create_task(self._keep_stderr(self._process)))
        try:
            self.hello = await self._greeted(self._process)
        except BaseException as error:
            self.broken = str(error)
            await self.end()
            raise
        self._tasks.append(asyncio.create_task(self._read(self._process)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.end()

    @property
    def stderr(self) -> str:
        """The end of what the driver wrote to its stderr."""
        return self._stderr.decode("utf-8", "replace")

    async def call(self, call: Call, base_url: str) -> Result:
        """What the SDK's caller got. Raises ProtocolBroken; the driver is of no use afterwards."""
        assert self._process is not None
        assert self._process.stdin is not None
        if self.broken is not None:
            raise ProtocolBroken(self.broken)
        number, self._next = self._next, self._next + 1
        waiting: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        timeouts = call.timeout + self._timeouts.result
        try:
            async with asyncio.timeout(timeouts):
                self._process.stdin.write(call.line(number, base_url))
                with contextlib.suppress(ConnectionError):  # the reader tells that it ended, and how
                    await self._process.stdin.drain()
                return await waiting
        except asyncio.CancelledError:
            self._given_up = True
            raise
        except TimeoutError:
            self.broken = f"call {number} ({call.operation}) got no result within {round(timeouts, 1):g} s"
            raise ProtocolBroken(self.broken) from None
        finally:
            self._waiting.pop(number, None)

    async def end(self) -> str | None:
        """Say bye, and end the process by force if it does not end by itself; says what was wrong with its end."""
        process, self._process = self._process, None
        if process is None:
            return None
        with anyio.CancelScope(shield=True):  # an interrupted run leaves no process, nor its pipes
            usable = self.broken is None and not self._given_up
            wrong = await _said_bye(process, self._timeouts.end) if usable else None
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # also what it may have left behind
            await self._let_go(process)
        self._break("the suite ended it")
        return wrong

    async def _let_go(self, process: asyncio.subprocess.Process) -> None:
        """Close the pipes of a process that has ended: left to the garbage collector they may outlive the loop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAINED_S):
                await process.wait()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            await asyncio.sleep(0)  # pipes are closed in the loop's next round

    async def hang_up(self) -> str | None:
        """Close the driver's stdin without a bye; says what is wrong when it does not end by itself."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(self._timeouts.end):
                await process.wait()
        except TimeoutError:
            if process.returncode is not None:
                return None  # what it has started holds its pipes
            return f"it was still there {self._timeouts.end:g} s after its stdin had been closed"
        finally:
            self.broken = self.broken or "its stdin was closed"
        return None

    async def _started(self) -> asyncio.subprocess.Process:
        loop = asyncio.get_running_loop()
        try:
            # As asyncio.create_subprocess_exec does it, which keeps the transport to itself.
            # start_new_session: a group of its own, so that what the command starts in turn ends with it.
            self._transport, protocol = await loop.subprocess_exec(
                lambda: SubprocessStreamProtocol(_LONGEST_LINE, loop), *self._command, start_new_session=True
            )
        except OSError as error:
            reason = "there is no such command" if isinstance(error, FileNotFoundError) else error.strerror
            raise DriverNotStarted(shlex.join(self._command), reason or str(error)) from error
        return asyncio.subprocess.Process(self._transport, protocol, loop)

    async def _greeted(self, process: asyncio.subprocess.Process) -> Hello:
        assert process.stdout is not None
        command = shlex.join(self._command)
        try:
            async with asyncio.timeout(self._timeouts.hello):
                line = await process.stdout.readline()
            if line:
                return read_hello(line)
            observed = "its stdout was closed"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    observed = f"it ended with exit code {await process.wait()}"
            await asyncio.wait(self._tasks, timeout=1)
        except TimeoutError:
            observed = f"it said nothing for {self._timeouts.hello:g} s"
        except (ProtocolBroken, ValueError) as error:
            observed = str(error)
        raise NoHello(command, observed, self.stderr)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                self._take(*read_result(line))
            raise ProtocolBroken(await _ended(process))
        except ProtocolBroken as error:
            self._break(error.observed)
        except ValueError:
            self._break(f"a line is longer than {_LONGEST_LINE} bytes")

    def _take(self, number: int, result: Result) -> None:
        waiting = self._waiting.get(number)
        if waiting is None or waiting.done():
            again = "a second result" if number in self._answered else "a result"
            why = "it has one already" if number in self._answered else "nothing was asked under that id"
            raise ProtocolBroken(f"{again} came for call {number}, though {why}")
        self._answered.add(number)
        waiting.set_result(result)

    def _break(self, observed: str) -> None:
        self.broken = self.broken or observed
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ProtocolBroken(observed))

    async def _keep_stderr(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while block := await process.stderr.read(4096):
            self._stderr += block
            del self._stderr[:-_STDERR_KEPT]


async def _ended(process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(1):
            code = await process.wait()
    except TimeoutError:
        return "its stdout was closed while calls were still to come"
    return f"it ended with exit code {code} while calls were still to come"


async def _said_bye(process: asyncio.subprocess.Process, patience_s: float) -> str | None:
    wrong = None
    assert process.stdin is not None
    if process.returncode is None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            process.stdin.write(BYE)
            await process.stdin.drain()
        process.stdin.close()
        try:
            async with asyncio.timeout(patience_s):
                code = await process.wait()
            wrong = f"it ended with exit code {code} after bye" if code else None
        except TimeoutError:
            # Its pipes may be held by what it has started.
            wrong = f"it was still there {patience_s:g} s after bye" if process.returncode is None else None
    return wrong
