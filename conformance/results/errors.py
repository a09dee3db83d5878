"""Errors about results and reports that users can cause."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from conformance.contract.errors import UserError


class ResultsUnreadable(UserError):
    """There are no results at a path, or what lies there is something else."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} holds no readable results: {reason}.",
            "Name a results.json, or the report directory of a run.",
        )


class ResultsTooNew(UserError):
    """The results were written by another major version of the schema."""

    def __init__(self, path: Path, version: str) -> None:
        super().__init__(
            f"{path} has results of schema version {version}, which this version of the suite does not read.",
            "Use the version of the suite that wrote them, or run again.",
        )


class ReportsUnwritable(UserError):
    """What a run measures can be written down no longer."""

    exit_code = 3

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"Nothing more can be written to {path}: {reason}.",
            f"Make room there, or give another --report-dir; `conformance report {path}` shows what was measured.",
        )


@contextlib.contextmanager
def written_to(directory: Path) -> Iterator[None]:
    """Turn a failure to write there, such as on a full disk, into one sentence. Raises ReportsUnwritable."""
    try:
        yield
    except OSError as error:
        raise ReportsUnwritable(directory, error.strerror or type(error).__name__) from error
