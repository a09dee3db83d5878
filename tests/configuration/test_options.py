"""Options as texts become checked settings, or one sentence on what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.campaign.conformance_run import ConformanceRun
from conformance.configuration.combinations import Contradiction, EmbeddedOnly, NeedsOption, NeedsUrl
from conformance.configuration.durations import NoDuration, seconds_of
from conformance.configuration.options import RunOptions, checked_options, run_options, target_config
from conformance.configuration.reading import BadOption
from conformance.configuration.report_paths import (
    UnwritableDirectory,
    UnwritableFile,
    default_report_dir,
    writable_directory,
)
from conformance.configuration.server_options import NoSuchFault
from conformance.configuration.sources import sources
from conformance.contract.errors import UserError
from conformance.contract.features import UnknownFeature
from conformance.target import TargetConfig
from conformance.target.config import UnreadableCertificates

URL = "http://server.example"


def values(given: dict[str, Any]) -> Any:
    return given.get


def run(**given: Any) -> RunOptions:
    return run_options(sources(values({name.replace("_", "-"): value for name, value in given.items()}), {}), {})


def target(environment: dict[str, str] | None = None, **given: Any) -> TargetConfig:
    found = sources(values({name.replace("_", "-"): value for name, value in given.items()}), environment or {})
    return target_config(found, URL)


def test_nothing_given_is_a_standard_run_of_the_embedded_server() -> None:
    options = run()
    assert options.url is None
    assert (options.settings.profile, options.settings.seed, options.settings.max_time) == ("standard", 0, None)
    assert options.settings.features == {"ledger"}
    assert options.default_dir


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("seed", "x", "a whole number, or 'random'"),
        ("seed", "-1", "a whole number, or 'random'"),
        ("profile", "big", "one of smoke, standard, thorough, soak"),
        ("max_time", "soon", "a duration such as"),
        ("max_time", "99999999h", "at most 168h"),
        ("explore_time", "soon", "a duration such as"),
        ("max_time", "-3s", "a duration such as"),
        ("max_time", "0", "a time above 0"),
        ("explore_time", "0ms", "a time above 0"),
        ("token_lifetime", "0", "a time above 0"),
        ("latency", "1 s", "a duration such as"),
        ("fail_on", "may", "one of must, should"),
        ("verbosity", "loud", "one of quiet, normal, verbose"),
    ],
)
def test_a_bad_option_of_a_run(option: str, value: Any, hint: str) -> None:
    with pytest.raises(BadOption) as told:
        run(**{option: value})
    assert hint in told.value.hint
    assert f"--{option.replace('_', '-')} cannot be" in str(told.value)


@pytest.mark.parametrize(
    ("option", "value"),
    [("header", ["no colon"]), ("header", ["bad name: x"]), ("timeout", "x"), ("timeout", "0"), ("max_rate", "nan")],
)
def test_a_bad_option_of_a_target(option: str, value: Any) -> None:
    with pytest.raises(BadOption):
        target(**{option: value})


@pytest.mark.parametrize(("option", "value"), [("timeout", "0"), ("exclude", ["nosuch"]), ("max-rate", "x")])
def test_options_about_a_target_are_checked_without_one_too(option: str, value: Any) -> None:
    with pytest.raises(BadOption, match="cannot be"):
        checked_options(sources(values({option: value}), {}))


def test_the_shares_of_a_run_have_one_seed() -> None:
    with pytest.raises(BadOption, match=r"--seed cannot be 'random'\. Give the shares of a run one number"):
        run(seed="random", shard="1/2")
    assert run(seed="random", shard="1/1").settings.seed < 10**6


def test_a_lifetime_of_tokens_that_nobody_demands_does_nothing() -> None:
    with pytest.raises(NeedsOption):
        run(token_lifetime="5s")
    assert run(token_lifetime="5s", auth=True).embedded.token_lifetime == 5


@pytest.mark.parametrize(("option", "value"), [("fault", ["cancel-ignored"]), ("latency", "400ms")])
def test_options_of_the_embedded_server_do_nothing_to_another(option: str, value: Any) -> None:
    with pytest.raises(EmbeddedOnly) as told:
        run(url=URL, **{option: value})
    assert f"--{option}" in str(told.value)
    run(**{option: value})


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("with", "triggers", "--with triggers: 'triggers' is not tested"),
        ("without", "v2", "--without v2: 'v2' is not tested"),
        ("without", "money", "--without money: 'money' is no feature"),
    ],
)
def test_a_feature_that_cannot_be_chosen(option: str, name: str, told: str) -> None:
    with pytest.raises(UnknownFeature, match=told) as raised:
        run(**{option: [name]})
    assert raised.value.hint == "Give one of ledger, auth, scopes."


def test_an_unknown_fault_is_told_with_close_names() -> None:
    with pytest.raises(NoSuchFault) as told:
        run(fault=["cancel-swalowed"])
    assert "cancel-ignored" in told.value.hint


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0.0), ("90", 90.0), ("400ms", 0.4), ("1.5s", 1.5), ("15m", 900.0), ("168h", 604800.0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("99999999h", "at most 168h"), ("604801", "at most 168h"), ("9" * 400, "a duration"), ("1w", "a duration")],
)
def test_what_no_wait_can_last_is_no_duration(text: str, wanted: str) -> None:
    with pytest.raises(NoDuration, match=wanted):
        seconds_of(text)


def test_the_environment_sets_what_was_not_given() -> None:
    environment = {"CONFORMANCE_PROFILE": "smoke", "CONFORMANCE_SEED": "7", "CONFORMANCE_FAULT": "cancel-ignored\n"}
    options = run_options(sources(values({"seed": "3"}), environment), environment)
    assert (options.settings.profile, options.settings.seed) == ("smoke", 3)
    assert options.embedded.faults == ("cancel-ignored",)
    assert target({"CONFORMANCE_HEADER": "A: 1\nB: 2"}).headers == {"A": "1", "B": "2"}
    assert (
        run_options(sources(values({}), {"CONFORMANCE_URL": URL, "CONFORMANCE_FAULT": "cancel-ignored"}), {}).url == URL
    )


def test_a_flag_of_the_environment_is_yes_or_no() -> None:
    assert target({"CONFORMANCE_INSECURE": "yes"}).insecure
    assert not target({"CONFORMANCE_INSECURE": "0"}).insecure
    with pytest.raises(BadOption, match=r"CONFORMANCE_INSECURE cannot be 'maybe'\. Give 1 or 0"):
        target({"CONFORMANCE_INSECURE": "maybe"})


def test_features_can_be_added_and_left_out() -> None:
    assert run(**{"with": ["ledger"]}).settings.features == {"ledger"}
    assert run(without=["ledger"]).settings.features == frozenset()
    with pytest.raises(BadOption, match="not with both"):
        run(without=["ledger"], **{"with": ["ledger"]})


@pytest.mark.parametrize(
    "given",
    [
        {"token": "t"},
        {"header": ["A: b"]},
        {"client-id": "c"},
        {"client-secret": "c"},
        {"token-url": URL},
        {"ca-file": "f"},
        {"insecure": True},
    ],
)
def test_how_another_server_is_reached_needs_its_url(given: dict[str, Any]) -> None:
    with pytest.raises(NeedsUrl, match=f"--{next(iter(given))} is for a server of yours, and no URL was given"):
        run(**given)
    run(url=URL, **given)
    # A token of the environment may be meant for another command.
    assert run_options(sources(values({}), {"CONFORMANCE_TOKEN": "t"}), {}).url is None


def test_strictness_about_nothing_is_refused() -> None:
    with pytest.raises(NeedsOption, match="--strict-known does nothing without --known"):
        run(strict_known=True)


def test_contradictions_about_the_target_are_refused(tmp_path: Path) -> None:
    client: dict[str, Any] = {"client_id": "a", "client_secret": "b", "token_url": URL}
    with pytest.raises(Contradiction, match="--token and --client-id contradict"):
        target(token="t", **client)
    with pytest.raises(Contradiction, match="--ca-file and --insecure"):
        target(ca_file=str(tmp_path), insecure=True)
    assert target({"CONFORMANCE_TOKEN": "t"}, **client).token is None
    assert target({"CONFORMANCE_CLIENT_ID": "a"}, token="t").client_id is None


@pytest.mark.parametrize("token", ["two\nlines", "naïve", "tab\t"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(BadOption) as told:
        target(token=token)
    assert token not in str(told.value)


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file"), ("no certificate", "it holds no PEM")])
def test_a_file_of_certificates_is_read_before_any_traffic(tmp_path: Path, content: str | None, reason: str) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UnreadableCertificates, match=reason):
        target(ca_file=str(file))


def test_a_random_seed_is_a_seed() -> None:
    assert run(seed="random").settings.seed in range(10**6)


def test_secrets_come_from_the_environment_too() -> None:
    assert target({"CONFORMANCE_TOKEN": "t"}).token == "t"
    assert target({"CONFORMANCE_TOKEN": "t"}, token="u").token == "u"
    assert target(header=["X-Team: a: b"]).headers == {"X-Team": "a: b"}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (None, "20261123T224634-reference"),
        ("https://user:secret@host.example:8443/api", "20261123T224634-host.example-8443"),
    ],
)
def test_reports_are_named_after_time_and_target(url: str | None, name: str) -> None:
    assert default_report_dir(url, datetime(2026, 11, 23, 22, 46, 34, tzinfo=UTC)) == Path("reports") / name


def test_a_directory_that_is_a_file_cannot_hold_reports(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableDirectory, match="Give another --report-dir"):
        writable_directory(tmp_path / "file")


@pytest.mark.parametrize(
    ("option", "value"),
    [("spec", "missing.yaml"), ("known", "missing.yaml"), ("against", "missing.json"), ("url", "nonsense")],
)
def test_a_session_checks_what_it_can_before_any_traffic(tmp_path: Path, option: str, value: str) -> None:
    given = {option: value if option == "url" else str(tmp_path / value)}
    with pytest.raises(UserError) as told:
        ConformanceRun.of(values(given))
    assert told.value.hint


def test_a_summary_file_that_cannot_be_written_is_told_before_any_traffic(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="Give another --summary-file"):
        ConformanceRun.of(values({"summary-file": str(tmp_path / "no" / "such.md")}))


def test_a_session_does_not_show_what_it_measured_where_pytest_shows_arguments() -> None:
    session = ConformanceRun.of(values({}))
    session.errors.append("something long" * 1000)
    assert len(repr(session)) < 200


@pytest.mark.parametrize(("size", "bytes_"), [("5", 5), ("500kB", 500_000), ("2MiB", 2_097_152), ("1000MB", 10**9)])
def test_a_size_is_read_as_it_is_written(size: str, bytes_: int) -> None:
    assert target(max_body=size).max_body == bytes_


@pytest.mark.parametrize("size", ["0", "-1", "16 MB", "16mb", "2000MB", "1e6"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(BadOption, match="--max-body") as told:
        target(max_body=size)
    assert "a size such as" in told.value.hint
