"""`conformance sdk --check-driver`: what is wrong with a driver is told at the call that shows it, and never hangs."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.sdk.campaign import player
from conformance.sdk.checking import checks
from conformance.sdk.checking.call_checks import Line
from conformance.sdk.checking.driver_check import check_driver
from conformance.sdk.driver.process import DriverTimeouts
from tests.sdk.drivers import REFERENCE, program

DOCUMENTED = Path(__file__).parents[2] / "docs" / "sdk.md"
# A driver that is right, with a place for what goes wrong before and after a result, and at the end.
BODY = DOCUMENTED.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
RESULT = 'print(json.dumps({"type": "result", "id": message["id"], **call(**message)}), flush=True)'
PATIENT = DriverTimeouts(20.0, 20.0)
# No result is waited for beyond a second: a call's own time is 5 s.
HASTY = DriverTimeouts(20.0, -4.0)


_STRAY_S = player._STRAY_S


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less, each time, for what does not come: an answer, and a second result."""
    monkeypatch.setattr(checks, "_SILENCE_S", 0.2)
    monkeypatch.setattr(player, "_STRAY_S", 0.01)


def driver(result: str = RESULT, *, start: str = "", end: str = "", data: str = "") -> list[str]:
    """The documented driver with other lines in some of its places."""
    assert RESULT in BODY
    text = BODY.replace("def call(", f"{start}\ndef call(", 1)
    text = text.replace(RESULT, result.replace("\n", "\n    "))
    good = 'return {"data": value if operation'
    assert good in text
    text = text.replace(good, f"{data or 'pass'}\n    {good}")
    return [sys.executable, "-c", f"import os, time\n{text}\n{end}"]


def checked(command: list[str], timeouts: DriverTimeouts = PATIENT) -> dict[str, Line]:
    """What was told, by what it was about."""
    lines: list[Line] = []
    asyncio.run(check_driver(command, "/api/orchestration", lines.append, timeouts))
    return {line.about: line for line in lines}


def wrong(lines: dict[str, Line]) -> dict[str, str]:
    """What was told to be wrong."""
    return {about: line.told for about, line in lines.items() if line.verdict == "wrong"}


def only_for(operation: str, otherwise: str) -> str:
    """A result as ever, but for one operation."""
    return f'if message["operation"] == "{operation}":\n    {otherwise}\nelse:\n    {RESULT}'


@pytest.mark.parametrize("command", [REFERENCE, driver()], ids=["reference", "documented"])
def test_a_driver_that_is_right(command: list[str]) -> None:
    lines = checked(command)
    assert {line.verdict for line in lines.values()} == {"ok"}
    assert next(iter(lines)) == "hello"
    assert list(lines)[-2:] == ["bye", "closing"]
    assert ("5 calls at once" in lines) == (command is REFERENCE)


def test_a_crash_is_told_with_its_stderr_and_the_rest_is_checked() -> None:
    lines = checked(driver(only_for("getWorkflow", 'sys.stderr.write("no such method"); sys.exit(3)')))
    told = wrong(lines)
    assert told.keys() == {"getWorkflow", "an error"}
    assert "it ended with exit code 3" in told["getWorkflow"]
    assert "no such method" in told["getWorkflow"]
    assert lines["closing"].verdict == "ok"


def test_a_hang_is_told_with_the_time_it_took() -> None:
    told = wrong(checked(driver(only_for("cancelEvent", "time.sleep(60)")), DriverTimeouts(20.0, 1.0)))
    assert told == {"cancelEvent": "call 10 (cancelEvent) got no result within 6 s"}


def test_rubbish_is_shown() -> None:
    told = wrong(checked(driver(only_for("listWorkflows", 'print("debug: listing", flush=True)'))))
    assert told.keys() == {"listWorkflows"}
    assert "the line 'debug: listing' is not JSON" in told["listWorkflows"]


def test_a_result_of_another_call() -> None:
    other = 'print(json.dumps({"type": "result", "id": message["id"] + 1, **call(**message)}), flush=True)'
    told = wrong(checked(driver(only_for("sendEvent", other))))
    assert told.keys() == {"sendEvent", "an error of a write"}
    assert "nothing was asked under that id" in told["sendEvent"]


