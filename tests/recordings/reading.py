"""Recordings as the tests read them."""

from __future__ import annotations

from pathlib import Path

from conformance.trace import Trace
from conformance.trace.har import read_recordings


def read_har(path: Path) -> Trace:
    """The one recording in a file."""
    return read_recordings([path])[0]
