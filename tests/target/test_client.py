from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from conformance.target import Recorder, Sender, Target, TargetConfig
from conformance.target.authentication.presenting import Presented
from conformance.target.forms import Form
from conformance.trace import Exchange
from tests.target.server import Answer, RawServer, always, answer, never, serving

Play = Callable[[Sender, RawServer], Awaitable[Any]]


def play(give: Answer, script: Play, prefix: str = "", **settings: Any) -> tuple[list[Exchange], RawServer, Target]:
    async def run() -> tuple[list[Exchange], RawServer, Target]:
        async with serving(give) as server, Target(TargetConfig(url=server.url + prefix, **settings)) as target:
            recorder = Recorder()
            client = target.client(recorder, "a")
            try:
                await script(client, server)
            finally:
                await client.aclose()
            return list(recorder.exchanges()), server, target

    return asyncio.run(run())


@pytest.mark.parametrize(
    "path", ["/workflows/../x", "/workflows//", "/workflows/a%2Fb%00", "/instances/.", "/instances/%2E%2E/history"]
)
def test_a_path_reaches_the_wire_as_given(path: str) -> None:
    exchanges, server, _ = play(always(answer()), lambda client, _: client.request("GET", path), "/api")
    assert server.lines == [f"GET /api{path} HTTP/1.1"]
    assert exchanges[0].request.path == path
    assert exchanges[0].request.url == f"{server.url}/api{path}"


def test_what_no_request_line_can_hold_is_escaped() -> None:
    _, server, _ = play(always(answer()), lambda client, _: client.request("GET", "/workflows/ä b?#\ud800"))
    assert server.lines == ["GET /workflows/%C3%A4%20b%3F%23%ED%A0%80 HTTP/1.1"]


def test_an_exchange_tells_all() -> None:
    exchanges, server, target = play(
        always(answer("{}", "404 Not Found"), answer('{"data": 1}', "201 Created")),
        lambda client, _: client.request(
            "POST", "/workflows/w%201/instances", query=[("wait", "true")], body=b"{}", step=7, expected_wait_s=1.5
        ),
    )
    exchange = exchanges[0]
    # Nobody else's workflow is run: whether there is one of that id is asked before.
    assert server.lines == ["GET /workflows/w%201 HTTP/1.1", "POST /workflows/w%201/instances?wait=true HTTP/1.1"]
    assert (exchange.operation, dict(exchange.params)) == ("runWorkflow", {"workflowID": "w 1"})
    assert (exchange.client, exchange.step, exchange.index) == ("a", 7, 0)
    assert (exchange.timeout, exchange.expected_wait) == (11_500_000_000, 1_500_000_000)
    assert exchange.data == 1
    assert exchange.sent < exchange.received
    assert ("content-type", "application/json") in exchange.request.headers
    assert (target.runs, target.exchanges) == (1, 2)


def written(form: Form, status: str = "201 Created") -> tuple[Exchange, str]:
    """The exchange of a creation in a form, and its head as it came over the wire."""
    exchanges, server, _ = play(
        always(answer("{}", status)),
        lambda client, _: client.request("POST", "/workflows", query=[("a-b", "c-d")], body=b"{}", forms=[form]),
    )
    return exchanges[0], server.heads[0].lower()


def test_a_request_is_written_in_its_form() -> None:
    assert "content-type: application/json; charset=utf-8\r\n" in written("charset")[1]
    assert written("encoded")[1].startswith("post /workflows?a%2db=c%2dd http/1.1")
    assert "accept: application/json;q=0.9, text/plain;q=0.5, */*;q=0.1\r\n" in written("accepting")[1]
    assert "content-length: 4\r\n" in written("spaced")[1]
    head = written("chunked")[1]
    assert "transfer-encoding: chunked" in head
    assert "content-length" not in head


def test_the_record_has_the_form_too() -> None:
    assert written("charset")[0].request.header("content-type") == "application/json; charset=utf-8"
    assert written("encoded")[0].request.url.endswith("/workflows?a%2Db=c%2Dd")
    assert written("chunked")[0].request.body == b"{}"


def test_a_server_that_wants_the_length_of_a_body_has_said_nothing_of_the_operation() -> None:
    assert written("chunked", "411 Length Required")[0].failed_by("aborted")
    assert written("charset", "411 Length Required")[0].status == 411


@pytest.mark.parametrize(
    ("give", "kind"),
    [(never, "timeout"), (always(b""), "protocol"), (always(b"SSH-2.0\r\n\r\n"), "protocol")],
    ids=["hangs", "closes", "speaks something else"],
)
def test_a_failure_is_recorded_not_raised(give: Answer, kind: str) -> None:
    # What is asked next, to find out whether anything is answered, has the target's own time.
    exchanges, _, _ = play(give, lambda client, _: client.request("GET", "/_info", timeout_s=0.2), timeout_s=0.5)
    assert exchanges[0].failure is not None
    assert exchanges[0].failure.kind == kind


def test_an_illegal_header_is_no_refused_connection() -> None:
    exchanges, server, _ = play(
        always(answer()), lambda client, _: client.request("GET", "/_info", headers=[("x", "a\nb")])
    )
    assert exchanges[0].failure is not None
    assert exchanges[0].failure.kind == "protocol"
    assert not any("a\nb" in head for head in server.heads)


def test_a_closed_port_refuses() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))

        async def run() -> Exchange:
            async with Target(TargetConfig(url=f"http://127.0.0.1:{held.getsockname()[1]}")) as target:
                return await target.client(Recorder()).warm()

        exchange = asyncio.run(run())
    assert exchange.failure is not None
    assert exchange.failure.kind == "refused"


