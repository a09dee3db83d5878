"""Findings kept in a directory or in Redis, for this machine or for several."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.retry import Retry

from conformance.confirming.finding_store import DatabaseUnusable, FindingStore
from conformance.scenarios import Scenario
from conformance.scenarios.scenario import model

SCENARIO = Scenario((model.Create("w1", ({"noop": {}},)), model.GetWorkflow("w1")), "kept")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis server of its own on a free port."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing; install it (Debian: apt-get install redis-server)"
    port = free_port()
    options = [f"--port {port}", "--bind 127.0.0.1", "--save ''", f"--dir {tmp_path}"]
    command = [program, *(part for option in options for part in option.replace("''", "").split(" "))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            with Redis(port=port, retry=Retry(ConstantBackoff(0.1), 100), retry_on_error=[NoConnection]) as client:
                client.ping()
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def test_a_directory_keeps_scenarios_between_runs(tmp_path: Path) -> None:
    assert FindingStore(str(tmp_path)).load() == []
    FindingStore(str(tmp_path)).save(SCENARIO)
    FindingStore(str(tmp_path)).save(SCENARIO)
    assert FindingStore(str(tmp_path)).load() == [SCENARIO]


def test_a_directory_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnusable, match=r"file/findings cannot be used: Not a directory\."):
        FindingStore(str(tmp_path / "file" / "findings"))


def test_what_another_version_kept_is_left_out(tmp_path: Path) -> None:
    store = FindingStore(str(tmp_path))
    store.save(SCENARIO)
    for kept in [path for path in tmp_path.rglob("*") if path.is_file()]:
        kept.with_name("0" * 16).write_bytes(b'{"version": 99}')
        kept.with_name("1" * 16).write_bytes(b"not JSON")
    assert store.load() == [SCENARIO]


@pytest.mark.system
def test_redis_is_shared(redis_url: str) -> None:
    FindingStore(redis_url).save(SCENARIO)
    assert FindingStore(redis_url).load() == [SCENARIO]


def test_a_client_of_redis_is_loaded_only_where_it_is_asked_for() -> None:
    told = "import conformance.campaign.conformance_run, sys; print('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, check=True).stdout == b"False\n"


def test_no_redis_is_told_in_a_sentence() -> None:
    with pytest.raises(DatabaseUnusable) as told:
        FindingStore(f"redis://127.0.0.1:{free_port()}/0")
    assert "cannot be used" in str(told.value)
    assert ".." not in str(told.value)
