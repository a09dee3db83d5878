"""The hostile server: a raw socket in front of the reference server, with one behaviour, seeded.

    python -m benchmarks.hostile.server NAME [--share 0.2] [--seed 0]

It prints its URL once it listens, and ends when its standard input closes. ``--share`` is how many of the requests it
answers in its way, drawn one by one; the others are answered as the reference server answers them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
from collections.abc import Iterator

from benchmarks.hostile.behaviours import BEHAVIOURS
from benchmarks.hostile.behaviours.behaviour import Behaviour
from benchmarks.hostile.certificates import context
from benchmarks.hostile.handling import Handling, State, Upstream, read_request
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

_ENDED = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError)


class HostileServer:
    """Answers with a behaviour a ``share`` of the requests to a well-behaved server at ``upstream``."""

    def __init__(self, behaviour: Behaviour, upstream: str, share: float = 1.0, seed: int = 0) -> None:
        self._behaviour = behaviour
        self._upstream = Upstream(upstream)
        self._share = share
        self._chance = random.Random(f"{behaviour.name} {seed}")
        self._server: asyncio.Server | None = None
        self._port = 0
        self._connections: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.state = State(stop=self._stop)

    async def start(self) -> str:
        """Listen; gives the URL."""
        kind = self._behaviour.tls
        tls = context(kind) if kind not in ("", "none") else None
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self._port, ssl=tls, limit=1 << 26, reuse_address=True
        )
        self._port = self._server.sockets[0].getsockname()[1]
        scheme, host = ("https", "localhost") if kind else ("http", "127.0.0.1")
        self.state.url = f"{scheme}://{host}:{self._port}"
        return self.state.url

    async def close(self) -> None:
        """End everything."""
        await self._stop(None)
        self._upstream.close()

    async def _stop(self, back_after_s: float | None) -> None:
        """Close everything, and open again later where that is said."""
        if self._server is not None:
            self._server.close()
        mine = asyncio.current_task()
        for each in self._connections - {mine}:
            each.cancel()
        if back_after_s is not None:
            task = asyncio.create_task(self._return(back_after_s))
            self._tasks.add(task)

    async def _return(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (*_ENDED, asyncio.CancelledError):
            # asyncio complains of a connection's task that was cancelled.
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await read_request(reader)
        self.state.requests += 1
        handling = Handling(request, reader, writer, self._chance, self.state, lambda: self._upstream.answer(request))
        if self._chance.random() >= self._share:
            await handling.pass_on()
            return True
        return await self._behaviour.act(handling) is not False


@contextlib.contextmanager
def _reference() -> Iterator[str]:
    with ReferenceProcess(ServerOptions()) as server:
        yield server.url


async def _run(name: str, share: float, seed: int) -> None:
    with _reference() as upstream:
        server = HostileServer(BEHAVIOURS[name], upstream, share, seed)
        sys.stdout.write(f"listening on {await server.start()}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Serve until the standard input closes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(BEHAVIOURS))
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    asyncio.run(_run(chosen.name, chosen.share, chosen.seed))


if __name__ == "__main__":
    main()
