"""A standard output whose reader has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.commands.common.lost_output import ended_when_unread


def test_a_broken_pipe_is_a_signal_and_then_silence() -> None:
    reader, writer = os.pipe()
    heard_signals: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard_signals.append(number))
    stdout = sys.stdout
    try:
        with os.fdopen(writer, "w", encoding="utf-8") as pipe:
            sys.stdout = pipe
            with ended_when_unread() as output:
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


SAMPLE = str(Path(__file__).parents[2] / "reports" / "sample")
FULL = Path("/dev/full")


def ended(*arguments: str, output: int) -> tuple[int, str]:
    """The exit code of the command with an output that cannot be written, and what it complained of."""
    command = [sys.executable, "-m", "conformance", *arguments]
    done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", [("compare", SAMPLE, SAMPLE), ("requirements",)])
def test_a_reader_that_has_ended_does_not_change_an_exit_code(command: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert ended(*command, output=writer) == (0, "")
    finally:
        os.close(writer)


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [("compare", SAMPLE, SAMPLE), ("explain", "cancel.terminates"), ("--help",)])
def test_an_output_that_cannot_be_written_is_told_in_a_sentence(command: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        code, told = ended(*command, output=full.fileno())
    assert (code, told) == (3, "conformance: the output could not be written: No space left on device.\n")
