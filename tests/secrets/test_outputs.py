"""No secret is in any byte of what the suite writes, though the server repeats all of them wherever it can."""

from __future__ import annotations

import base64
import gzip
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from conformance.results.store import read_results
from conformance.wire.redaction import REDACTED
from tests.secrets.leaky import COOKIE, leaky
from tests.warm import PATIENCE, PROGRAM, environment, run

SECRET, HEADER = "marked-secret-0123456789", "marked-header-9876543210"
QUERY, USERINFO = "marked-query-1122334455", "marked-user-5544332211"


@dataclass
class Written:
    """What commands wrote: on the terminal, and in files."""

    folder: Path
    url: str
    secrets: set[str] = field(default_factory=set)
    printed: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    def run(self, name: str, *arguments: str, **more: str) -> None:
        given = {"CONFORMANCE_CLIENT_SECRET": SECRET, "CONFORMANCE_HEADER": f"X-Marked: {HEADER}", **more}
        self._keep(name, run(*arguments, cwd=self.folder, env=environment() | given))

    def crash(self, name: str, crash: str, *arguments: str) -> None:
        """Run a command in a process whose Python lets it fail as soon as it starts: see ``crashing``."""
        given = {"CONFORMANCE_CLIENT_SECRET": SECRET, "CONFORMANCE_HEADER": f"X-Marked: {HEADER}"}
        given |= {"PYTHONPATH": str(Path(__file__).with_name("crashing")), "MARKED_CRASH": crash}
        command = [PROGRAM, *arguments]
        env = environment() | given
        done = subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        self._keep(name, done)

    def _keep(self, name: str, done: subprocess.CompletedProcess[str]) -> None:
        self.printed[name] = done.stdout + done.stderr
        self.codes[name] = done.returncode

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Every output by name, decompressed where it is compressed."""
        for name, text in self.printed.items():
            yield f"terminal of {name}", text.encode()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name != "conformance.toml":
                yield str(path), path.read_bytes()
                if path.suffix == ".gz":
                    yield f"{path}, decompressed", gzip.decompress(path.read_bytes())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("outputs")
    with leaky("name-dropped", "reading-allows-writing") as (url, server):
        out = Written(folder, url)
        (folder / "conformance.toml").write_text(
            f'[targets.marked]\nurl = "{url}"\nclient-id = "conformance"\ntoken-url = "{url}/oauth/token"\n'
        )
        report = ("--report-dir", "out", "--junitxml", "pytest.xml", "--database", "kept", "--summary-file", "s.md")
        # What a secret gets into is written whatever the traffic is: the first violation ends exploring.
        out.run("run", "run", "marked", "--profile", "smoke", "-v", "-x", *report)
        finding = read_results(folder / "out").findings[0].id
        out.run("replay", "replay", finding, "marked", "--from", "out")
        out.run("config", "config", "marked", "--all")
        out.run("report", "report", "out")
        out.run("check", "check", "out", "--report-dir", "checked")
        out.run("clean", "clean", "marked")
        out.run("lost", "run", "marked", CONFORMANCE_CLIENT_SECRET=f"{SECRET}-wrong")
        out.run("userinfo", "run", f"http://{USERINFO}:{USERINFO}@127.0.0.1:1")
        out.run("document", "run", "marked", "--spec", f"http://{USERINFO}:x@127.0.0.1:1/api?token={QUERY}")
        out.run("redis", "run", "--database", f"redis://{USERINFO}:{USERINFO}@127.0.0.1:1/0")
        out.run("proxy", "run", "far.example", http_proxy="", https_proxy=f"http://{USERINFO}:{USERINFO}@127.0.0.1:1")
        out.run("header", "run", url, "--header", f"{HEADER}\n")
        out.run("token", "run", url, "--token", f"{SECRET}\u00fc")
        # What a run writes that confirms is looked at above.
        short = ("--profile", "smoke", "--read-only", "--report-dir")
        out.crash("rule", "rule", "run", "marked", *short, "crashed-rule")
        out.crash("crash", "token", "run", "marked", *short, "crashed")
        out.secrets = {SECRET, HEADER, COOKIE, QUERY, USERINFO, *server.tokens}
        yield out


def forms(secret: str) -> set[bytes]:
    """A secret as it may be written: plain, in Basic authentication, in a URL, and inside a longer base64."""
    shifted = [base64.b64encode(b"x" * shift + secret.encode()).decode()[4:-4] for shift in range(3)]
    return {each.encode() for each in (secret, quote(secret, safe=""), *shifted)}


def test_the_server_had_secrets_to_repeat(written: Written) -> None:
    assert len(written.secrets) > 7
    assert written.codes["run"] == 1, written.printed["run"]
    assert written.codes["replay"] == 1, written.printed["replay"]
    assert written.codes["config"] == 0
    assert [written.codes[name] for name in ("lost", "userinfo", "document", "redis")] == [3, 2, 2, 2]
    assert sum(1 for _ in written.everything()) > 20


def test_a_crash_of_the_suite_is_told_without_the_secrets_in_its_text(written: Written) -> None:
    errors = read_results(written.folder / "crashed-rule").errors
    assert any(f"RuntimeError: X-Marked: {REDACTED} with {{'secret': '{REDACTED}'}}" in each for each in errors), errors
    assert written.codes["rule"] != 0
    assert "the suite itself failed" in written.printed["crash"]
    assert f"of no use: {REDACTED}" in written.printed["crash"]


def test_no_secret_is_in_any_byte(written: Written) -> None:
    found = [
        f"{name}: …{data[max(0, place - 60) : place + 40]!r}"
        for name, data in written.everything()
        for secret in written.secrets
        for form in forms(secret)
        if (place := data.find(form)) >= 0
    ]
    assert found == []


def test_snippets_take_the_token_from_the_environment(written: Written) -> None:
    findings = read_results(written.folder / "out").findings
    assert findings
    for finding in findings:
        assert "$TOKEN" in (finding.curl or "")
        assert 'os.environ.get("TOKEN"' in (finding.python or "")
