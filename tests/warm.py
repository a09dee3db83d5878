"""Commands that begin where the suite is loaded already.

To start Python and to load the suite takes seconds of CPU, which is most of a short run. The fork server of
multiprocessing loads it once for a process of pytest; each command is a fork of it with a directory, an environment and
an output of its own, and so are its judge and what draws for it.

Tests of how a command starts, of signals, and of what is left when it is killed start it as a user does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

import conformance.commands.check
import conformance.commands.clients.proxy
import conformance.commands.replay
import conformance.commands.run  # noqa: F401  what a fork finds loaded
from conformance.__main__ import program
from tests.started.drawn_once import FOLDER, draw_once

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "conformance")
PATIENCE = 600
"""Seconds; only a hang lasts as long, whatever else the machine does."""

_Arguments = tuple[str, ...]
_Env = Mapping[str, str]
_Main = Callable[[], int | None]
_CONTEXT = multiprocessing.get_context("forkserver")

draw_once()


def environment() -> dict[str, str]:
    """This process' environment without what would change reports."""
    return {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_STEP_SUMMARY")}


def drawing_itself() -> dict[str, str]:
    """The same for processes that share a run: each must draw the same by itself."""
    return {name: value for name, value in environment().items() if name != FOLDER}


def run(*arguments: str, cwd: Path, env: Mapping[str, str], main: _Main = program) -> subprocess.CompletedProcess[str]:
    """What the command `conformance`, or another one, gave and printed; ``main`` is what it does.

    Raises subprocess.TimeoutExpired where it hangs.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _CONTEXT.Process(target=_command, args=(main, arguments, str(cwd), dict(env), (str(out), str(err))))
        process.start()
        process.join(PATIENCE)
        code = process.exitcode
        if code is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, PATIENCE)
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), err.read_text("utf-8"))


class Started:
    """A command that is started as `run` starts one, its output in pipes: the part of subprocess.Popen that tests use.

    A context manager, which kills what has not ended. ``one_output``: standard error goes where standard output goes.
    """

    def __init__(self, *arguments: str, cwd: Path, env: Mapping[str, str], one_output: bool = False) -> None:
        pipes = [_CONTEXT.Pipe(duplex=False) for _ in range(1 if one_output else 2)]
        given = [written for _, written in pipes] * (2 if one_output else 1)
        self._process = _CONTEXT.Process(target=_piped, args=(arguments, str(cwd), dict(env), given))
        self._process.start()
        for written in {id(each): each for each in given}.values():
            written.close()
        files = [os.fdopen(os.dup(read.fileno()), encoding="utf-8") for read, _ in pipes]
        self.stdout, self.stderr = files[0], files[-1]
        self._hung = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._process.join()
        self.stdout.close()
        self.stderr.close()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self._process.kill()

    def _give_up(self) -> None:
        self._hung = True
        self.kill()

    def poll(self) -> int | None:
        """Its exit code; None while it goes on."""
        return self._process.exitcode

    def communicate(self, timeout: float = PATIENCE) -> tuple[str, str]:
        """The rest of its standard output and error, once it has ended.

        Raises subprocess.TimeoutExpired where it hangs.
        """
        patience = threading.Timer(timeout, self._give_up)
        patience.start()
        rest: list[str] = []
        reader = threading.Thread(target=lambda: rest.append("" if self.stderr is self.stdout else self.stderr.read()))
        reader.start()
        out = self.stdout.read()
        reader.join()
        self._process.join()
        patience.cancel()
        if self._hung:
            raise subprocess.TimeoutExpired("conformance", timeout)
        return out, rest[0]


def _command(main: _Main, arguments: _Arguments, cwd: str, env: _Env, outputs: tuple[str, str]) -> None:
    written = [os.open(path, os.O_WRONLY | os.O_CREAT, 0o600) for path in outputs]
    _begin(arguments, cwd, env, written)
    sys.exit(main())


def _piped(arguments: _Arguments, cwd: str, env: _Env, outputs: Sequence[Connection]) -> None:
    _begin(arguments, cwd, env, [each.fileno() for each in outputs])
    program()


def _begin(arguments: _Arguments, cwd: str, env: _Env, outputs: Sequence[int]) -> None:
    for number, written in enumerate(outputs, start=1):
        os.dup2(written, number)
    for written in set(outputs):
        os.close(written)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [PROGRAM, *arguments]
    # A fork uses the fork server that it comes from, as its documentation says; Python 3.11 would begin another one.
    vars(forkserver._forkserver)["ensure_running"] = lambda: None
