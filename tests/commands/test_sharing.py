"""A run that four processes share, which have nothing in common but a directory, or a Redis: it becomes one result."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from conformance.confirming.finding_store import FindingStore
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.results.event_reading import read_exchanges
from conformance.results.store import read_results
from conformance.scenarios.plan import plan
from tests.commands.conftest import Done, conformance
from tests.warm import PATIENCE, PROGRAM, drawing_itself

pytestmark = pytest.mark.system

SHARES = 4


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    program = shutil.which("redis-server")
    assert program is not None, "redis-server is needed"
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    options = ["--port", str(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        client = Redis(port=port)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                client.ping()
                break
            except RedisError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture(scope="module")
def shared(redis: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, list[int], list[str]]]:
    """Four shares at once against one server with a fault: their folder, its URL, their codes and what they said."""
    folder = tmp_path_factory.mktemp("shared")
    with ReferenceProcess(ServerOptions(faults=("name-dropped",))) as server:
        runs = []
        for number in range(SHARES):
            options = ["--profile", "smoke", "--shard", "auto", "--database", redis]
            command = [PROGRAM, "run", server.url, *options, "--report-dir", str(folder / f"share-{number}")]
            told = drawing_itself() | {"JOB_COMPLETION_INDEX": str(number), "JOB_COMPLETIONS": str(SHARES)}
            runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=told))
        said = [run.communicate(timeout=2 * PATIENCE)[0] for run in runs]
        yield folder, server.url, [run.returncode for run in runs], said


@pytest.fixture(scope="module")
def merged(
    shared: tuple[Path, str, list[int], list[str]], redis: str, tmp_path_factory: pytest.TempPathFactory
) -> Done:
    directory = tmp_path_factory.mktemp("merged")
    done = conformance("merge", str(shared[0]), "--database", redis, "--report-dir", str(directory))
    return Done(done.code, done.out, done.err, directory)


def test_a_share_ends_well_and_says_what_is_to_come(shared: tuple[Path, str, list[int], list[str]]) -> None:
    _, _, codes, said = shared
    assert codes == [0] * SHARES, said
    assert "Share 3 of 4" in said[2]
    assert "conformance merge" in said[2]


def test_no_scenario_is_played_twice_and_none_is_left_out(shared: tuple[Path, str, list[int], list[str]]) -> None:
    played: Counter[str] = Counter()
    for number in range(SHARES):
        names = {trace for trace, _, _ in read_exchanges(shared[0] / f"share-{number}")}
        assert all(name.startswith(f"{number + 1}/") for name in names)
        plain = {name.partition("/")[2].partition("~")[0] for name in names}
        # Each share looks at the target for itself, before anything and with controls.
        played.update(name for name in plain if not name.startswith(("control-", "first-look")))
    assert max(played.values()) == 1
    numbers = sorted(int(match[1]) for name in played if (match := re.match(r"s(\d+)-", name)))
    assert numbers[: len(numbers)] == sorted(set(numbers))
    assert set(numbers) >= set(range(len(plan("smoke", 0).scenarios) // 2))


def test_merging_makes_one_result_and_confirms_each_cause_once(merged: Done) -> None:
    assert merged.code == 1, merged.out + merged.err
    results = merged.results
    (finding,) = [each for each in results.findings if "workflow.create-echo" in each.requirements]
    assert finding.replays.shown == finding.replays.played > 0
    assert results.complete
    assert "shard" not in results.target
    failed = {each.id for each in results.requirements if each.outcome == "failed"}
    assert failed == set(finding.requirements)


def test_what_was_found_is_kept_for_the_next_run(merged: Done, redis: str) -> None:
    assert merged.code == 1
    assert FindingStore(redis).load()


def test_without_all_shares_the_result_is_incomplete(
    shared: tuple[Path, str, list[int], list[str]], tmp_path: Path
) -> None:
    names = [str(shared[0] / f"share-{number}") for number in (0, 1, 3)]
    known = tmp_path / "known.yaml"
    known.write_text(
        "known: [{requirement: [workflow.create-echo, workflow.create-then-get, workflow.immutable], reason: r}]"
    )
    done = conformance("merge", *names, "--report-dir", str(tmp_path), "--known", str(known))
    assert done.code == 3, done.out + done.err
    assert "Share 3 of the run is missing; no MUST" in done.out
    assert (read_results(tmp_path).verdict, read_results(tmp_path).complete) == ("incomplete", False)
