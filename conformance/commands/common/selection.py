"""Checks of -k and -m before pytest reads them, so that mistakes are explained in this command's own words."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from conformance.configuration.reading import BadOption
from conformance.contract.errors import UserError
from conformance.contract.requirements import load_requirements
from conformance.plugin import MARKERS

_WORDS = {"and", "or", "not"}
_TOKEN = re.compile(r"[()]|[^\s()]+")


class NothingSelected(UserError):
    """No requirement is left by -k and -m."""

    def __init__(self) -> None:
        super().__init__("-k and -m leave nothing to test.", "`conformance requirements` lists what can be selected.")


def check_selection(keyword: str | None, mark: str | None) -> None:
    """Refuse an expression that is none, and a marker that no item has. Raises BadOption."""
    if keyword:
        _names("k", keyword, "names joined by and, or, not and brackets, such as 'cancel or event'")
    if mark:
        used = _names("m", mark, "markers joined by and, or, not and brackets, such as 'must and events'")
        for name in used:
            _check_marker(name, mark)


def _check_marker(name: str, mark: str) -> None:
    known = markers()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"perhaps {near[0]!r}" if near else f"there are {', '.join(known)}"
        raise BadOption("m", mark, f"markers that there are; {name!r} is none, {hint}")


def markers() -> list[str]:
    """The names of all markers that items have: of levels, kinds and groups."""
    return [*(line.split(":")[0] for line in MARKERS), *load_requirements().groups]


def _names(key: str, text: str, wanted: str) -> list[str]:
    """The names in an expression of pytest's. Raises BadOption."""
    tokens = _TOKEN.findall(text)
    names = [token for token in tokens if token not in _WORDS | {"(", ")"}]
    python = " ".join("x" if token in names else token for token in tokens)
    try:
        compile(python, "expression", "eval")
    except SyntaxError:
        raise BadOption(key, text, wanted) from None
    if "x (" in python or ") (" in python:
        raise BadOption(key, text, wanted)
    return names


def arguments_of(given: dict[str, Any]) -> list[str]:
    """The options that pytest takes as they are."""
    found = [part for name in ("k", "m", "n") if given.get(name) for part in (f"-{name}", given[name])]
    if given.get("junitxml"):
        found.append(f"--junitxml={given['junitxml']}")
    return found + (["-x"] if given.get("x") else [])
