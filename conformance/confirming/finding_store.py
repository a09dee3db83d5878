"""Minimal scenarios of earlier findings, kept in a Hypothesis database and played first in later runs.

Several machines may share one: a directory, or Redis through Hypothesis' own backend.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from hypothesis.extra.redis import RedisExampleDatabase
from redis import Redis
from redis.exceptions import RedisError

from conformance.contract.errors import UserError
from conformance.scenarios import Scenario, UnreadableScenario, from_json, to_json
from conformance.wire import exact_json
from conformance.wire.redaction import mask_url

_KEY = b"orchestration-conformance/findings/1"
# Old findings must not use up the budget of a run.
_MOST = 40


class DatabaseUnusable(UserError):
    """The database of findings cannot be reached."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            f"The database {mask_url(where)} cannot be used: {reason}.", "Give a directory, or redis://host:port/0."
        )


class FindingStore:
    """Scenarios of findings, in a directory or a Redis. Raises DatabaseUnusable."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._database = self._open(where)

    @staticmethod
    def _open(where: str) -> ExampleDatabase:
        if urlsplit(where).scheme not in ("redis", "rediss"):
            return DirectoryBasedExampleDatabase(Path(where))
        client = Redis.from_url(where, socket_connect_timeout=5)
        try:
            client.ping()
        except RedisError as error:
            raise DatabaseUnusable(where, str(error).rstrip(".")) from error
        return RedisExampleDatabase(client)

    def load(self) -> list[Scenario]:
        """The scenarios kept by earlier runs, in a fixed order; those of an unknown version are left out.

        Raises DatabaseUnusable, as ``save`` does.
        """
        found = []
        with self._usable():
            kept = sorted(self._database.fetch(_KEY))
        for value in kept[:_MOST]:
            try:
                found.append(from_json(exact_json.parse(value).value))
            except (UnreadableScenario, exact_json.NotJson):
                continue
        return found

    def save(self, scenario: Scenario) -> None:
        """Keep a scenario."""
        with self._usable():
            self._database.save(_KEY, exact_json.encode(to_json(scenario)))

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            raise DatabaseUnusable(self._where, str(error).rstrip(".")) from error
