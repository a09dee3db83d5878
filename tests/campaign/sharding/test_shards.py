"""What a share of a run leaves for merging, and what is no share."""

from __future__ import annotations

import gzip
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.campaign.concluding import RunOutcome
from conformance.campaign.restricting import is_mine
from conformance.campaign.sharding.shards import (
    SHARD,
    Shard,
    UnusableShards,
    missing_of,
    read_shards,
    shard_from,
    targets_of,
    write_shard,
)
from conformance.campaign.trace_judging import judge_across
from conformance.configuration.options import RunOptions
from conformance.configuration.settings import Settings
from conformance.contract.scenes import load_scenes
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.reference.options import ServerOptions
from conformance.scenarios.strategies import THEMES
from tests.rules.build import TraceBuilder
from tests.rules.scenes import played
from tests.rules.timelines import started, wait_for


@cache
def judge() -> Judge:
    return Judge()


def tally_of(*builders: TraceBuilder) -> Tally:
    tally = Tally()
    for t in builders:
        trace = t.trace()
        tally.add(trace, judge().judge(trace))
    return tally


def share(number: int, of: int = 4, url: str | None = "http://server", tally: Tally | None = None) -> Shard:
    outcome = RunOutcome(tally if tally is not None else tally_of(started(wait_for("go"))[0]))
    settings = Settings(seed=7, profile="smoke", shard=(number, of))
    options = RunOptions(url, settings, Path(), ServerOptions(faults=("name-dropped",)))
    return shard_from(options, "digest", None, outcome, 12.0)


def left(folder: Path, *shards: Shard) -> Path:
    for each in shards:
        directory = folder / str(each.number)
        directory.mkdir(parents=True, exist_ok=True)
        write_shard(each, directory)
    return folder


def test_what_is_written_is_read(tmp_path: Path) -> None:
    first, third = read_shards([left(tmp_path, share(2), share(0))])
    assert (first.number, third.number, first.of) == (0, 2, 4)
    assert first.outcome.tally.exchanges == share(0).outcome.tally.exchanges > 0
    assert first.outcome.tally.upheld
    assert first.server.faults == ("name-dropped",)
    assert missing_of([first, third]) == [2, 4]


def test_violations_of_every_scene_are_read_as_they_were_written(tmp_path: Path) -> None:
    endings = (scene for scenes in load_scenes().values() for scene in scenes)
    tally = tally_of(*(played(scene.steps, scene.violated) for scene in endings))
    (found,) = read_shards([left(tmp_path, share(0, tally=tally))])
    assert found.outcome.tally.violated == tally.violated
    assert found.outcome.tally.sightings == tally.sightings
    assert len(tally.sightings) > 60


@pytest.mark.parametrize(
    ("shards", "reason"),
    [
        (lambda: [share(0), share(1, of=3)], "not all have the same number of shares"),
        (lambda: [share(0), replace(share(1), document="other")], "not all have the same API document"),
        (lambda: [share(0), replace(share(1), suite="0.0.1")], "not all have the same version of the suite"),
        (
            lambda: [share(0), replace(share(1), settings=share(1).settings | {"seed": 8})],
            "not all have the same --seed",
        ),
    ],
)
def test_shares_of_different_runs_are_not_merged(
    shards: Callable[[], list[Shard]], reason: str, tmp_path: Path
) -> None:
    folder = left(tmp_path, *shards())
    with pytest.raises(UnusableShards, match=reason):
        read_shards([folder])


def test_a_share_counts_once(tmp_path: Path) -> None:
    folder = left(tmp_path, share(0), share(1))
    with pytest.raises(UnusableShards, match="share 2 is there more than once"):
        read_shards([folder, folder / "1"])


class _Malicious:
    def __reduce__(self) -> Any:
        return (os.system, ("true",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish",
        gzip.compress(b"rubbish"),
        gzip.compress(pickle.dumps({"number": 0})),
        gzip.compress(pickle.dumps([1])),
        gzip.compress(pickle.dumps(_Malicious())),
        gzip.compress(pickle.dumps(Path)),
    ],
    ids=["empty", "rubbish", "packed rubbish", "a part", "something else", "malicious", "a class of others"],
)
def test_what_is_no_share_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / SHARD).write_bytes(content)
    with pytest.raises(UnusableShards, match=r"no share of a run|cannot be read"):
        read_shards([tmp_path])


def test_an_empty_directory_holds_no_share(tmp_path: Path) -> None:
    with pytest.raises(UnusableShards, match="holds no share"):
        read_shards([tmp_path])


def test_servers_are_judged_apart() -> None:
    """Two servers that count may give the same id; one may not."""
    twice = [tally_of(started(wait_for("go"))[0]) for _ in range(2)]
    for number, tally in enumerate(twice):
        (trace,) = tally.reduced
        later = tuple(replace(each, received=each.received + number) for each in trace.exchanges)
        tally.reduced[:] = [replace(trace, id=f"{number}/{trace.id}", exchanges=later)]
    one = targets_of([share(0, tally=twice[0]), share(1, tally=twice[1])])
    assert [len(group) for group in one] == [2]
    apart = targets_of([share(0, url="http://a", tally=twice[0]), share(1, url="http://b", tally=twice[1])])
    assert [len(group) for group in apart] == [1, 1]
    embedded = targets_of([share(0, url=None), share(1, url=None)])
    assert [len(group) for group in embedded] == [1, 1]
    together = Tally()
    for tally in twice:
        together.merge(tally)
    judge_across(together)
    assert together.violated["run.created"] + together.violated["workflow.create-echo"] > 0
    judge_across(twice[0])
    assert twice[0].violated["run.created"] + twice[0].violated["workflow.create-echo"] == 0


@pytest.mark.parametrize("of", [1, 2, 4, 7])
def test_every_theme_that_is_lacking_is_played_by_just_one(of: int) -> None:
    for name in THEMES:
        assert sum(is_mine(name, (which, of)) for which in range(of)) == 1
