"""What a script says at its end, by its last line and its exit code, and that it leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from conformance.scenarios.scenario.model import Create, Read, Run, Scenario, Send, Settle
from conformance.scenarios.snippets import Check, Part, Setting, curl, python
from conformance.scenarios.snippets.answers import UNSTEADY, shown
from conformance.scenarios.snippets.python_helpers import ANSWERS_CODE
from conformance.scenarios.snippets.shared import UNDECIDED

NOTES = {"Observed": "it has ended"}
LANGUAGES = {"curl": (curl, ["bash"]), "python": (python, [sys.executable])}


def scenario(name: str) -> Scenario:
    return Scenario((Create("w1", ({"noop": {}},), name), Run("i1", "w1"), Settle(), Send("i1", "go")), "short")


def said(
    language: str, setting: Setting, url: str, folder: Path, name: str = "verdict", *, stderr: bool = False
) -> tuple[int, str]:
    """The exit code and the last line of a script; ``stderr``: whether it has something to complain of."""
    write, command = LANGUAGES[language]
    script = folder / "script"
    script.write_text(write(scenario(name), setting))
    done = subprocess.run([*command, str(script), url], capture_output=True, text=True, timeout=60, check=False)
    assert bool(done.stderr) == stderr
    return done.returncode, done.stdout.splitlines()[-1]


def setting(*parts: Part) -> Setting:
    return Setting(settle_s=0.3, notes=NOTES, check=Check(parts, "it's \"ended\" 'now'") if parts else None)


ENDED = Part(None, Read("i1"), 200, "/data/terminated", "true")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("parts", "code", "line"),
    [
        ((ENDED,), 1, "violated: it's \"ended\" 'now'"),
        ((Part(None, Read("i1"), 200, "/data/terminated", "false"),), 0, "not violated"),
        ((Part(None, Read("i1"), 404, "/data/terminated", "true"),), 0, "not violated"),
        ((Part(1, None, 201), ENDED), 1, "violated: it's \"ended\" 'now'"),
        ((Part(1, None, 500), ENDED), 0, "not violated"),
        ((Part(1, None, 201, "/data/workflowID", '"{w1}"'),), 1, "violated: it's \"ended\" 'now'"),
        ((), 2, UNDECIDED),
        (
            (Part(9, None, 201),),
            2,
            UNDECIDED,
        ),
    ],
)
def test_a_script_says_whether_the_violation_shows_again(
    language: str, parts: tuple[Part, ...], code: int, line: str, url: str, tmp_path: Path
) -> None:
    assert said(language, setting(*parts), url, tmp_path) == (code, line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("value", "status", "code", "line"),
    [
        ("true", 201, 1, "violated: it's \"ended\" 'now'"),
        ("false", 201, 2, UNSTEADY),
        ("false", 500, 0, "not violated"),
    ],
)
def test_what_depends_on_timing_is_not_found_absent_by_itself(
    language: str, value: str, status: int, code: int, line: str, url: str, tmp_path: Path
) -> None:
    unsteady = replace(ENDED, value=value, steady=False)
    assert said(language, setting(unsteady, Part(1, None, status)), url, tmp_path) == (code, line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_cannot_tell_where_nothing_answers(language: str, tmp_path: Path) -> None:
    code, line = said(language, setting(ENDED), "http://127.0.0.1:1", tmp_path, stderr=language == "curl")
    assert (code, line) == (2, "undecided: a request that would show it was not answered")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_removes_what_it_made(language: str, url: str, tmp_path: Path) -> None:
    name = f"verdict-{uuid.uuid4()}"
    said(language, setting(ENDED), url, tmp_path, name)
    listed = httpx.get(f"{url}/workflows").json()["data"]
    assert name not in [each["config"]["name"] for each in listed]


def test_the_code_that_scripts_contain_fits_into_single_quotes_of_a_shell() -> None:
    assert "'" not in ANSWERS_CODE


@pytest.mark.parametrize(
    ("text", "pointer", "expected"),
    [
        ('{"data":{"id":"A1"}}', "/data/id", '"{w1}"'),
        ('{"data":[{"id":"B"},{"id":"A1","n":1.50}]}', "/data/{w1}/n", "1.5"),
        ('{"data":[{"id":"B"}]}', "/data/{w1}", '"(absent)"'),
        ('{"at":"2026-01-02T03:04:05.6+05:30"}', "/at", '"(moment)"'),
        ('{"x/y":[{"~":9007199254740993}]}', "/x~1y/0/~0", "9007199254740993"),
        ('{"a":null}', "/a", "null"),
        ('{"a":null}', "/b", '"(absent)"'),
        ("<html>", "/a", "(no JSON)"),
        ("[" * 100_000, "/0", "(nested too deeply)"),
    ],
)
def test_a_part_is_written_alike_in_each_play(text: str, pointer: str, expected: str) -> None:
    assert shown(text, pointer, {"w1": "A1"}) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_may_be_longer_than_an_argument(language: str, url: str, tmp_path: Path) -> None:
    assert said(language, setting(ENDED), url, tmp_path, "x" * 200_000)[0] == 1
