"""The command line that repeats a run."""

from __future__ import annotations

import shlex
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.commands.clean import clean as clean_leftovers
from conformance.commands.run import run
from conformance.reports.html.page import render_html
from conformance.reports.rerun import clean_command, rerun_command
from conformance.reports.terminal import summary
from conformance.results.model import Results
from tests.reports.sample import clean, sample


def ran(configuration: dict[str, Any], **target: Any) -> Results:
    return replace(clean(), target=target, configuration=configuration, profile="smoke", seed=7, document={})


@pytest.mark.parametrize(
    ("results", "command"),
    [
        (
            ran({"max_time": Decimal("60.0")}, url="http://127.0.0.1:1", embedded=True, faults=["cancel-ignored"]),
            "conformance run --fault cancel-ignored --profile smoke --seed 7 --max-time 60s",
        ),
        (
            ran(
                {"token": "[redacted]", "headers": {"X-Key": "[redacted]"}, "timeout_s": 2.5, "insecure": True},
                url="https://h/api",
            ),
            "conformance run https://h/api --profile smoke --seed 7 --header 'X-Key: …' "
            '--token "$CONFORMANCE_TOKEN" --timeout 2.5 --insecure',
        ),
        (
            ran(
                {"client_id": "me", "client_secret": "[redacted]", "token_url": "https://h/t", "verify": "ca.pem"},
                url="u",
            ),
            "conformance run u --profile smoke --seed 7 --client-id me --token-url https://h/t "
            '--client-secret "$CONFORMANCE_CLIENT_SECRET" --ca-file ca.pem',
        ),
        (ran({}, url="a b.har", recording=True), "conformance check 'a b.har'"),
    ],
)
def test_it_repeats_the_run_without_its_secrets(results: Results, command: str) -> None:
    without = replace(results, requirements=[item for item in results.requirements if not item.feature])
    assert rerun_command(without) == command


def test_what_is_left_is_removed_with_the_journal_of_the_run() -> None:
    left = replace(ran({"run_id": "abcdefgh"}, url="http://h"), leftovers=["instance 7: curl"])
    command = "conformance clean http://h --run abcdefgh --from 'a b' --yes"
    assert clean_command(left, "a b") == command
    words = shlex.split(command)
    assert clean_leftovers.make_context("clean", words[2:]).params["clean_from"]
    assert clean_command(replace(left, leftovers=[]), "a b") is None
    # Each share bears a name of its own.
    assert clean_command(replace(left, target={**left.target, "shares": 2}), "a b") is None
    console = Console(record=True, width=40)
    summary(left, console, Path("a b/report.html"), "normal")
    assert command in console.export_text()


def test_the_command_line_understands_it() -> None:
    words = shlex.split(rerun_command(ran({"max_time": 5.0, "timeout_s": 3.0}, url="http://h", embedded=False)))
    parsed = run.make_context("run", words[2:])
    assert (parsed.params["url"], parsed.params["profile"], parsed.params["seed"]) == ("http://h", "smoke", "7")
    assert (parsed.params["max_time"], parsed.params["timeout"]) == ("5s", "3")


def test_what_a_target_calls_itself_stays_one_word() -> None:
    hostile = ran({}, url="http://h/$(reboot)'\n; rm -rf ~")
    assert shlex.split(rerun_command(hostile))[2] == "http://h/$(reboot)'\n; rm -rf ~"


def test_the_report_offers_it_to_be_copied() -> None:
    page = render_html(sample())
    assert "<h3>Run it again</h3>" in page
    assert 'aria-label="Copy Run it again"' in page
