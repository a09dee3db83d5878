"""`conformance sdk --check-driver`: does a driver keep to the protocol?"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import NoReturn

import click
from click.core import ParameterSource
from rich.markup import escape

from conformance.configuration.combinations import Contradiction
from conformance.reports.terminal import make_console
from conformance.reports.text import plural
from conformance.results.verdict import CONFORMANT, NOT_CONFORMANT
from conformance.sdk.checking.call_checks import Line, Verdict
from conformance.sdk.checking.driver_check import check_driver

_STYLES: Mapping[Verdict, str] = {"ok": "green", "wrong": "bold red", "note": "yellow"}
_OWN = frozenset({"command", "sdk_check_driver", "sdk_prefix", "config"})


def say_check(command: tuple[str, ...], prefix: str) -> NoReturn:
    """Print a line for each check, and end with exit code 1 where the protocol is broken.

    Raises Contradiction for options that would do nothing, DriverNotStarted.
    """
    _refuse_others()
    console = make_console(os.environ)
    lines: list[Line] = []

    def tell(line: Line) -> None:
        lines.append(line)
        told = f": {line.told}" if line.told else ""
        style = _STYLES[line.verdict]
        console.print(f"[{style}]{line.verdict:<5}[/] {escape(line.about + told)}", highlight=False, soft_wrap=True)

    # asyncio's messages about broken connections are left out: the case breaks them on purpose.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    asyncio.run(check_driver(command, prefix, tell))
    console.print(_conclusion(lines), highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(NOT_CONFORMANT if any(line.verdict == "wrong" for line in lines) else CONFORMANT)


def _conclusion(lines: list[Line]) -> str:
    wrong, notes = (sum(line.verdict == verdict for line in lines) for verdict in ("wrong", "note"))
    said = f"breaks the protocol in {plural(wrong, 'place')}" if wrong else "keeps to the protocol"
    cause = "the driver or its SDK may be the cause; `conformance sdk` judges the latter"
    return f"The driver {said}." + (f" {plural(notes, 'note')}: {cause}." if notes else "")


def _refuse_others() -> None:
    context = click.get_current_context()
    for parameter in context.command.params:
        name = str(parameter.name)
        if name not in _OWN and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise Contradiction("--check-driver", parameter.opts[0])
