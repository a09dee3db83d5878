"""A Hypothesis database in Redis, for findings that several machines share; loaded only where it is asked for."""

from __future__ import annotations

from hypothesis.database import ExampleDatabase
from hypothesis.extra.redis import RedisExampleDatabase
from redis import Redis
from redis.exceptions import RedisError

_CONNECTING_S = 5


def connected(url: str) -> ExampleDatabase:
    """The database at a ``redis:`` or ``rediss:`` URL, which has answered. Raises RedisError."""
    client = Redis.from_url(url, socket_connect_timeout=_CONNECTING_S)
    client.ping()
    return RedisExampleDatabase(client)


__all__ = ["RedisError", "connected"]
