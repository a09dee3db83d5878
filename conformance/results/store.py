"""Storing and reading results: ``results.json``, or the events of a run that was cut."""

from __future__ import annotations

from pathlib import Path

from conformance.results.codec import WrongShape, WrongVersion, decode, encode
from conformance.results.errors import ResultsTooNew, ResultsUnreadable
from conformance.results.event_lines import log_of
from conformance.results.event_reading import read_events, read_exchanges
from conformance.results.events import EventLog
from conformance.results.model import Results
from conformance.wire import exact_json

__all__ = ["EventLog", "read_events", "read_exchanges", "read_results", "write_results"]

RESULTS = "results.json"


def write_results(results: Results, directory: Path) -> Path:
    """Write ``results.json`` into a directory (made if missing); it replaces an older one whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / RESULTS
    partial = path.with_suffix(".json.part")
    partial.write_text(encode(results), encoding="utf-8")
    return partial.replace(path)


def read_results(path: Path) -> Results:
    """Results from a ``results.json``, or from a run's directory (whose events serve when the run was cut).

    Raises ResultsUnreadable and ResultsTooNew.
    """
    file = path / RESULTS if path.is_dir() else path
    if path.is_dir() and not file.exists() and log_of(path).exists():
        return read_events(path)
    try:
        return decode(exact_json.parse(file.read_bytes()).value)
    except OSError as error:
        raise ResultsUnreadable(path, error.strerror or "it cannot be read") from error
    except exact_json.NotJson as error:
        raise ResultsUnreadable(path, f"it is not JSON ({error})") from error
    except WrongVersion as error:
        raise ResultsTooNew(path, str(error)) from error
    except WrongShape as error:
        raise ResultsUnreadable(path, f"it is not a results document ({error})") from error
