from __future__ import annotations

import ast
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from conformance.contract.operations import encoded_segment
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Scenario, snippets
from conformance.scenarios.scenario.model import (
    MARKER,
    UNKNOWN,
    Cancel,
    Chain,
    Create,
    CreateRaw,
    Discover,
    GetWorkflow,
    ListInstances,
    Pause,
    Run,
    Send,
    SendRaw,
    Settle,
    StageConfig,
    StageHistory,
    Step,
    Together,
    Until,
    reference_to,
)
from conformance.scenarios.snippets import Setting
from conformance.scenarios.strategies import THEMES
from conformance.target.forms import Form
from tests.scenarios.drawing import drawn

ODD = 'a/"{i1}" $(ref i1)\0é'
QUOTES = """it's "quoted" $HOME `x` \\ é🚀"""


def everything(name: str) -> Scenario:
    """A scenario with every kind of step, whose instances can be told by their workflow's name."""
    waiting: tuple[StageConfig, ...] = (
        {"wait_event": {"event": QUOTES}},
        {"delay": {"until": "now+200ms@+05:30"}},
        {"noop": {}},
    )
    found = Chain((Discover("i2", "w2"), Until("i2", "waiting", 0), Send("i2", "go")))
    steps: tuple[Step, ...] = (
        Create("w1", waiting, name),
        Create("w2", ({"wait_event": {"event": "go"}},), name),
        Create("w4", ({"wait_event": {"event": "go"}},), name),
        CreateRaw(f'{{"name":"{MARKER}"'),
        Run("i1", "w1", {"x": QUOTES}),
        Until("i1", "waiting", 0),
        Together((GetWorkflow("w1"), Send("i1", QUOTES), Run("i2", "w2", wait=True), found)),
        Until("i1", "ended"),
        Run("i4", "w4", wait=True, leaves=True),
        Discover("i4", "w4"),
        Send("i4", "go"),
        Until("i4", "ended"),
        Run("i3", "w2"),
        SendRaw("i3", ""),
        Cancel("i3"),
        Settle(),
        Pause(5),
        StageHistory("i3", "x/y"),
        GetWorkflow(UNKNOWN),
        ListInstances("w2", running=True),
        ListInstances(UNKNOWN),
        GetWorkflow(reference_to(ODD)),
        ListInstances(reference_to(ODD)),
    )
    return Scenario(steps, "everything")


@pytest.fixture(scope="module")
def particular() -> Iterator[str]:
    """A server that understands requests in their plain form only."""
    faults = (
        "charsets-refused",
        "chunked-bodies-are-empty",
        "encoded-ids-are-unknown",
        "white-space-before-json-refused",
    )
    with ReferenceProcess(ServerOptions(faults=faults)) as server:
        yield server.url


