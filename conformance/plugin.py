"""The pytest plugin: its options, and nothing else until the suite is asked for.

It is loaded into every pytest run of an environment, so it stays light: what does the work is
`conformance.suite.runtime`, imported when the suite's modules are among the arguments.
"""

from __future__ import annotations

from typing import Any

import pytest

from conformance.configuration.table.lookup import BY_KEY, options_of

SUITE = "conformance.suite"

MARKERS = (
    "must: requirements without which the API is unusable or misleading",
    "should: requirements that a careful server meets",
    "operation: one operation and one kind of property",
    "conformance_requirement: every item that stands for a requirement",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every option as --conformance-NAME, and as conformance_NAME in an ini file."""
    group = parser.getgroup("conformance", "conformance of a workflow-orchestration server")
    for option in options_of("pytest"):
        name = f"--conformance-{option.name}"
        told = option.told
        # argparse takes a per cent sign for the beginning of a format.
        text = told.replace("%", "%%")
        if option.kind == "flag":
            group.addoption(name, action="store_true", default=False, help=text)
            parser.addini(option.ini, told, type="bool", default=False)
        elif option.many:
            group.addoption(name, action="append", default=None, metavar=option.metavar, help=text)
            parser.addini(option.ini, told, type="linelist", default=None)
        else:
            group.addoption(name, default=None, metavar=option.metavar, help=text)
            parser.addini(option.ini, told, type="string", default=None)


def setting(config: pytest.Config, name: str) -> Any:
    """An option by name, from the command line or else the ini file; None when it is in neither."""
    return config.getoption(f"--conformance-{name}") or config.getini(BY_KEY[name].ini) or None


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and load what runs the suite when it is among the arguments."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if any(SUITE in argument or SUITE.replace(".", "/") in argument for argument in config.args):
        config.pluginmanager.import_plugin("conformance.suite.runtime")
