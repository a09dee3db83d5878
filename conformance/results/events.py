"""Writing the event log: the events of a run as NDJSON, written while it goes on.

Every event is flushed as it happens, so a killed run leaves all that it measured. A file without a footer was cut.
"""

from __future__ import annotations

import contextlib
import gzip
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from conformance.results.codec import header_of
from conformance.results.errors import written_to
from conformance.results.event_lines import COMPRESSED, EVENTS
from conformance.results.model import ExchangeRecord, Finding, RequirementResult, Results
from conformance.wire import exact_json


class EventLog:
    """The append-only event file of a run; every event is one flushed line. A context manager.

    Raises ReportsUnwritable where an event cannot be written, such as on a full disk.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._ended = False
        (directory / COMPRESSED).unlink(missing_ok=True)
        self._file = (directory / EVENTS).open("w", encoding="utf-8")
        # Times of one log never go back, whatever happens to the machine's clock; logs of workers still meet.
        self._epoch = time.time() - time.monotonic()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; without a footer the run counts as cut. A whole log is compressed: few ever read it."""
        with contextlib.suppress(OSError):
            # A full disk was reported when the writing failed.
            self._file.close()
        if self._ended:
            self._compress()

    def _compress(self) -> None:
        plain, partial = self._directory / EVENTS, self._directory / f"{COMPRESSED}.part"
        try:
            with plain.open("rb") as lines, gzip.open(partial, "wb", compresslevel=6) as packed:
                shutil.copyfileobj(lines, packed)
            partial.replace(self._directory / COMPRESSED)
            plain.unlink()
        except OSError:
            # On a full disk, say: the plain log tells the same, and the reports are written by now.
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def header(self, partial: Results) -> None:
        """How the run was begun. Its requirements (what is known of them at the start) become events of their own."""
        self._write("header", header_of(partial).to_json())
        for requirement in partial.requirements:
            self.requirement(requirement)

    def phase(self, name: str) -> None:
        """A new phase has begun."""
        self._write("phase", {"name": name})

    def load(self, in_flight: int, finished: int, settle_s: float) -> None:
        """Runs in flight now, runs that have left since the beginning, and the settle time in seconds."""
        self._write("load", {"in_flight": in_flight, "finished": finished, "settle_s": round(settle_s, 3)})

    def requirement(self, requirement: RequirementResult) -> None:
        """What is known of a requirement now; a later event of the same id replaces it."""
        self._write("requirement", asdict(requirement))

    def counts(self, summary: Mapping[str, Sequence[int]]) -> None:
        """Observations so far per requirement, as [upheld, violated]; a later event replaces all of it."""
        self._write("observation-summary", {key: list(value) for key, value in summary.items()})

    def exchange(self, record: ExchangeRecord, trace_id: str) -> None:
        """One exchange, and the trace it belongs to."""
        self._write("exchange", {"trace": trace_id, **asdict(record)})

    def finding(self, finding: Finding) -> None:
        """A finding; a later event of the same id replaces it (confirmed, minimised)."""
        self._write("finding", asdict(finding))

    def footer(self, results: Results) -> None:
        """The run is over: these are its results."""
        self._write("footer", results.to_json())
        self._ended = True

    def _write(self, event: str, data: object) -> None:
        at = self._epoch + time.monotonic()
        with written_to(self._directory):
            self._file.write(f'{{"event":"{event}","at":{at:.3f},"data":{exact_json.dumps(data)}}}\n')
            self._file.flush()