def test_cancelling_leaves_an_aborted_exchange() -> None:
    async def script(client: Sender, server: RawServer) -> None:
        task = asyncio.create_task(client.request("GET", "/_info"))
        await server.seen.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    exchanges, _, _ = play(never, script)
    assert exchanges[0].failure is not None
    assert exchanges[0].failure.kind == "aborted"


def test_configured_headers_go_out_but_are_not_recorded() -> None:
    exchanges, server, _ = play(
        always(answer()),
        lambda client, _: client.request("GET", "/_info"),
        token="t0ken",
        headers={"X-Key": "secret"},
    )
    assert "authorization: Bearer t0ken" in server.heads[0]
    assert "X-Key: secret" in server.heads[0]
    shown = dict(exchanges[0].request.headers)
    assert shown.pop("traceparent")
    assert shown == {"authorization": "Bearer [redacted]", "X-Key": "[redacted]"}


def test_credentials_can_be_left_out_or_replaced() -> None:
    async def script(client: Sender, _: RawServer) -> None:
        await client.request("GET", "/_info", refused=Presented("absent"))
        await client.request("GET", "/_info", headers=[("Authorization", "Bearer wrong")])

    exchanges, server, _ = play(always(answer()), script, token="t0ken")
    assert "t0ken" not in "".join(server.heads)
    assert exchanges[1].request.headers[1:] == (("Authorization", "Bearer wrong"),)


def test_redirects_are_not_followed() -> None:
    exchanges, server, _ = play(
        always(answer("", "307 Temporary Redirect", "location: /elsewhere\r\n")),
        lambda client, _: client.request("GET", "/_info"),
    )
    assert exchanges[0].status == 307
    assert len(server.heads) == 1


def test_the_limit_of_concurrency_holds() -> None:
    async def script(client: Sender, server: RawServer) -> None:
        tasks = [asyncio.create_task(client.request("GET", "/_info")) for _ in range(6)]
        await asyncio.gather(*tasks)

    under_way: list[int] = []

    async def give(server: RawServer) -> bytes:
        under_way.append(1)
        most.append(len(under_way))
        await asyncio.sleep(0)
        under_way.pop()
        return answer()

    most: list[int] = []
    exchanges, _, _ = play(give, script, concurrency=2)
    assert len(exchanges) == 6
    assert max(most) <= 2


def test_a_rate_spaces_requests() -> None:
    async def script(client: Sender, _: RawServer) -> None:
        await asyncio.gather(*(client.request("GET", "/_info") for _ in range(5)))

    began = time.monotonic_ns()
    exchanges, _, _ = play(always(answer()), script, max_rate=100.0)
    # Not from the first one's sending: a busy machine may send that one late, but none before its turn.
    assert exchanges[-1].sent - began >= 39_000_000


def busy(seconds: int) -> bytes:
    return answer("{}", "503 Service Unavailable", f"retry-after: {seconds}\r\n")


def test_after_retry_after_the_request_is_sent_again_once_the_time_is_over() -> None:
    async def script(client: Sender, _: RawServer) -> None:
        assert (await client.request("POST", "/workflows", body=b"{}", step=3)).status == 200

    exchanges, server, _ = play(always(busy(1), answer()), script)
    assert [exchange.response and exchange.response.status for exchange in exchanges] == [503, 200]
    assert [exchange.step for exchange in exchanges] == [3, 3]
    assert server.lines[0] == server.lines[1]
    assert exchanges[1].sent - exchanges[0].received >= 990_000_000


def test_who_always_says_wait_is_not_asked_for_ever() -> None:
    exchanges, _, _ = play(always(busy(0)), lambda client, _: client.request("GET", "/_info"))
    assert {exchange.response and exchange.response.status for exchange in exchanges} == {503}
    assert len(exchanges) == 5


def lost(status: str = "502 Bad Gateway") -> bytes:
    return answer("<html>", status)


def test_a_read_whose_answer_was_lost_is_sent_again_once_something_else_is_answered() -> None:
    async def script(client: Sender, _: RawServer) -> None:
        assert (await client.request("GET", "/workflows", step=3)).status == 200

    exchanges, _, _ = play(always(lost(), answer(), lost(), answer(), answer()), script)
    sent = [(exchange.request.path, exchange.answered, exchange.step) for exchange in exchanges]
    again, other = ("/workflows", False, 3), ("/_info", True, None)
    assert sent == [again, other, again, other, ("/workflows", True, 3)]


def test_a_read_that_is_always_lost_is_sent_a_few_times() -> None:
    async def give(server: RawServer) -> bytes:
        return answer() if "/_info" in server.heads[-1] else lost()

    exchanges, _, _ = play(give, lambda client, _: client.request("GET", "/workflows"))
    assert [exchange.request.path for exchange in exchanges].count("/workflows") == 4


def test_where_nothing_is_answered_a_read_is_not_sent_again() -> None:
    exchanges, _, _ = play(always(lost()), lambda client, _: client.request("GET", "/workflows"))
    assert [exchange.request.path for exchange in exchanges] == ["/workflows", "/_info"]


@pytest.mark.parametrize(("repeat", "times"), [(False, 1), (True, 2)])
def test_a_write_is_sent_again_only_when_it_may_be(repeat: bool, times: int) -> None:
    async def script(client: Sender, _: RawServer) -> None:
        await client.request("POST", "/workflows", body=b"{}", repeat=repeat)

    exchanges, _, _ = play(always(lost("504 Gateway Timeout"), answer(), answer()), script)
    assert [exchange.request.method for exchange in exchanges].count("POST") == times
