"""Standard output that is no longer read: the terminal was closed, or the reader of the pipe has ended.

A run must not die in the middle of a line of progress then, with its traffic left behind: it is ended as by a signal,
writes its reports, and says so on standard error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast


class LastingOutput:
    """A stream whose writes never fail. ``unread`` tells that it is not; SIGTERM is raised, once, then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.unread = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text, or nothing at all."""
        if not self.unread:
            try:
                return self._stream.write(text)
            except (OSError, ValueError):
                self._lose()
        return len(text)

    def flush(self) -> None:
        """Flush what there is."""
        if not self.unread:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._lose()

    def _lose(self) -> None:
        self.unread = True
        with contextlib.suppress(OSError, ValueError):
            # What is still buffered goes nowhere, without complaint at the interpreter's end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        signal.raise_signal(signal.SIGTERM)


@contextlib.contextmanager
def lasting_output() -> Iterator[LastingOutput]:
    """Let standard output be one that never fails, as long as this is entered."""
    stream = LastingOutput(sys.stdout)
    with contextlib.redirect_stdout(cast(TextIO, stream)):
        yield stream


def tell_unread(report: object) -> None:
    """Say on standard error, if anybody reads that, why the run has ended."""
    with contextlib.suppress(OSError, ValueError):
        where = f" What was measured until then is in {report}." if report is not None else ""
        sys.stderr.write(f"conformance: nobody reads the output any more, so the run was ended.{where}\n")
        sys.stderr.flush()
