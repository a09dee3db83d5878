"""Whatever a driver does: a clear word about it, and never a hang."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Coroutine

import anyio
import pytest

from conformance.sdk.driver.errors import DriverNotStarted, NoHello, ProtocolBroken
from conformance.sdk.driver.process import Driver, DriverTimeouts
from conformance.sdk.driver.protocol import Call, Result
from tests.sdk.drivers import program

QUICK = DriverTimeouts(hello=20.0, result=20.0)
INFO = Call("getServerInfo")
IDLE = program("for call in calls(): pass")


def ask(command: list[str], *calls: Call, timeouts: DriverTimeouts = QUICK) -> tuple[list[Result], str | None]:
    async def asked() -> tuple[list[Result], str | None]:
        async with Driver(command, timeouts) as driver:
            return [await driver.call(call, "http://127.0.0.1:1") for call in calls], await driver.end()

    return asyncio.run(asked())


def broken(body: str, *calls: Call, timeouts: DriverTimeouts = QUICK) -> str:
    with pytest.raises(ProtocolBroken) as raised:
        ask(program(body), *(calls or (INFO,)), timeouts=timeouts)
    return raised.value.observed


def test_a_result_reaches_its_call_with_numbers_of_any_size() -> None:
    echo = 'for call in calls(): say(type="result", id=call["id"], data=call["arguments"])'
    body = {"a": 10**40}
    (result,), wrong = ask(program(echo), Call("createWorkflow", {"body": body}))
    assert result.data == {"body": body}
    assert wrong is None


def test_an_error_is_read_with_its_parts() -> None:
    refuse = """
        for call in calls():
            say(type="result", id=call["id"], error={"kind": "http", "status": 404, "errorCode": "NOT_FOUND"})
    """
    (result,), _ = ask(program(refuse), INFO)
    assert result.error is not None
    assert (result.error.kind, result.error.status, result.error.code) == ("http", 404, "NOT_FOUND")


def test_results_may_come_in_another_order_than_calls_that_run_at_once() -> None:
    backwards = """
        found = []
        for call in calls():
            found.append(call)
            if len(found) == 2:
                for each in reversed(found):
                    say(type="result", id=each["id"], data=each["arguments"])
    """

    async def both() -> list[Result]:
        async with Driver(program(backwards), QUICK) as driver:
            calls = [Call("getInstance", {"instanceID": name}) for name in "ab"]
            return await asyncio.gather(*(driver.call(call, "http://127.0.0.1:1") for call in calls))

    assert [result.data for result in asyncio.run(both())] == [{"instanceID": "a"}, {"instanceID": "b"}]


def test_a_command_that_is_none() -> None:
    with pytest.raises(DriverNotStarted, match="there is no such command"):
        ask(["no-such-command"])


def test_a_driver_that_ends_at_once_is_told_with_its_stderr() -> None:
    with pytest.raises(NoHello, match=r"exit code 3.*no SDK here"):
        ask(program("print('no SDK here', file=sys.stderr); sys.exit(3)", hello=False))


def test_a_driver_that_says_nothing() -> None:
    with pytest.raises(NoHello, match="it said nothing for"):
        ask(program("time.sleep(60)", hello=False), timeouts=DriverTimeouts(hello=0.2))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("starting", "not JSON"),
        ('{"type":"hello","protocol":2,"sdk":"x"}', "it speaks version 2 of the protocol, and this suite version 1"),
        ('{"type":"hello","protocol":1}', 'not valid: "sdk" is a required property'),
        ('{"type":"hello","protocol":1,"sdk":7}', 'not valid: at /sdk, 7 is not of type "string"'),
        ("{}", "a hello was due"),
    ],
)
def test_a_hello_that_is_none(line: str, said: str) -> None:
    with pytest.raises(NoHello, match=said):
        ask(program(f"print({line!r}, flush=True); time.sleep(60)", hello=False))


def test_a_crash() -> None:
    assert broken("for call in calls(): sys.exit(7)") == "it ended with exit code 7 while calls were still to come"


def test_a_hang() -> None:
    said = broken(
        "for call in calls(): time.sleep(60)", Call("getServerInfo", timeout=0.1), timeouts=DriverTimeouts(20, 0.1)
    )
    assert said == "call 1 (getServerInfo) got no result within 0.2 s"


def test_rubbish() -> None:
    assert "is not JSON" in broken("for call in calls(): print('debug: calling', flush=True)")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "is not valid: it has neither data nor error; a result has data for a success, or else error"),
        ("data=1, error={'kind': 'other'}", "is not valid: it has both data and error; "),
        ("error={}", 'is not valid: at /error, "kind" is a required property'),
    ],
)
def test_a_result_that_is_not_valid(given: str, said: str) -> None:
    assert said in broken(f'for call in calls(): say(type="result", id=call["id"], {given})')


def test_a_result_for_another_call() -> None:
    said = broken('for call in calls(): say(type="result", id=99, data=None)')
    assert said == "a result came for call 99, though nothing was asked under that id"


def test_a_second_result() -> None:
    twice = """
        for call in calls():
            say(type="result", id=call["id"], data=None)
            say(type="result", id=1, data=None)
    """
    assert broken(twice, INFO, INFO) == "a second result came for call 1, though it has one already"


def test_a_closed_stdout() -> None:
    said = broken("for call in calls():\n    os.close(1)\n    time.sleep(60)")
    assert said == "its stdout was closed while calls were still to come"


def test_an_end_that_is_none() -> None:
    echo = 'for call in calls(): say(type="result", id=call["id"], data=None)\nsys.exit(4)'
    assert ask(program(echo), INFO)[1] == "it ended with exit code 4 after bye"


async def _cancelled() -> None:
    with anyio.CancelScope() as scope:
        async with Driver(IDLE, QUICK):
            scope.cancel()
            await anyio.sleep(60)


async def _with_a_heir() -> None:
    """What the driver has started, in a group of its own, still holds its pipes."""
    heir = "import subprocess; subprocess.Popen(['sleep', '20'], start_new_session=True)\n"
    async with Driver(program(f"{heir}for call in calls(): pass"), DriverTimeouts(end=0.5)):
        pass


@pytest.mark.parametrize("used", [_cancelled, _with_a_heir])
def test_nothing_of_a_driver_outlives_the_loop(
    used: Callable[[], Coroutine[None, None, None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: told.append(raised.exc_value))
    asyncio.run(used())
    for thread in threading.enumerate():
        if thread.name.startswith("asyncio-waitpid"):
            thread.join()  # it holds what it waits for
    gc.collect()
    assert not told
