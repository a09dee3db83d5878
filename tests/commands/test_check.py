"""`conformance check`: what a recording says, and how little it may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conformance.cli import main
from conformance.results.store import read_results

INFO = {"version": "1.0"}


def _entry(url: str, answer: Any = None, second: int = 0, **content: Any) -> dict[str, Any]:
    text = {} if answer is None else {"text": json.dumps(answer)}
    headers = [{"name": "content-type", "value": "application/json"}]
    return {
        "startedDateTime": f"2026-11-23T22:46:{second:02d}.000Z",
        "time": 3,
        "request": {"method": "GET", "url": url, "headers": []},
        "response": {"status": 200, "headers": headers, "content": {"size": 2, **text, **content}},
    }


def _check(tmp_path: Path, entries: list[Any], *options: str) -> Result:
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return CliRunner().invoke(main, ["check", str(path), "--report-dir", str(tmp_path / "out"), *options])


def test_another_api_says_what_was_found_and_asks_for_the_prefix(tmp_path: Path) -> None:
    urls = ["http://x/pets/1", "http://x/pets/2", "http://x/gate/workflows-of-old"]
    done = _check(tmp_path, [_entry(url, {}, number) for number, url in enumerate(urls)])
    assert done.exit_code == 3
    told = " ".join(done.output.split())
    assert "0 of 3 exchanges are of this API; paths seen: /pets/1, /pets/2, /gate/workflows-of-old" in told
    assert "did you mean --prefix /gate?" in told
    assert read_results(tmp_path / "out").verdict == "incomplete"


def test_a_recording_without_bodies_says_so(tmp_path: Path) -> None:
    done = _check(tmp_path, [_entry("http://x/_info"), _entry("http://x/workflows", second=1)])
    assert done.exit_code == 3
    assert "bodies are missing from 2 of 2 answers: record with content" in " ".join(done.output.split())


def test_a_recording_that_exercises_little_says_how_much(tmp_path: Path) -> None:
    done = _check(tmp_path, [_entry("http://x/_info", INFO)])
    assert done.exit_code == 0
    told = " ".join(done.output.split())
    assert "Operations seen: 1 of 12 (not listWorkflows, createWorkflow" in told
    assert "Not exercised: " in told
    assert "cancelling 8" in told


@pytest.mark.parametrize(("name", "code"), [("info.version", 0), ("cancelling", 3), ("event.once", 3)])
def test_what_is_required_must_have_been_judged(tmp_path: Path, name: str, code: int) -> None:
    done = _check(tmp_path, [_entry("http://x/_info", INFO)], "--require", name)
    assert done.exit_code == code
    assert ("equired, and not judged" in " ".join(done.output.split())) is (code == 3)


def test_an_unknown_requirement_is_a_mistake(tmp_path: Path) -> None:
    done = _check(tmp_path, [_entry("http://x/_info", INFO)], "--require", "cancel.all")
    assert done.exit_code == 2
    assert "cancel.all" in done.output


def test_several_files_are_judged_together_and_quietly(tmp_path: Path) -> None:
    other = tmp_path / "b.har"
    broken = _entry("http://x/_info", {"version": ""})
    other.write_text(json.dumps({"log": {"version": "1.2", "entries": [broken]}}), encoding="utf-8")
    done = _check(tmp_path, [_entry("http://x/_info", INFO)], str(other), "-q")
    assert done.exit_code == 1
    assert "Operations seen" not in done.output
    results = read_results(tmp_path / "out")
    assert results.counts["traces"] == 2
    assert [each.requirement for each in results.findings] == ["info.version"]
