"""Printing for people and for pipes."""

from __future__ import annotations

import os

import click
from rich.console import RenderableType

from conformance.reports.terminal import make_console

_WIDE, _READABLE = 10_000, 88


def terminal_width() -> int:
    """The columns of the terminal; for a file or another program as many as it takes."""
    console = make_console(os.environ)
    return console.width if console.is_terminal else _WIDE


def show(shown: RenderableType, *, wide: bool = False) -> None:
    """Print for people on a terminal; elsewhere without blanks that only fill lines up.

    ``wide``: what goes into a file or another program has a line for each row of a table, however long.
    """
    console = make_console(os.environ)
    if console.is_terminal:
        console.print(shown, highlight=False)
        return
    console.width = _WIDE if wide else _READABLE
    with console.capture() as captured:
        console.print(shown, highlight=False)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())
