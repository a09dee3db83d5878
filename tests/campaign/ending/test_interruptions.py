"""Signals around a run: noted, told once, and put off; but not the second Ctrl-C."""

from __future__ import annotations

import signal

import pytest

from conformance.campaign.ending.interruptions import Interruptions


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_noted(number: signal.Signals) -> None:
    told: list[str] = []
    before = signal.getsignal(number)
    with Interruptions(lambda: told.append("told")) as stop:
        assert not stop()
        signal.raise_signal(number)
        assert stop()
        signal.raise_signal(signal.SIGTERM)
    assert told == ["told"]
    assert signal.getsignal(number) is before


def test_a_second_one_is_put_off_no_longer() -> None:
    with Interruptions(lambda: None) as stop:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert stop()
