"""Connections that end without an answer on a server that is otherwise right: no alarm."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Limits, Settings
from conformance.contract.document import load_document
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig


@dataclass(frozen=True)
class Short(Settings):
    """A run with little traffic, and enough time to confirm what it shows."""

    @property
    def budget(self) -> Limits:
        return replace(super().budget, runs=20, seconds=20.0, confirming_seconds=30.0)


@dataclass
class Gateway:
    """Forwards connections to a server, byte by byte; on the first request with ``line`` it closes some.

    ``everything``: all that are open, as a gateway does that is started anew; else only the one with the request.
    ``later_only``: each time, but never on a connection's first request, as a server that is quick to close idle ones.
    """

    server: tuple[str, int]
    line: bytes
    everything: bool
    later_only: bool = False
    struck: bool = False
    open: set[socket.socket] = field(default_factory=set)

    def accept(self, listener: socket.socket) -> None:
        """Serve until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                upstream = socket.create_connection(self.server)
                self.open.add(client)
                for source, sink in ((client, upstream), (upstream, client)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for number, data in enumerate(iter(lambda: source.recv(65536), b"")):
                due = number > 0 if self.later_only else not self.struck
                if due and data.startswith(self.line):
                    self.struck = True
                    for client in list(self.open) if self.everything else [source]:
                        _close(client)
                sink.sendall(data)
        self.open.discard(source)
        _close(source)
        _close(sink)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def behind_a_gateway(line: bytes, everything: bool, later_only: bool = False) -> Iterator[tuple[Gateway, str]]:
    with ReferenceProcess() as server, socket.create_server(("127.0.0.1", 0)) as listener:
        where = urlsplit(server.url)
        gateway = Gateway((where.hostname or "", where.port or 0), line, everything, later_only)
        threading.Thread(target=gateway.accept, args=(listener,), daemon=True).start()
        try:
            yield gateway, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("everything", [False, True])
def test_a_gateway_that_closes_connections_once_raises_no_alarm(everything: bool) -> None:
    with behind_a_gateway(b"GET /instances/", everything) as (gateway, url):
        outcome = play(RunContext(TargetConfig(url=url), load_document(), Short(profile="smoke"), Silent()))
    assert gateway.struck
    assert outcome.proofs == []
    assert not outcome.tally.errors
    failed = sum(seen["protocol"] for seen in outcome.tally.statuses.values())
    assert failed == 1 or (everything and failed > 1)
    assert everything or not outcome.tally.violated["envelope.answers"]


def test_a_server_that_closes_connections_between_exchanges_raises_no_alarm() -> None:
    with behind_a_gateway(b"PUT /instances/", everything=False, later_only=True) as (gateway, url):
        outcome = play(RunContext(TargetConfig(url=url), load_document(), Short(profile="smoke"), Silent()))
    assert gateway.struck
    assert outcome.tally.violated["envelope.answers"]
    assert [proof for proof in outcome.proofs if "envelope.answers" in proof.requirements] == []
