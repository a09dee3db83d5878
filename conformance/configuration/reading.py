"""Reading options: where a value comes from, and what its text says."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.configuration.durations import NoDuration, seconds_of
from conformance.configuration.table.lookup import BY_KEY
from conformance.configuration.table.option import Kind, Option
from conformance.contract.errors import UserError
from conformance.contract.features import chosen

Values = Callable[[str], Any]
"""Gives an option by its key: a text, a list of texts, True, or None."""

HIDDEN = "…"
"""Stands for a value that may be secret."""

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class BadOption(UserError):
    """An option has a value that it cannot have. ``spelt`` is where the user gave it, if not on the command line."""

    def __init__(self, key: str, value: object, wanted: str, spelt: str | None = None) -> None:
        self.key, self.value, self.wanted, self.spelt = key, value, wanted, spelt
        super().__init__(f"{spelt or BY_KEY[key].flags[0]} cannot be {value!r}.", f"Give {wanted}.")


def of_environment(option: Option, environment: Mapping[str, str]) -> Any:
    """What the variable of an option says: a text, a list of texts (one a line), a bool; None without it.

    Raises BadOption, which names the variable.
    """
    text = environment.get(option.environment) if option.environment else None
    if not text:
        return None
    if option.kind == "flag":
        if text.lower() not in _YES | _NO:
            raise BadOption(option.key, text, "1 or 0", option.environment)
        return text.lower() in _YES
    value: Any = [line.strip() for line in text.splitlines() if line.strip()] if option.many else text
    try:
        check(option, value)
    except BadOption as error:
        raise BadOption(option.key, error.value, error.wanted, option.environment) from None
    return value or None


def check(option: Option, value: Any) -> None:
    """Read a value, a text or a list of texts, for nothing but its mistakes. Raises BadOption."""
    read(lambda _: value, option.key)


def names_file(option: Option, value: Any) -> bool:
    """Whether a value is the path of a file or folder, rather than a URL or a word that the option knows."""
    return option.kind in ("path", "directory") or (
        option.kind == "location" and "://" not in value and value not in option.choices
    )


def read(values: Values, key: str) -> Any:
    """An option's value as its kind has it, or its default; None when it has none. Raises BadOption.

    ``text`` and ``location``: str; ``choice``: one of the choices; ``number``: a float above 0; ``decimal``: a float;
    ``count``: an int above 0; ``integer``: an int within its bounds; ``duration``: seconds (``duration>0``: above 0);
    ``size``: bytes; ``path``: Path; ``directory``: Path of one that exists; ``header``: name and value; ``feature``:
    its name, which may raise UnknownFeature; ``seed``: int; ``flag``: bool; ``share``: 0 to 1; ``time@…``: seconds and
    the other; an option that may be given several times: a tuple of those.
    """
    option, given = BY_KEY[key], values(key)
    if option.kind == "flag":
        return bool(given)
    if option.many:
        return tuple(_READERS[option.kind](option, each) for each in given or ())
    given = (option.default or None) if given is None else given
    return None if given is None else _READERS[option.kind](option, given)


def _text(_option: Option, text: str) -> str:
    return text


def _choice(option: Option, text: str) -> str:
    if text not in option.choices:
        raise BadOption(option.key, text, f"one of {', '.join(option.choices)}")
    return text


def _number(option: Option, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise BadOption(option.key, text, f"a number of {option.unit}")
    return number


def _count(option: Option, text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        raise BadOption(option.key, text, "a whole number from 1 on")
    return int(text)


def _integer(option: Option, text: str) -> int:
    lowest, highest = option.lowest or 0, option.highest
    number = int(text) if re.fullmatch(r"\d{1,18}", text, re.ASCII) else -1
    if number < lowest or (highest is not None and number > highest):
        bounds = f"from {lowest} on" if highest is None else f"from {lowest} to {highest}"
        raise BadOption(option.key, text, f"a whole number {bounds}")
    return number


def _decimal(option: Option, text: str) -> float:
    if not re.fullmatch(r"[+-]?\d{1,12}(?:\.\d{1,12})?", text, re.ASCII):
        raise BadOption(option.key, text, "a number, such as 600 or -0.5")
    return float(text)


def _duration(option: Option, text: str) -> float:
    try:
        return seconds_of(text)
    except NoDuration as error:
        raise BadOption(option.key, text, error.wanted) from None


def _positive(option: Option, text: str) -> float:
    seconds = _duration(option, text)
    if not seconds > 0:
        raise BadOption(option.key, text, "a time above 0")
    return seconds


_SIZES = {"kB": 1000, "MB": 1_000_000, "kiB": 1024, "MiB": 1 << 20, None: 1}
_LARGEST = 1 << 30


def _size(option: Option, text: str) -> int:
    match = re.fullmatch(r"(\d{1,12})(kB|MB|kiB|MiB)?", text, re.ASCII)
    if match is None or not 0 < int(match[1]) * _SIZES[match[2]] <= _LARGEST:
        raise BadOption(option.key, text, "a size such as 500kB or 64MB, at most 1000MB")
    return int(match[1]) * _SIZES[match[2]]


def _share(option: Option, text: str) -> float:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%", text, re.ASCII)
    if match is None or float(match[1]) > 100:
        raise BadOption(option.key, text, "a share such as 5%")
    return float(match[1]) / 100


def _pair(second: Callable[[Option, str], float], example: str) -> Callable[[Option, str], tuple[float, float]]:
    """A reader of a duration, an @, and something else."""

    def reader(option: Option, text: str) -> tuple[float, float]:
        time, at, other = text.partition("@")
        if not at:
            raise BadOption(option.key, text, f"both parts, such as {example}")
        return _duration(option, time), second(option, other)

    return reader


def _path(_option: Option, text: str | Path) -> Path:
    return Path(text)


def _directory(option: Option, text: str | Path) -> Path:
    if not Path(text).is_dir():
        raise BadOption(option.key, f"{text}", "a directory that exists")
    return Path(text)


def _header(option: Option, text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()):
        raise BadOption(option.key, HIDDEN, "it as 'Name: value'")
    return name.strip(), sendable(option.key, value.strip())


def sendable(key: str, text: str) -> str:
    """A text that a header can hold. Raises BadOption, without the text, which may be secret."""
    if not (text.isascii() and text.isprintable()):
        raise BadOption(key, HIDDEN, "it without line breaks, and in printable ASCII")
    return text


def _feature(option: Option, text: str) -> str:
    chosen(**{"with_" if option.name == "with" else "without": [text]})
    return text


def _seed(option: Option, text: str) -> int:
    if text == "random":
        return random.SystemRandom().randrange(10**6)
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise BadOption(option.key, text, "a whole number, or 'random'")
    return int(text)


_READERS: Mapping[Kind, Callable[[Option, Any], Any]] = {
    "text": _text,
    "location": _text,
    "choice": _choice,
    "number": _number,
    "decimal": _decimal,
    "count": _count,
    "integer": _integer,
    "duration": _duration,
    "duration>0": _positive,
    "size": _size,
    "path": _path,
    "directory": _directory,
    "header": _header,
    "feature": _feature,
    "seed": _seed,
    "share": _share,
    "time@share": _pair(_share, "12s@0.14%"),
    "time@time": _pair(_duration, "13s@60s"),
}
