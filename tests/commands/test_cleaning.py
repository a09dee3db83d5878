"""What a run that was killed has left is removed by `conformance clean`, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.reference.process import ReferenceProcess
from conformance.target.coexistence.footprint import read_journals
from tests.commands.conftest import Done, conformance
from tests.commands.test_interrupts import under_way

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
        run.kill()
        run.wait()
    return folder, before


def clean(folder: Path, url: str, *options: str) -> Done:
    return conformance("clean", url, *options, directory=folder)


def test_nothing_is_removed_that_may_be_of_a_run_under_way(killed: tuple[Path, list[list[Any]]], url: str) -> None:
    done = clean(killed[0], url, "--yes")
    assert (done.code, done.out) == (0, "Nothing of earlier runs was found.\n")


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
    assert get(url) == before


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
    assert "Removing 1 workflows" in clean(tmp_path, url, "--from", ".", "--run", "abcdefgh", "--yes").out


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--run", "x"), "--run cannot be 'x'"), (("--older-than", "1y"), "--older-than cannot be '1y'")],
)
def test_mistakes_are_told_in_a_sentence(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = clean(tmp_path, "http://localhost:1", *options)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
