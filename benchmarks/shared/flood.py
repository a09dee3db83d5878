"""A bare httpx loop: create, run, read, list, delete, as fast as the server answers. The second client of a load test.

    python -m benchmarks.shared.flood URL [--exchanges N] [--clients 8]

Prints how many requests were answered; without ``--exchanges`` it goes on until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator

import httpx

_CONFIG = {"name": "flood", "stages": [{"noop": {}}]}


async def _rounds(client: httpx.AsyncClient) -> AsyncIterator[httpx.Response]:
    """One timeline after another."""
    while True:
        created = await client.post("/workflows", json=_CONFIG)
        yield created
        workflow = created.json()["data"]["id"]
        started = await client.post(f"/workflows/{workflow}/instances")
        yield started
        instance = started.json()["data"]["id"]
        for path in (f"/workflows/{workflow}", f"/instances/{instance}", f"/instances/{instance}/history"):
            yield await client.get(path)
        yield await client.get("/instances", params={"workflowID": workflow})
        yield await client.delete(f"/workflows/{workflow}")


async def _client(url: str, exchanges: int | None) -> int:
    done = 0
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        async for _ in _rounds(client):
            done += 1
            if done == exchanges:
                break
    return done


async def flood(url: str, exchanges: int | None, clients: int = 8) -> int:
    """Send (about) so many requests, endlessly for None, and give how many were answered."""
    share = None if exchanges is None else max(1, exchanges // clients)
    return sum(await asyncio.gather(*(_client(url, share) for _ in range(clients))))


def main() -> None:
    """Hammer and print the count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--exchanges", type=int)
    parser.add_argument("--clients", type=int, default=8)
    chosen = parser.parse_args()
    print(asyncio.run(flood(chosen.url, chosen.exchanges, chosen.clients)))


if __name__ == "__main__":
    main()
