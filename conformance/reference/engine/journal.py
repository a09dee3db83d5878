"""The change log on disk, so that a server which starts again knows what it had acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from conformance.reference.engine.log import Change
from conformance.reference.wire.exact_json import read, write

_TABLE = """
CREATE TABLE IF NOT EXISTS changes
(number INTEGER PRIMARY KEY, at INTEGER, kind TEXT, subject TEXT, stage INTEGER, data BLOB, visible BLOB)
"""


class UnusableDatabase(RuntimeError):
    """The file cannot be opened, or is no database of this server."""

    def __init__(self, path: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{path} cannot be used as a database: {reason}; name a file that can be written, or a new one"
        )


class Journal:
    """Changes in a SQLite file, in the order of writing; ``path`` "" is a file of SQLite's own that nobody else sees.

    A change is committed before ``write`` returns: it outlives the process, though not a power cut. Raises
    UnusableDatabase.
    """

    def __init__(self, path: str = "") -> None:
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(_TABLE)
        except sqlite3.Error as error:
            raise UnusableDatabase(path, str(error)) from error

    def write(self, change: Change) -> None:
        """Append a change."""
        row = (change.at, change.kind, change.subject, change.stage, write(dict(change.data)))
        self._connection.execute(
            "INSERT INTO changes (at, kind, subject, stage, data, visible) VALUES (?, ?, ?, ?, ?, ?)",
            (*row, write(dict(change.visible))),
        )

    def read(self) -> Iterator[Change]:
        """Every change that was written."""
        rows = self._connection.execute("SELECT at, kind, subject, stage, data, visible FROM changes ORDER BY number")
        for at, kind, subject, stage, data, visible in rows:
            yield Change(at, kind, subject, stage, read(data), read(visible))
