"""The server in a process of its own, over real connections."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import READY, ReferenceProcess, ServerDidNotStart, listen
from tests.reference.session import SOON


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceProcess() as server:
        yield server.url


def test_it_serves_below_its_prefix_until_it_is_left() -> None:
    with ReferenceProcess(ServerOptions(prefix="/api/orchestration", faults=("version-flaps",))) as server:
        versions = [httpx.get(f"{server.url}/_info").json()["version"] for _ in range(2)]
        assert versions == ["1.0.0", "0.9.0"]
        assert server.url.endswith("/api/orchestration")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/_info")


def test_it_ends_with_a_request_unanswered() -> None:
    with ReferenceProcess(ServerOptions(faults=("hang-on-empty-event",))) as server:
        host, port = server.url.removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)))
        client.sendall(b"POST /instances/x/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    with client, pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/_info")


def test_it_ends_when_its_parent_is_gone() -> None:
    """The death of a parent closes the pipe that is the child's standard input; so does this."""
    command = [sys.executable, "-m", "conformance.reference", "--end-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline().startswith(READY)
        child.stdin.close()
        assert child.wait(SOON) == 0


def test_options_it_cannot_serve_with_are_told_in_a_sentence(url: str) -> None:
    taken = int(url.rsplit(":", 1)[1])
    for options, sentence in (
        (ServerOptions(faults=("no-such",)), "there is no fault named 'no-such'"),
        (ServerOptions(port=taken), "nothing can listen on"),
    ):
        with pytest.raises(ServerDidNotStart, match=sentence) as caught, ReferenceProcess(options):
            pass
        assert "Traceback" not in str(caught.value)


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio sets TCP_NODELAY on a connection only if its listener names TCP as its protocol."""
    with listen(ServerOptions()) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("path", ["/workflows/%00", "/workflows/%ff%fe", "/workflows/..%2f..", "/instances?%ff=%00"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "HEAD", "BREW"])
def test_odd_paths_never_make_it_fail(url: str, method: str, path: str) -> None:
    assert httpx.request(method, url + path).status_code < 500


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data", "text/plain; charset=utf-16", ""])
@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b"\x00", b"{" * 50_000, b"[" * 50_000, b"9" * 200_000, b'"\\ud800"', b"1e999999999999", b"null"],
    ids=lambda body: repr(body[:8]),
)
def test_odd_bodies_never_make_it_fail(url: str, body: bytes, media_type: str) -> None:
    with httpx.Client(base_url=url, headers={"Content-Type": media_type}) as client:
        workflow = client.post("/workflows", content=b'{"stages":[]}').json()["data"]["id"]
        for path in ("/workflows", f"/workflows/{workflow}/instances", "/instances/x/events"):
            assert 400 <= client.post(path, content=body).status_code < 500


def test_a_204_has_no_body(url: str) -> None:
    with httpx.Client(base_url=url) as client:
        workflow = client.post("/workflows", json={"stages": []}).json()["data"]["id"]
        deleted = client.delete(f"/workflows/{workflow}")
        assert deleted.status_code == 204
        assert not {"content-type", "content-length"} & deleted.headers.keys()


@pytest.mark.parametrize("fault", ["cancel-drops-connection", "late-event-drops-connection"])
def test_a_dropped_connection_is_one_without_any_answer(fault: str) -> None:
    with ReferenceProcess(ServerOptions(faults=(fault,))) as server, httpx.Client(base_url=server.url) as client:
        workflow = client.post("/workflows", json={"stages": []}).json()["data"]["id"]
        run = client.post(f"/workflows/{workflow}/instances", params={"wait": "true"}).json()["data"]["id"]
        method, path = ("PUT", "abort") if fault.startswith("cancel") else ("POST", "events")
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            client.request(method, f"/instances/{run}/{path}", json={"name": "go"})
        assert client.get(f"/instances/{run}").json()["data"]["terminated"] is True
