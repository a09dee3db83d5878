"""Minimal scenarios of earlier findings, kept in a Hypothesis database and played first in later runs.

Several machines may share one: a directory, or Redis through Hypothesis' own backend.
"""

from __future__ import annotations

import contextlib
import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

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
        self._errors: tuple[type[Exception], ...] = (OSError,)
        self._database: ExampleDatabase
        if urlsplit(where).scheme not in ("redis", "rediss"):
            # Hypothesis says nothing where it cannot write.
            with self._usable():
                Path(where).mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=where).close()
            self._database = DirectoryBasedExampleDatabase(Path(where))
            return
        # Few runs need a client of Redis, and to load one takes a tenth of the time in which a run starts.
        shared = importlib.import_module("conformance.confirming.redis_database")
        self._errors += (shared.RedisError,)
        with self._usable():
            self._database = shared.connected(where)

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
        except self._errors as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DatabaseUnusable(self._where, reason.rstrip(".")) from error
