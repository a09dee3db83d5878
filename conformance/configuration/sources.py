"""Where options come from, the strongest first: the command line, the environment, a target of the file, the file."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.configuration.config_file import ConfigFile, UnknownTarget, find_config, load_config
from conformance.configuration.reading import BadOption, Values, of_environment
from conformance.configuration.table.lookup import BY_KEY
from conformance.target.config import with_scheme

_ADDRESS = re.compile(r"[.:/\[]|localhost\Z", re.IGNORECASE)
"""What tells an address from the name of a target."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One source: ``value`` gives an option by its key or None, ``place`` says for people where it has it."""

    value: Values = field(repr=False)
    place: Values = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sources:
    """The layers in which options are looked up, the strongest first. Calling it gives an option by its key.

    ``url`` is the address that all of them come to, None for the embedded server; ``target`` the name of the target of
    ``file`` that was asked for, if any.
    """

    layers: tuple[Layer, ...]
    url: str | None = None
    target: str | None = None
    file: ConfigFile | None = None

    def __call__(self, key: str) -> Any:
        """An option's value: a text, a list of texts, True, False, or None. Raises BadOption for a wrong variable."""
        if key == "url":
            return self.url
        number = self.rank(key)
        return None if number is None else self.layers[number].value(key)

    def given(self, key: str) -> Any:
        """What the user wrote for this command, None where it is not given."""
        return self.layers[0].value(key)

    def rank(self, key: str) -> int | None:
        """The number of the strongest layer that has an option, from 0; None where none has it."""
        return next((number for number, each in enumerate(self.layers) if each.value(key) is not None), None)

    @contextlib.contextmanager
    def placing(self) -> Iterator[None]:
        """Let an error about an option say where that was set, unless it was on the command line."""
        try:
            yield
        except BadOption as error:
            if error.spelt is None and self.rank(error.key):
                raise BadOption(error.key, error.value, error.wanted, f"{self.place(error.key)}: {error.key}") from None
            raise

    def place(self, key: str) -> str | None:
        """Where an option is said, for people; None where it is not."""
        number = self.rank(key)
        return None if number is None else self.layers[number].place(key)


def sources(
    given: Values,
    environment: Mapping[str, str] = os.environ,
    directory: Path | None = None,
    *,
    with_target: bool = True,
) -> Sources:
    """All sources of the options of a command that was ``given`` some on the command line.

    The file is the one that is named by ``config``, or the nearest one from ``directory`` (default: the current one)
    upwards. Without ``with_target`` the command has no target, whatever address the others name. Raises UserError for
    a file that is wrong, and for a target that there is not.
    """
    outer = (_given(given), _environment(environment))
    file = _file(outer, directory or Path())
    common = () if file is None else (_table(file, file.common),)
    wanted = next((url for layer in (*outer, *common) if (url := layer.value("url")) is not None), None)
    if wanted is None or not with_target:
        return Sources((*outer, *common), file=file)
    if file is not None and wanted in file.targets:
        table = file.targets[wanted]
        layers = (*outer, _table(file, table, "targets", wanted), *common)
        return Sources(layers, with_scheme(table["url"]), wanted, file)
    if not _ADDRESS.search(wanted):
        raise UnknownTarget(wanted, file)
    return Sources((*outer, *common), with_scheme(wanted), None, file)


def _given(values: Values) -> Layer:
    # What was left out is an empty tuple, False or None, as the command line or pytest has it.
    return Layer(lambda key: values(key) or None, lambda key: BY_KEY[key].flags[0])


def _environment(environment: Mapping[str, str]) -> Layer:
    return Layer(
        lambda key: of_environment(BY_KEY[key], environment) if key in BY_KEY else None,
        lambda key: BY_KEY[key].environment,
    )


def _table(file: ConfigFile, table: Mapping[str, Any], *keys: str) -> Layer:
    return Layer(table.get, lambda key: file.place(*keys, key))


def _file(layers: tuple[Layer, ...], directory: Path) -> ConfigFile | None:
    named = next((path for layer in layers if (path := layer.value("config")) is not None), None)
    path = Path(named) if named is not None else find_config(directory)
    return None if path is None else load_config(path)
