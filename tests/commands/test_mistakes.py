"""What a user can do wrong is told in one sentence with what to do, and by the exit code."""

from __future__ import annotations

import contextlib
import json
import shlex
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from conformance.cli import COMMANDS as SUBCOMMANDS
from conformance.cli import main

COMMANDS = [each.name for each in SUBCOMMANDS]


def told(*arguments: str) -> Result:
    """Run a command in this process; what it refuses, it refuses before any traffic."""
    return CliRunner().invoke(main, arguments, env={"CI": "", "NO_COLOR": "1"})


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does(command: str) -> None:
    result = told(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert len(result.output.splitlines()) > 5


def _files(directory: Path) -> dict[str, str]:
    (directory / "bad.yaml").write_text("{: bad")
    (directory / "empty.yaml").write_text("openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n")
    (directory / "page.html").write_text("<html></html>")
    (directory / "list.yaml").write_text("known:\n  - requirement: run.wait\n")
    return {path.stem: str(path) for path in directory.iterdir()} | {"missing": str(directory / "missing")}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("run nonsense", "'nonsense' is neither a URL nor the name of a target"),
        ("run ftp://x", "is not a usable URL"),
        ("run --spec {missing}", "cannot be read"),
        ("run --spec {page}", "is not an OpenAPI 3 document"),
        ("run --spec {bad}", "is neither YAML nor JSON"),
        ("run --spec {empty}", "none of the 12 operations"),
        ("run --known {bad}", "it is not YAML"),
        ("run --known {list}", "entry 1 has no reason"),
        ("run --against {missing}", "holds no readable results"),
        ("run --fault nope", "There is no fault 'nope'"),
        ("run http://h --fault cancel-ignored", "is for the embedded server"),
        ("run -k 'cancel or'", "-k cannot be 'cancel or'. Give names joined by"),
        ("run -k '(cancel'", "-k cannot be '(cancel'. Give names joined by"),
        ("run -k 'cancel event'", "-k cannot be 'cancel event'. Give names joined by"),
        ("run -m nosuch", "'nosuch' is none"),
        ("run -m histor", "'histor' is none, perhaps 'history'"),
        ("run -m 'must and'", "-m cannot be 'must and'. Give markers joined by"),
        ("run --seed x", "--seed cannot be 'x'"),
        ("run --profile big", "--profile cannot be 'big'"),
        ("run --max-time soon", "--max-time cannot be 'soon'"),
        ("run --without triggers", "--without triggers: 'triggers' is not tested"),
        ("run http://h --header nope", "--header cannot be '…'. Give it as 'Name: value'"),
        ("run http://h --client-id a", "lack client secret, token url"),
        ("run -n x", "-n cannot be 'x'"),
        ("run --token tok", "--token is for a server of yours, and no URL was given"),
        ("run -q -v", "-q and -v contradict each other"),
        ("run -v --verbosity quiet", "-v and --verbosity contradict each other"),
        ("run --strict-known", "--strict-known does nothing without --known"),
        ("run --max-time 99999999h", "at most 168h"),
        ("run http://h --token a --client-id b", "--token and --client-id contradict each other"),
        ("run https://h --ca-file {missing}", "cannot be used: No such file or directory"),
        ("run https://h --ca-file {page}", "cannot be used: it holds no PEM"),
        ("run https://h --ca-file {page} --insecure", "--ca-file and --insecure contradict each other"),
        ("check {missing} --strict-known", "--strict-known does nothing without --known"),
        ("check {missing}", "There is no recording"),
        ("check {bad}", "is not a usable HAR file"),
        ("serve --fault cancel-ignord", "Did you mean cancel-ignored"),
        ("serve --latency x", "--latency cannot be 'x'"),
        ("serve --like {missing}", "Give 'real' or a YAML file of figures"),
        ("serve --runs-per-second 3", "Give it together with --like real"),
        ("run --like real --latency 1s", "either --latency or --like"),
        ("run http://h --like real", "is for the embedded server"),
        ("serve --drop 1", "Give a share such as 5%"),
        ("serve --gateway-errors 101%", "Give a share such as 5%"),
        ("serve --stall 13s", "Give both parts, such as 13s@60s"),
        ("run http://h --drop 1%", "is for the embedded server"),
        ("explain cancel.terminate", "Did you mean cancel.terminates"),
        ("requirements --group nope", "Give one of envelope, workflows"),
        ("operations --spec {missing}", "cannot be read"),
        ("compare {missing} {missing}", "holds no readable results"),
        ("known --from {missing}", "holds no readable results"),
        ("report {missing}", "holds no readable results"),
        ("replay x http://h --from {missing}", "holds no readable results"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, arguments: str, says: str) -> None:
    result = told(*shlex.split(arguments.format(**_files(tmp_path))))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.startswith("conformance: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["run --report-dir {here}/file", "check {har} --report-dir {here}/file"])
def test_reports_that_cannot_be_written(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    har = Path(__file__).parents[1] / "recordings" / "data" / "lifecycle-v2.har"
    result = told(*command.format(here=tmp_path, har=har).split())
    assert result.exit_code == 2
    assert "Give another --report-dir." in result.stderr


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = told("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 2
    assert "The server cannot listen on 127.0.0.1" in result.stderr


@pytest.mark.parametrize("selection", [["-k", "nothing_at_all"], ["-m", "must and should"]])
def test_a_selection_that_leaves_nothing(tmp_path: Path, selection: list[str]) -> None:
    result = told("run", *selection, "--report-dir", str(tmp_path))
    assert result.exit_code == 2
    assert "leave nothing to test" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_conftest_of_the_directory_is_for_the_tests_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    monkeypatch.chdir(tmp_path)
    result = told("run", "-k", "nothing_at_all")
    assert result.exit_code == 2
    assert "leave nothing to test" in result.stderr


@contextlib.contextmanager
def stranger(status: int, kind: str, body: bytes) -> Iterator[str]:
    """The address of a server that gives every GET the same answer."""

    class Same(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Same) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
@pytest.mark.parametrize(
    ("status", "kind", "body", "scheme", "says"),
    [
        (404, "application/json", b"{}", "http", "does not speak the orchestration API"),
        (200, "text/html", b"<html></html>", "http", "does not speak the orchestration API"),
        (401, "application/json", b"{}", "http", "refuses access (status 401)"),
        (200, "application/json", b"{}", "https", "does not speak TLS: try http://127.0.0.1"),
    ],
)
def test_a_target_that_cannot_be_tested(
    tmp_path: Path, status: int, kind: str, body: bytes, scheme: str, says: str, workers: list[str]
) -> None:
    with stranger(status, kind, body) as url:
        result = told("run", url.replace("http:", f"{scheme}:"), "--report-dir", str(tmp_path / "new"), *workers)
    assert result.exit_code == 3, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output
    left = tmp_path / "new"
    results = json.loads((left / "results.json").read_text("utf-8"))
    assert says in results["target"]["untested"]
    assert {each["outcome"] for each in results["requirements"]} == {"inconclusive"}
    assert ElementTree.parse(left / "junit.xml").getroot().get("errors") == "1"
    assert "could not be tested" in (left / "report.html").read_text("utf-8")


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = told("run", f"http://127.0.0.1:{port}", "--report-dir", str(tmp_path))
    assert result.exit_code == 3, result.output
    assert "cannot be reached" in result.stderr