def test_results_out_of_order_are_of_other_calls() -> None:
    held = 'held.append({"type": "result", "id": message["id"], **call(**message)})\n'
    swap = held + "if len(held) == 2:\n    print(json.dumps(held.pop()), flush=True)"
    told = wrong(checked(driver(swap, start="held = []"), HASTY))
    assert told["getServerInfo"].startswith("call 1 (getServerInfo) got no result")


def test_a_second_result_is_told_at_its_own_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "_STRAY_S", _STRAY_S)
    twice = 'print(json.dumps({"type": "result", "id": message["id"], "data": None}), flush=True)'
    told = wrong(checked(driver(f'{RESULT}\nif message["operation"] == "runWorkflow":\n    {twice}')))
    assert told == {"runWorkflow": "a second result came for call 6, though it has one already"}


def test_a_stdout_that_is_closed() -> None:
    told = wrong(checked(driver(only_for("getInstance", "os.close(1); time.sleep(60)"))))
    assert told["getInstance"] == "its stdout was closed while calls were still to come"


def test_a_banner_before_the_hello() -> None:
    (line,) = checked(driver(start='print("Welcome to the SDK", flush=True)')).values()
    assert (line.about, line.verdict) == ("hello", "wrong")
    assert "'Welcome to the SDK' is not JSON" in line.told


def test_a_driver_that_ignores_the_base_url() -> None:
    result = RESULT.replace("**message", '**message | {"baseUrl": "http://127.0.0.1:1"}')
    told = wrong(checked(driver(result)))
    assert told["getServerInfo"].startswith("no request came to the base URL; the driver told an error (connection")


def test_another_operation_than_the_one_asked_for() -> None:
    other = RESULT.replace("**message", '**message | {"operation": "deleteWorkflow", "arguments": {"flowId": "id-1"}}')
    told = wrong(checked(driver(only_for("getWorkflow", other))))
    assert told["getWorkflow"] == "another request came: DELETE /workflows/id-1"


def test_an_error_that_is_told_as_data() -> None:
    calm = RESULT.replace("**call(**message)", '"data": call(**message).get("data")')
    told = wrong(checked(driver(calm)))
    assert told.keys() == {"an error", "an error of a write", "a closed connection", "no answer"}
    assert told["an error"] == "the server answered 404, and the driver told null: an error is due"


def test_what_may_be_the_sdk_is_a_note() -> None:
    lines = checked(driver(data='value = json.loads(answer.text or "{}", parse_int=float)'))
    assert wrong(lines) == {}
    assert lines["big numbers"].verdict == "note"
    assert "1000000000000000000000000000001 on the wire" in lines["big numbers"].told


def test_a_driver_that_stays_after_bye_or_ends_badly() -> None:
    assert "exit code 4 after bye" in wrong(checked(driver(end="sys.exit(4)")))["bye"]
    told = wrong(checked(driver(end="time.sleep(60)"), DriverTimeouts(20.0, 20.0, end=0.5)))
    assert told["bye"].startswith("it was still there")
    assert told["closing"].startswith("it was still there")


def test_after_three_broken_calls_in_a_row_the_rest_is_left_out() -> None:
    lines = checked(program("for call in calls(): sys.exit(1)"))
    assert list(lines) == ["hello", "getServerInfo", "listWorkflows", "createWorkflow", "the rest"]


def _command(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["sdk", "--check-driver", *arguments])
    return done.exit_code, done.output


def test_the_command_says_it_in_lines_and_by_its_exit_code() -> None:
    code, said = _command("--", *driver())
    assert code == 0
    assert "ok    getServerInfo\n" in said
    assert said.endswith("The driver keeps to the protocol.\n")
    code, said = _command("--", *program("sys.exit(3)", hello=False))
    assert code == 1
    assert "exit code 3" in said
    assert said.endswith("The driver breaks the protocol in 1 place.\n")
    assert _command("--", "no-such-command")[0] == 2


def test_options_that_do_nothing_are_refused() -> None:
    assert _command("-k", "error", "--", *driver()) == (
        2,
        "conformance: --check-driver and -k contradict each other. Give one of them.\n",
    )
