"""What `conformance proxy` adds: latency and throughput beside a direct connection, in the same run.

    python -m benchmarks.sdk.proxy [--requests 3000] [--rate 500] [--seconds 10] [--connections 16]

Reads getServerInfo of the reference server. One after another: in turn directly and through the proxy. At a rate: each
request is due at its time whatever the others take, and its latency counts from then on. At once: each connection sends
the next request when it has its answer. Server, proxy and client have a process each. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.shared.measuring import program, stamp
from conformance.reference.process import READY, ReferenceProcess

_HEAD = """| | | requests | requests per second | median ms | 99 % ms |
|---|---|---|---|---|---|"""
_WARM = 200


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that is kept alive, and the request that goes over it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: bytes

    async def ask(self) -> None:
        """One request with its whole answer."""
        self.writer.write(self.request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self.reader.readexactly(int(length.partition(b":")[2]))


async def connect(url: str) -> Connection:
    """A connection to the server of a URL."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    return Connection(reader, writer, f"GET /_info HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n".encode())


@dataclass(frozen=True, slots=True)
class Measured:
    """How long requests took (seconds each), and all of them together."""

    what: str
    way: str
    took: Sequence[float]
    wall_s: float

    @property
    def median_ms(self) -> float:
        """The median in ms."""
        return statistics.median(self.took) * 1000

    @property
    def row(self) -> str:
        """A table row."""
        high = statistics.quantiles(self.took, n=100)[-1] * 1000
        figures = f"{len(self.took)} | {len(self.took) / self.wall_s:.0f} | {self.median_ms:.2f} | {high:.2f}"
        return f"| {self.what} | {self.way} | {figures} |"


async def one_by_one(ways: dict[str, str], requests: int) -> list[Measured]:
    """Requests in turn, each way having one after the other."""
    connections = {way: await connect(url) for way, url in ways.items()}
    took: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(_WARM + requests):
        for way, connection in connections.items():
            began = time.perf_counter()
            await connection.ask()
            if number >= _WARM:
                took[way].append(time.perf_counter() - began)
    return [Measured("one after another", way, seconds, sum(seconds)) for way, seconds in took.items()]


async def at_rate(way: str, url: str, rate: float, seconds: float, connections: int) -> Measured:
    """Requests at a rate, over connections that take turns."""
    opened = [await connect(url) for _ in range(connections)]
    locks = [asyncio.Lock() for _ in opened]
    took: list[float] = []
    began = time.perf_counter()

    async def ask(number: int) -> None:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        async with locks[number % connections]:
            await opened[number % connections].ask()
        took.append(time.perf_counter() - due)

    await asyncio.gather(*(ask(number) for number in range(int(rate * seconds))))
    return Measured(f"{rate:g} a second", way, took, time.perf_counter() - began)


async def at_most(way: str, url: str, seconds: float, connections: int) -> Measured:
    """As many requests as connections take one after another."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def ask() -> None:
        connection = await connect(url)
        while (began := time.perf_counter()) < end:
            await connection.ask()
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(connections)))
    return Measured(f"{connections} connections at once", way, took, time.perf_counter() - began)


@contextlib.contextmanager
def proxied(upstream: str) -> Iterator[str]:
    """The URL of a proxy in front of a server; its judging afterwards is not waited for."""
    with tempfile.TemporaryDirectory() as directory:
        command = [program("conformance"), "proxy", "--quiet", "--upstream", upstream, "--report-dir", directory]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix(READY).strip()
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()


async def measure(ways: dict[str, str], arguments: argparse.Namespace) -> None:
    """Measure everything, and print each row as it is known."""
    direct, proxy = await one_by_one(ways, arguments.requests)
    print(direct.row, proxy.row, sep="\n", flush=True)
    for way, url in ways.items():
        print((await at_rate(way, url, arguments.rate, arguments.seconds, arguments.connections)).row, flush=True)
    for way, url in ways.items():
        print((await at_most(way, url, arguments.seconds, arguments.connections)).row, flush=True)
    print(f"\nMedian added latency: {proxy.median_ms - direct.median_ms:.2f} ms.")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    with ReferenceProcess() as server, proxied(server.url) as url:
        print(_HEAD)
        asyncio.run(measure({"direct": server.url, "through the proxy": url}, arguments))
    print(stamp())


if __name__ == "__main__":
    main()
