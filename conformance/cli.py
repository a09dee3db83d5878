"""The `conformance` command: its subcommands by name, each loaded when it is called."""

from __future__ import annotations

import os

import click
from platformdirs import user_cache_path

from conformance import __version__
from conformance.commands.common.lazy import LazyGroup, Subcommand

COMMANDS = (
    Subcommand("run", "conformance.commands.run", "Test a server."),
    Subcommand("check", "conformance.commands.check", "Judge recorded traffic."),
    Subcommand("replay", "conformance.commands.replay", "Play a finding again."),
    Subcommand("report", "conformance.commands.results.report", "Make a run's reports again, also if it was killed."),
    Subcommand("merge", "conformance.commands.results.merge", "Make one result of the shares of a run."),
    Subcommand("compare", "conformance.commands.results.compare", "Compare runs: what is new, fixed, changed."),
    Subcommand("history", "conformance.commands.results.history", "Show many nights on one page."),
    Subcommand("known", "conformance.commands.results.known", "Write a first file of known deviations."),
    Subcommand("clean", "conformance.commands.clean", "Remove what killed runs have left on a server."),
    Subcommand("explain", "conformance.commands.catalogue", "Tell what a requirement means."),
    Subcommand("requirements", "conformance.commands.catalogue", "List what is tested."),
    Subcommand("config", "conformance.commands.config", "Show which options apply, and where they come from."),
    Subcommand("operations", "conformance.commands.operations", "List the operations that a document offers."),
    Subcommand("serve", "conformance.commands.serve", "Run the reference server."),
    Subcommand("proxy", "conformance.commands.clients.proxy", "Judge a client and a server by what goes between them."),
    Subcommand("sdk", "conformance.commands.clients.sdk", "Judge an SDK through a driver."),
)


@click.group(cls=LazyGroup, subcommands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="conformance")
def main() -> None:
    """Is this workflow-orchestration server conformant? Contract tests, lifecycle exploration, and reports."""
    # Looking for pydantic's plugins reads the metadata of every installed package, and none is used here.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    # Hypothesis keeps tables of Unicode, in the current directory unless told otherwise: that one is the user's.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(user_cache_path("orchestration-conformance")))
