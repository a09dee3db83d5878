"""Serving: in the foreground, and as a subprocess that ends with the process that started it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette

from conformance.reference.app import create_app
from conformance.reference.options import Noise, ServerOptions

REFERENCE = ("conformance.reference",)
"""The module that serves, and no arguments of its own."""

READY = "listening on "
"""What a server prints before its URL, once it accepts connections."""

_EXIT_TIMEOUT = 5.0
# An open wait=true must not keep a server alive that was asked to end.
_GRACE = 1
# Longer than any scenario pauses, so that a client's idle connection is not closed under its hands.
_KEEP_ALIVE = 75


class ServerDidNotStart(RuntimeError):
    """The subprocess ended, or said something else, before it listened."""

    def __init__(self, said: str) -> None:
        super().__init__(f"the reference server did not start: {said.strip() or 'it said nothing'}; check its options")


class CannotListen(RuntimeError):
    """The address is taken, or not one of this machine; ``reason`` is the system's word for it."""

    def __init__(self, options: ServerOptions, reason: str) -> None:
        self.reason = reason
        where = f"{options.host}:{options.port}"
        super().__init__(f"nothing can listen on {where}: {reason}; choose another port, or 0 for any free one")


def listen(options: ServerOptions) -> socket.socket:
    """A socket that listens where the options say. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # asyncio turns off Nagle's algorithm only for sockets that name their protocol; with it, each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise CannotListen(options, getattr(error, "strerror", None) or str(error)) from error
    return listener


class _AnnouncingServer(uvicorn.Server):
    """Prints its URL when, and not before, it accepts connections."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        application: Any = self.config.app
        application.state.server.restarts.restart()
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        sys.stdout.write(f"{READY}http://{f'[{host}]' if ':' in host else host}:{port}\n")
        sys.stdout.flush()


Make = Callable[[ServerOptions], Starlette]
"""What makes the application that is served."""


def serve(options: ServerOptions, make: Make = create_app, protocol: type[asyncio.Protocol] | None = None) -> int:
    """Serve in the foreground until interrupted; gives the exit code. ``protocol`` speaks HTTP on each connection.

    Raises UnknownFault, UnusableDatabase and CannotListen.
    """
    app = make(options)
    listener = listen(options)
    config = uvicorn.Config(
        app,
        http=protocol or "auto",
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=_KEEP_ALIVE,
        # What a gateway answers names the gateway.
        server_header=options.noise == Noise(),
        timeout_graceful_shutdown=_GRACE,
    )
    server = _AnnouncingServer(config)
    try:
        asyncio.run(server.serve(sockets=[listener]))
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


def end_with_parent() -> None:
    """End this process when its standard input closes: the pipe breaks when the parent dies, however it dies."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def arguments(options: ServerOptions) -> list[str]:
    """The command line that gives ``python -m conformance.reference`` these options."""
    given = [f"--host={options.host}", f"--port={options.port}", f"--prefix={options.prefix}", f"--seed={options.seed}"]
    given += [f"--latency={options.latency}", f"--clock-skew={options.clock_skew}"]
    given += [f"--client-id={options.client_id}", f"--client-secret={options.client_secret}"]
    given += [f"--token-lifetime={options.token_lifetime}"]
    given += [f"--fault={name}" for name in options.faults]
    given += [f"--filled={options.filled}"] if options.filled else []
    given += [f"--like={options.like}"] if options.like else []
    given += [f"--database={options.database}", f"--restart-after={options.restart_after}"]
    given += [f"--runs-per-second={options.runs_per_second}"] if options.runs_per_second else []
    given += [f"--noise={json.dumps(asdict(options.noise))}"] if options.noise != Noise() else []
    return given + ["--jitter"] * options.jitter + ["--auth"] * options.auth


class ReferenceProcess:
    """A reference server in a subprocess: enter to start it, leave to end it; ``url`` is its base URL, with prefix.

    ``root`` is a directory with another copy of the package to serve from. ``program`` is the module that serves, with
    arguments of its own ahead of those of the options. Raises ServerDidNotStart on entering.
    """

    def __init__(
        self,
        options: ServerOptions | None = None,
        root: Path | None = None,
        program: Sequence[str] = REFERENCE,
    ) -> None:
        self._options = options or ServerOptions()
        self._root = root
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", *self._program, "--end-with-parent", *arguments(self._options)]
        pipe = subprocess.PIPE
        # In a session of its own, Ctrl-C in a terminal does not end it under the hands of those who clean up.
        process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            cwd=self._root,
        )
        self._process = process
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith(READY):
            rest = process.communicate()[0] or "" if process.poll() is not None or not line else ""
            self.stop()
            raise ServerDidNotStart(line + rest)
        prefix = self._options.prefix.strip("/")
        self.url = line.removeprefix(READY).strip() + (f"/{prefix}" if prefix else "")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server, by force if it does not end by itself."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.communicate(timeout=_EXIT_TIMEOUT)  # closes its standard input, on which it ends
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
