"""What a run that was killed has left is removed by `conformance clean`, and nothing else."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target.coexistence.footprint import read_journals
from conformance.target.coexistence.identity import marked
from tests.campaign.visited import visited
from tests.commands.conftest import Done, conformance
from tests.commands.test_interrupts import under_way

_ENOUGH = 3
"""Workflows: the deletion of one or two may be under way when a run is stopped."""
STRANGERS = {"name": "of others", "stages": [{"wait_event": {"event": "go"}}]}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceProcess() as server:
        yield server.url


def get(url: str) -> list[list[Any]]:
    workflows = httpx.get(f"{url}/workflows").json()["data"]
    return [workflows, httpx.get(f"{url}/instances?running=true").json()["data"]]


@pytest.fixture(scope="module")
def killed(url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Any]]]:
    """The folder below which a run left its reports when it was killed, and what others had made before."""
    made = httpx.post(f"{url}/workflows", json=STRANGERS).json()["data"]
    httpx.post(f"{url}/workflows/{made['id']}/instances", json={})
    before = get(url)
    folder = tmp_path_factory.mktemp("killed")
    with under_way(url, folder / "reports" / "one") as run:
        # While it stands still, nothing of what its journal tells is removed any more.
        while _stopped(run, folder / "reports" / "one") < _ENOUGH:
            run.send_signal(signal.SIGCONT)
            time.sleep(0.02)
        run.kill()
        run.wait()
    return folder, before


def _stopped(run: subprocess.Popen[str], directory: Path) -> int:
    """How many workflows the journal of a run tells of, which stands still from now on."""
    assert run.poll() is None, run.communicate()
    run.send_signal(signal.SIGSTOP)
    return sum(made.kind == "workflow" for journal in read_journals(directory) for made in journal.left)


def clean(folder: Path, url: str, *options: str) -> Done:
    return conformance("clean", url, *options, directory=folder)


def test_nothing_is_removed_that_may_be_of_a_run_under_way(killed: tuple[Path, list[list[Any]]], url: str) -> None:
    done = clean(killed[0], url, "--yes")
    nothing, alone = done.out.splitlines()
    assert (done.code, nothing) == (0, "Nothing of earlier runs older than 1h was found.")
    assert re.fullmatch(r"Left alone, since younger than 1h: [1-9].*; see --older-than and --run\.", alone)


def test_it_says_first_what_it_would_remove(killed: tuple[Path, list[list[Any]]], url: str) -> None:
    folder, before = killed
    now = get(url)
    assert len(now[0]) > len(before[0])
    done = clean(folder, url, "--older-than", "0s")
    assert done.code == 0
    assert "Nothing was removed; --yes removes them." in done.out
    assert get(url) == now
    assert "Nothing of earlier runs was found." in clean(folder, url, "--run", "abcdefgh").out


def test_then_it_removes_that_and_nothing_else(killed: tuple[Path, list[list[Any]]], url: str) -> None:
    folder, before = killed
    (journal,) = read_journals(folder / "reports" / "one")
    assert journal.left
    done = clean(folder, url, "--run", journal.run, "--yes")
    assert done.code == 0, done.out + done.err
    assert re.search(r"^Removed: [1-9][^S]*\.$", done.out, re.MULTILINE)
    # A creation whose answer had not come yet is told by its name alone, which a few have to go without.
    now = [
        [each for each in listed if each in first or not _nameless(each)]
        for listed, first in zip(get(url), before, strict=True)
    ]
    assert now == before


def _nameless(record: dict[str, Any]) -> bool:
    name: str = (record.get("config") or record["workflow"]["config"]).get("name", "")
    return marked(name, "abcdefgh") == name


def test_an_id_that_others_were_given_since_is_left_alone(url: str, tmp_path: Path) -> None:
    other = httpx.post(f"{url}/workflows", json=STRANGERS).json()["data"]
    lines = [
        {"url": url, "run": "abcdefgh"},
        {"made": "workflow", "id": other["id"], "created": "2020-01-01T00:00:00Z"},
    ]
    (tmp_path / "made.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "Nothing of earlier runs was found." in clean(tmp_path, url, "--from", ".", "--run", "abcdefgh", "--yes").out
    lines[1]["created"] = other["createdAt"]
    (tmp_path / "made.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "Removed: 1 workflow.\n" in clean(tmp_path, url, "--from", ".", "--run", "abcdefgh", "--yes").out


@pytest.mark.parametrize(("faults", "code"), [((), 0), (("cancel-ignored",), 3)])
def test_what_is_still_there_is_told(
    faults: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of what no list shows in the run's name, too: its journal is in the folder that the run's hint names."""
    monkeypatch.setattr("conformance.commands.clean.LONGEST_END_S", 0.5)
    with visited(ServerOptions(faults=faults)) as host:
        made = host.post("/workflows", {**STRANGERS, "name": "null"})
        run = host.post(f"/workflows/{made['id']}/instances", {})
        lines = [
            {"url": host.url, "run": "abcdefgh"},
            {"made": "instance", "id": run["id"], "workflow": made["id"], "created": run["createdAt"]},
        ]
        (tmp_path / "made.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
        options = ["clean", host.url, "--run", "abcdefgh", "--from", str(tmp_path), "--yes"]
        done = CliRunner().invoke(main, options)
        assert done.exit_code == code, done.output
        gone, still = ("nothing", " Still there: 1 instance:") if code else ("1 instance", "")
        assert f"Removed: {gone}.{still}\n" in done.output
        assert (f"not removed: instance {run['id']}: curl" in done.output) == bool(code)
        assert len(host.running) == bool(code)


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--run", "x"), "--run cannot be 'x'"), (("--older-than", "1y"), "--older-than cannot be '1y'")],
)
def test_mistakes_are_told_in_a_sentence(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = clean(tmp_path, "http://localhost:1", *options)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