def played(command: list[str], url: str) -> str:
    done = subprocess.run([*command, url], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def instances(url: str, name: str) -> list[tuple[int, bool]]:
    """Stages and whether there is an error, of every instance whose workflow has a name."""
    listed = httpx.get(f"{url}/instances").json()["data"]
    whole = [httpx.get(f"{url}/instances/{entry['id']}").json()["data"] for entry in listed]
    mine = [entry for entry in whole if entry["workflow"]["config"]["name"] == name]
    assert all(entry["terminated"] for entry in mine)
    return sorted((len(entry["status"]), bool(entry.get("error"))) for entry in mine)


@pytest.mark.parametrize("language", ["curl", "python"])
def test_a_script_really_replays_the_scenario(language: str, url: str, tmp_path: Path) -> None:
    name = f"snippet-{uuid.uuid4()}"
    write, runner = (snippets.curl, ["bash"]) if language == "curl" else (snippets.python, [sys.executable])
    script = tmp_path / "replay"
    script.write_text(write(everything(name), Setting("http://127.0.0.1:1", settle_s=0.3)))
    said = played([*runner, str(script)], url)
    assert instances(url, name) == [(1, False), (1, False), (1, True), (3, False)]
    statuses = [line.split(" -> ")[1].split(" ")[0] for line in said.splitlines() if " -> " in line]
    assert statuses.count("201") == 6
    assert statuses.count("204") == 4
    assert statuses.count("400") == 2
    assert statuses.count("404") == 3
    assert f"GET /workflows/{encoded_segment(ODD)} -> 404" in said
    assert f"GET /instances?workflowID={encoded_segment(ODD)} -> 200" in said


@pytest.mark.parametrize(
    ("form", "status"), [("charset", "415"), ("chunked", "400"), ("encoded", "404"), ("spaced", "400")]
)
@pytest.mark.parametrize(("write", "runner"), [(snippets.curl, "bash"), (snippets.python, sys.executable)])
def test_scripts_write_requests_in_the_forms_of_the_scenario(
    write: Callable[..., str], runner: str, form: Form, status: str, particular: str, tmp_path: Path
) -> None:
    """Each form is one that a server with the four faults does not understand."""
    steps = (Create("w1", ({"noop": {}},)), GetWorkflow("w1"), Run("i1", "w1"))
    script = tmp_path / "replay"
    script.write_text(write(Scenario(steps, forms=(form,)), Setting(settle_s=0.1)))
    assert f" -> {status} " in played([runner, str(script)], particular)
    script.write_text(write(Scenario(steps), Setting(settle_s=0.1)))
    assert f" -> {status} " not in played([runner, str(script)], particular)


@pytest.mark.parametrize("write", [snippets.curl, snippets.python])
def test_scripts_say_what_they_accept(write: Callable[..., str]) -> None:
    steps = (Create("w1", ()),)
    told = "application/json;q=0.9, text/plain;q=0.5, */*;q=0.1"
    assert write(Scenario(steps, forms=("accepting",))).count(told) == 2  # What the form is stands in the heading, too.
    assert told not in write(Scenario(steps))


@pytest.mark.parametrize("theme", THEMES)
def test_scripts_of_every_theme_are_well_formed(theme: str) -> None:
    for scenario in drawn(theme)[-2:]:
        ast.parse(snippets.python(scenario))
        shell = snippets.curl(scenario)
        checked = subprocess.run(["bash", "-n"], input=shell, capture_output=True, text=True, check=False)
        assert checked.stderr == ""


def test_a_script_can_be_run_against_another_server_than_its_own() -> None:
    scenario = Scenario((Create("w1", ()),))
    assert 'BASE="${1:-http://host:1/api}"' in snippets.curl(scenario, Setting("http://host:1/api/"))
    assert "else 'http://host:1/api'" in snippets.python(scenario, Setting("http://host:1/api/"))


def test_a_script_has_no_helper_and_no_setting_that_its_steps_do_not_use() -> None:
    short = Scenario((Create("w1", ({"noop": {}},)), Run("i1", "w1")), "short")
    for text in (snippets.curl(short), snippets.python(short)):
        assert not any(name in text for name in ("until", "discover", "together", "fill", "LIMIT", "uuid", "threading"))
    whole = everything("x")
    for text in (snippets.curl(whole), snippets.python(whole)):
        assert all(name in text for name in ("until", "discover", "fill", "LIMIT", "uuid"))


@pytest.mark.parametrize("write", [snippets.curl, snippets.python])
def test_what_was_observed_is_told_at_the_top_and_cannot_leave_its_comment(write: Callable[..., str]) -> None:
    hostile = 'a\nimport evil\r\u2028rm -rf "$HOME" \ud800 \'\'\' """ ' + "x" * 2000
    text = write(Scenario((Create("w1", ()),), "short"), Setting(notes={"Observed": hostile}))
    head = [line for line in text.splitlines() if "evil" in line]
    assert len(head) == 1
    assert head[0].startswith("# Observed: a import evil")
    assert len(head[0]) < 500
    assert text.encode()


def test_scripts_send_a_token_from_the_environment() -> None:
    for text in (snippets.curl(everything("x")), snippets.python(everything("x"))):
        assert "authorization" in text
        assert "TOKEN" in text
