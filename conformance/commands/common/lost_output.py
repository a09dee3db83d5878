"""Standard output that is no longer read: the terminal was closed, or the reader of the pipe has ended.

No command dies in the middle of a line then, and its exit code stays what it says of results: where the reader of a
pipe has ended, it goes on in silence, and where nothing can be written, as on a full disk, a sentence says so at the
end. A run is ended as by a signal, so that no traffic is left behind, writes its reports, and says so.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO, cast

_LOST = 3


class LastingOutput:
    """A stream whose writes never fail. ``unread`` tells that nothing is written any more, which ``on_loss`` is told.

    ``refused`` is why it could not be written; None where that is only because its reader has ended.
    """

    def __init__(self, stream: TextIO, on_loss: Callable[[], None] = lambda: None) -> None:
        self.stream = stream
        self.unread = False
        self.refused: str | None = None
        self._on_loss = on_loss

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write a text, or nothing at all."""
        if not self.unread:
            try:
                return self.stream.write(text)
            except (OSError, ValueError) as error:
                self._lose(error)
        return len(text)

    def flush(self) -> None:
        """Flush what there is."""
        if not self.unread:
            try:
                self.stream.flush()
            except (OSError, ValueError) as error:
                self._lose(error)

    def _lose(self, error: OSError | ValueError) -> None:
        self.unread = True
        if not isinstance(error, BrokenPipeError):
            self.refused = getattr(error, "strerror", None) or str(error)
        with contextlib.suppress(OSError, ValueError):
            # What is still buffered goes nowhere, without complaint at the interpreter's end.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)
        self._on_loss()


@contextlib.contextmanager
def lasting_output() -> Iterator[None]:
    """Let no write to standard output fail. Raises SystemExit (3) at the end, if one was refused, and says why."""
    # It is None where it was closed before this program began.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    stream = LastingOutput(sys.stdout)
    try:
        with contextlib.redirect_stdout(cast(TextIO, stream)):
            yield
    finally:
        stream.flush()
        if stream.refused is not None:
            _complain(f"the output could not be written: {stream.refused}.")
            raise SystemExit(_LOST)


@contextlib.contextmanager
def ended_when_unread() -> Iterator[LastingOutput]:
    """The same for what must not go on unread: SIGTERM is raised, once, and the caller says so."""
    outer = sys.stdout
    plain = outer.stream if isinstance(outer, LastingOutput) else outer
    stream = LastingOutput(plain, lambda: signal.raise_signal(signal.SIGTERM))
    with contextlib.redirect_stdout(cast(TextIO, stream)):
        yield stream


def tell_unread(output: LastingOutput, report: object) -> None:
    """Say on standard error, if anybody reads that, why the run has ended."""
    where = f" What was measured until then is in {report}." if report is not None else ""
    refused = f"the output could not be written ({output.refused})" if output.refused else None
    _complain(f"{refused or 'nobody reads the output any more'}, so the run was ended.{where}")


def _complain(sentence: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"conformance: {sentence}\n")
        sys.stderr.flush()
