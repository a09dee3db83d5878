"""What is computed in other processes."""

from __future__ import annotations

import os

import pytest

from conformance.contract.document import load_document
from conformance.judging.pool import Bench


def killed_unless_in(parent: int) -> str:
    if os.getpid() != parent:
        os._exit(1)
    return "done"


def impossible() -> None:
    raise ValueError("no")


def test_work_is_done_in_another_process() -> None:
    with Bench(load_document()) as bench:
        assert bench.compute(os.getpid).result() != os.getpid()


def test_work_whose_process_is_lost_is_done_here() -> None:
    with Bench(load_document()) as bench:
        assert bench.compute(killed_unless_in, os.getpid()).result() == "done"


def test_an_error_of_the_work_is_handed_on() -> None:
    with Bench(load_document()) as bench, pytest.raises(ValueError, match="no"):
        bench.compute(impossible).result()


def test_what_nobody_waits_for_any_more_is_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with Bench(load_document()) as bench:
        future = bench.compute(os.getpid)
        future.cancel()
    assert future.cancelled()
    assert caplog.records == []
