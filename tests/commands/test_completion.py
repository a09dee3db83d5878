"""What a shell is offered, by click's own mechanism."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from conformance.cli import main


def offered(shell: str, *words: str) -> str:
    """What the completion of a shell prints for a command line whose last word is begun."""
    environment = {"_CONFORMANCE_COMPLETE": f"{shell}_complete", "COMP_WORDS": " ".join(["conformance", *words])}
    environment["COMP_CWORD"] = words[-1] if shell == "fish" else str(len(words))
    return CliRunner().invoke(main, env=environment, prog_name="conformance").output


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("expl",), "explain"),
        (("explain", "cancel.term"), "cancel.terminates"),
        (("run", "--profile", "sm"), "smoke"),
        (("run", "--fault", "cancel-ig"), "cancel-ignored"),
        (("serve", "--fault", "cancel-ig"), "cancel-ignored"),
        (("run", "--without", "l"), "ledger"),
        (("requirements", "--group", "canc"), "cancelling"),
        (("requirements", "--group", "cl"), "client"),
        (("explain", "sdk-answer.int"), "sdk-answer.integers"),
        (("run", "--require", "ev"), "events"),
        (("run", "--require", "event.m"), "event.matching"),
        (("proxy", "--require", "client.bo"), "client.body"),
        (("run", "--runs-p"), "--runs-per-second"),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_names_are_completed(shell: str, words: tuple[str, ...], name: str) -> None:
    assert name in offered(shell, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--without", "tr"),
        ("run", "--with", "v2"),
        ("run", "--require", "client"),
        ("proxy", "--require", "sdk"),
    ],
)
def test_what_would_be_refused_is_not_offered(words: tuple[str, ...]) -> None:
    assert not offered("bash", *words).strip()


def test_fish_is_offered_the_same() -> None:
    assert "cancel.terminates" in offered("fish", "explain", "cancel.term")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    told = CliRunner().invoke(main, env={"_CONFORMANCE_COMPLETE": f"{shell}_source"}, prog_name="conformance").output
    assert "_CONFORMANCE_COMPLETE" in told
