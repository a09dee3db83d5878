"""A standard output whose reader has ended."""

from __future__ import annotations

import os
import signal
import sys

from conformance.commands.common.lost_output import lasting_output


def test_a_broken_pipe_is_a_signal_and_then_silence() -> None:
    reader, writer = os.pipe()
    heard_signals: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard_signals.append(number))
    stdout = sys.stdout
    try:
        with os.fdopen(writer, "w", encoding="utf-8") as pipe:
            sys.stdout = pipe
            with lasting_output() as output:
                sys.stdout.write("read")
                sys.stdout.flush()
                assert not output.unread
                os.close(reader)
                for _ in range(3):
                    sys.stdout.write("not read")
                    sys.stdout.flush()
                assert output.unread
                assert sys.stdout.isatty() is False
    finally:
        sys.stdout = stdout
        signal.signal(signal.SIGTERM, before)
    assert heard_signals == [signal.SIGTERM]
