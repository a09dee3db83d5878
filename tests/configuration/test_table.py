"""The table of options: each option of each command is a row, with names of its own in every place."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from conformance.cli import COMMANDS, main
from conformance.commands.common.lazy import load
from conformance.configuration.config_file import WrongConfig
from conformance.configuration.options import run_options, target_config
from conformance.configuration.reading import BadOption, read
from conformance.configuration.server_options import serve_options
from conformance.configuration.sources import Sources, sources
from conformance.configuration.table.lookup import BY_KEY, OPTIONS, options_of
from conformance.configuration.table.option import COMMAND_LINE
from conformance.target.bodies import MAX_BODY


def given_nothing(environment: dict[str, str], file: Path | None = None) -> Sources:
    return sources({"config": file}.get, environment)


@pytest.mark.parametrize("command", [each.name for each in COMMANDS])
def test_every_option_of_a_command_is_a_row(command: str) -> None:
    subcommand = next(each for each in COMMANDS if each.name == command)
    parameters = load(subcommand.module, subcommand.name).params
    flags = {flag for each in parameters if isinstance(each, click.Option) for flag in each.opts}
    rows = {flag for option in OPTIONS if command in option.commands for flag in option.flags}
    if command == "config":
        rows |= {flag for option in options_of("run", "pytest") for flag in option.flags}
    assert flags == rows


def test_every_option_has_names_of_its_own() -> None:
    variables = [option.environment for option in OPTIONS if option.environment]
    assert len(set(variables)) == len(variables)
    assert len(BY_KEY) == len(OPTIONS)
    assert all((option.settable == COMMAND_LINE) == (not option.environment) for option in OPTIONS)


def test_rows_say_all_that_their_kind_needs() -> None:
    assert all(option.kind in ("choice", "location") or not option.choices for option in OPTIONS)
    assert all(option.choices for option in OPTIONS if option.kind == "choice")
    assert all((option.kind == "number") == bool(option.unit) for option in OPTIONS)
    assert all((option.kind == "integer") == (option.lowest is not None) for option in OPTIONS)


def test_whatever_reads_the_file_may_be_told_which() -> None:
    reading = {command for option in OPTIONS if option.settable == "anywhere" for command in option.commands}
    assert reading <= BY_KEY["config"].commands


def test_config_shows_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["config", "--all"])
    rows = dict(line.split(maxsplit=1) for line in done.output.splitlines() if line.endswith(" default"))
    expected = {"seed": "0", "profile": "standard", "timeout": "10s", "max-rate": "none", "read-only": "no"}
    assert {name: rows[name].split()[0] for name in expected} == expected
    # What is shown is what counts.
    assert run_options(given_nothing({})).settings.profile == "standard"
    assert target_config(given_nothing({}), "http://h").max_body == MAX_BODY == read(lambda _: "16MiB", "max-body")


def test_one_name_with_two_meanings_has_two_keys() -> None:
    run = {"CONFORMANCE_DATABASE": "findings", "CONFORMANCE_PREFIX": "/recorded", "CONFORMANCE_SEED": "7"}
    assert serve_options(given_nothing(run)) == serve_options(given_nothing({}))
    own = {"CONFORMANCE_SERVE_DATABASE": "x.db", "CONFORMANCE_SERVE_PREFIX": "/api", "CONFORMANCE_SERVE_SEED": "3"}
    served = serve_options(given_nothing(own))
    assert (served.database, served.prefix, served.seed) == ("x.db", "/api", 3)
    assert read(given_nothing(own), "database") is None


def test_the_file_has_options_of_one_command_by_their_keys(tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    file.write_text('serve-port = 8099\nserve-jitter = true\nserve-database = "kept.db"\nsdk-seed = 4\n')
    found = given_nothing({}, file)
    served = serve_options(found)
    assert (served.port, served.jitter, served.database) == (8099, True, str(tmp_path / "kept.db"))
    assert (read(found, "sdk-seed"), read(found, "seed")) == (4, 0)


def test_what_only_the_command_line_has_is_no_key_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    file.write_text("clean-yes = true\n")
    with pytest.raises(WrongConfig, match="there is no option 'clean-yes'"):
        given_nothing({}, file)
    assert given_nothing({"CONFORMANCE_CLEAN_YES": "1"})("clean-yes") is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("serve", "--port", "65536"), "--port cannot be '65536'. Give a whole number from 0 to 65535."),
        (("serve", "--seed", "-1"), "--seed cannot be '-1'. Give a whole number from 0 on."),
        (("serve", "--clock-skew", "late"), "--clock-skew cannot be 'late'. Give a number, such as 600 or -0.5."),
        (("sdk", "--fail-on", "may", "--", "true"), "--fail-on cannot be 'may'. Give one of must, should."),
        (("run", "-n", "many"), "-n cannot be 'many'. Give a number of processes, or 'auto'."),
        (("clean", "localhost", "--from", "nowhere"), "--from cannot be 'nowhere'. Give a directory that exists."),
        (("replay", "x", "localhost", "--times", "0"), "--times cannot be '0'. Give a whole number from 1 to 50."),
    ],
)
def test_a_wrong_value_is_named_as_it_was_written(words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stderr) == (2, f"conformance: {told}\n")


def test_a_wrong_variable_of_one_command_is_named() -> None:
    done = CliRunner().invoke(main, ["serve"], env={"CONFORMANCE_SERVE_PORT": "x"})
    assert done.exit_code == 2
    assert "CONFORMANCE_SERVE_PORT cannot be 'x'" in done.stderr


def test_a_default_counts_where_nothing_is_given() -> None:
    assert read(lambda _: None, "replay-times") == 3
    with pytest.raises(BadOption, match="--times"):
        read(lambda _: "51", "replay-times")
