"""Which source of an option counts, and what is shown of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.configuration.combinations import Contradiction
from conformance.configuration.config_file import UnknownTarget
from conformance.configuration.options import run_options, target_config
from conformance.configuration.reading import BadOption
from conformance.configuration.sources import Sources, sources

FILE = """\
seed = 1
timeout = "1s"
token = "of-the-file"
database = "redis://u:hush-user@host:1/0"

[targets.staging]
url = "staging.example"
timeout = "2s"
max-rate = 5
client-id = "me"
client-secret = "hush-secret"
token-url = "https://issuer.example/token?key=hush-query"
header = ["X-Key: hush-header"]

[targets.local]
url = "localhost:8080"
insecure = true
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "conformance.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(given: dict[str, Any], environment: dict[str, str] | None = None) -> Sources:
    return sources(given.get, environment or {})


@pytest.mark.usefixtures("folder")
def test_the_command_line_comes_before_the_environment_before_the_target_before_the_file() -> None:
    environment = {"CONFORMANCE_TIMEOUT": "3s", "CONFORMANCE_MAX_RATE": "7"}
    staging = found({"url": "staging", "timeout": "4s"}, environment)
    assert [staging(name) for name in ("timeout", "max-rate", "seed", "profile")] == ["4s", "7", "1", None]
    assert staging.place("timeout") == "--timeout"
    assert staging.place("max-rate") == "CONFORMANCE_MAX_RATE"
    assert staging.place("seed") == "conformance.toml, line 1"
    assert found({"url": "staging"})("timeout") == "2s"
    assert found({})("timeout") == "1s"
    assert found({"url": "staging"}).place("timeout") == "conformance.toml, line 8"


@pytest.mark.usefixtures("folder")
def test_a_target_is_named_by_any_source() -> None:
    for each in (found({"url": "staging"}), found({}, {"CONFORMANCE_URL": "staging"})):
        assert (each.url, each.target) == ("https://staging.example", "staging")
    assert found({"url": "localhost:1"}).url == "http://localhost:1"
    assert found({}).url is None
    with pytest.raises(UnknownTarget, match=r"Did you mean staging\?"):
        found({"url": "stagin"})
    with pytest.raises(UnknownTarget, match="It has: staging, local"):
        found({"url": "qqq"})


def test_the_file_can_name_the_target_that_is_tested_by_default(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text('url = "local"\n[targets.local]\nurl = "localhost:8080"\n')
    assert found({"config": str(path)}).url == "http://localhost:8080"
    assert found({}, {"CONFORMANCE_CONFIG": str(path)}).target == "local"


@pytest.mark.usefixtures("folder")
def test_a_switch_can_be_turned_off_again() -> None:
    assert target_config(found({"url": "local"}), "http://h").insecure
    assert not target_config(found({"url": "local"}, {"CONFORMANCE_INSECURE": "0"}), "http://h").insecure


@pytest.mark.usefixtures("folder")
def test_the_strongest_source_says_how_to_be_authenticated() -> None:
    staging = target_config(found({"url": "staging"}), "https://staging.example")
    assert (staging.token, staging.client_id) == (None, "me")
    other = target_config(found({"url": "staging", "token": "t"}), "https://staging.example")
    assert (other.token, other.client_id) == ("t", None)
    with pytest.raises(Contradiction):
        target_config(found({"url": "local", "token": "t", "client-id": "me"}), "http://h")


@pytest.mark.usefixtures("folder")
def test_a_mistake_says_where_it_is() -> None:
    with pytest.raises(BadOption, match=r"CONFORMANCE_MAX_RATE cannot be 'x'"):
        found({}, {"CONFORMANCE_MAX_RATE": "x"})("max-rate")
    wrong = found({"url": "local"}, {"CONFORMANCE_REQUIRE": "nonsense"})
    with pytest.raises(BadOption, match=r"CONFORMANCE_REQUIRE: require cannot be 'nonsense'"), wrong.placing():
        run_options(wrong, {})


@pytest.mark.usefixtures("folder")
def test_config_shows_what_applies_and_from_where_without_secrets() -> None:
    done = CliRunner().invoke(main, ["config", "staging", "--seed", "9"], env={"CONFORMANCE_PROFILE": "smoke"})
    assert done.exit_code == 0, done.output
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in done.output.splitlines() if line}
    assert lines["Configuration"] == "file: conformance.toml; targets: staging, local."
    assert lines["url"] == "https://staging.example TARGET"
    assert lines["seed"] == "9 --seed"
    assert lines["profile"] == "smoke CONFORMANCE_PROFILE"
    assert lines["max-rate"] == "5 conformance.toml, line 9"
    assert lines["client-secret"] == "[redacted] conformance.toml, line 11"
    assert lines["header"] == "X-Key: [redacted] conformance.toml, line 13"
    assert "hush" not in done.output
    assert "of-the-file" not in done.output


@pytest.mark.usefixtures("folder")
def test_config_tells_mistakes_like_a_run() -> None:
    done = CliRunner().invoke(main, ["config", "nowhere"])
    assert done.exit_code == 2
    assert "neither a URL nor a target of conformance.toml" in done.output


@pytest.mark.usefixtures("folder")
def test_a_shell_completes_targets() -> None:
    line = {"COMP_WORDS": "conformance run sta", "COMP_CWORD": "2", "_CONFORMANCE_COMPLETE": "bash_complete"}
    done = CliRunner().invoke(main, [], env=line, prog_name="conformance")
    assert done.output.split() == ["plain,staging"]


def test_a_command_without_a_target_does_not_look_for_one() -> None:
    found = sources(lambda _: None, {"CONFORMANCE_URL": "nowhere"}, with_target=False)
    assert (found.url, found.target) == (None, None)
