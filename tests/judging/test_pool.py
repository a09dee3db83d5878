"""What is computed in other processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.contract.document import load_document
from conformance.judging.judging import Judge
from conformance.judging.pool import JudgePool
from tests.rules.build import TraceBuilder


def killed_unless_in(parent: int) -> str:
    if os.getpid() != parent:
        os._exit(1)
    return "done"


def impossible() -> None:
    raise ValueError("no")


def test_work_is_done_in_another_process() -> None:
    with JudgePool(load_document()) as judge_pool:
        assert judge_pool.compute(os.getpid).result() != os.getpid()


prepared: list[int] = []


def prepare() -> None:
    prepared.append(os.getpid())


def prepared_here() -> list[int]:
    return [each for each in prepared if each == os.getpid()]


def test_what_prepares_the_work_is_called_before_it_in_its_process() -> None:
    with JudgePool(load_document()) as judge_pool:
        (process,) = judge_pool.compute(prepared_here, prepare=prepare).result()
    assert process != os.getpid()
    assert prepared == []


def test_the_process_that_judges_loads_no_hypothesis() -> None:
    told = "import conformance.judging.pool, sys; print('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, check=True).stdout == b"False\n"


def test_work_whose_process_is_lost_is_done_here() -> None:
    with JudgePool(load_document()) as judge_pool:
        assert judge_pool.compute(killed_unless_in, os.getpid()).result() == "done"


def test_traces_are_judged_by_the_document_of_the_run_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judge, "judge", lambda *_: pytest.fail("judged in this process"))
    document = load_document()
    info = {**document.schemas["ServerInfo"], "required": ["version", "licence"]}
    schemas = {**document.schemas, "ServerInfo": info}
    raw = {**document.raw, "components": {**document.raw["components"], "schemas": schemas}}
    t = TraceBuilder()
    t.info()
    with JudgePool(replace(document, raw=raw)) as judge_pool:
        judgement = asyncio.run(judge_pool.judge(t.trace()))
    assert list(judgement.violations) == ["envelope.schema"]


def test_an_error_of_the_work_is_handed_on() -> None:
    with JudgePool(load_document()) as judge_pool, pytest.raises(ValueError, match="no"):
        judge_pool.compute(impossible).result()


def come(path: Path) -> None:
    """Return once there is a file."""
    while not path.exists():
        time.sleep(0.01)


def test_what_nobody_waits_for_any_more_is_told_to_nobody(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with JudgePool(load_document()) as judge_pool:
        future = judge_pool.compute(come, tmp_path / "file")
        assert future.cancel()
        (tmp_path / "file").touch()
    assert caplog.records == []
