"""The `conformance` command."""

from __future__ import annotations

import os

import click
from platformdirs import user_cache_path

from conformance import __version__
from conformance.commands.catalogue import explain, operations, requirements
from conformance.commands.comparing import compare, known
from conformance.commands.helping import TellingGroup
from conformance.commands.judging import check, report
from conformance.commands.replaying import replay
from conformance.commands.run import run
from conformance.commands.serve import serve


@click.group(cls=TellingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="conformance")
def main() -> None:
    """Is this workflow-orchestration server conformant? Contract tests, lifecycle exploration, and reports."""
    # Hypothesis keeps tables of Unicode, in the current directory unless told otherwise: that one is the user's.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(user_cache_path("orchestration-conformance")))


for command in (run, check, replay, report, compare, known, explain, requirements, operations, serve):
    main.add_command(command)
