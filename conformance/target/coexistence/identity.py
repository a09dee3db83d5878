"""How a run is recognised: by the names of what it makes, and by the headers of its requests."""

from __future__ import annotations

import re
import secrets
import string

from conformance import __version__

USER_AGENT = f"orchestration-conformance/{__version__}"
RUN_HEADER = "x-conformance-run"

_LETTERS = string.ascii_lowercase
_LENGTH = 8
RUN_ID = re.compile(rf"[a-z]{{{_LENGTH}}}", re.ASCII)
_MARK = re.compile(rf"(?:^|\s)conformance-({RUN_ID.pattern})(?=\s|$)", re.ASCII)
# What a careless server takes for something else than a text has to stay as it is to be taken for it.
_EXACT = re.compile(r"[\W_]*|[\W_]*\d.*|null|true|false|nan|\$\{.*", re.IGNORECASE | re.DOTALL)


def new_run_id() -> str:
    """An id that no other run has: letters only, so that no rule takes it for the marker of one request."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def mark_of(run: str) -> str:
    """The word that stands in the names of what a run makes."""
    return f"conformance-{run}"


def marked(name: str, run: str) -> str:
    """A workflow's name with the run's mark; blanks at its ends stay there.

    A name that stands for a number, a date, a literal or nothing stays as it is: with a mark it would stand for itself.
    """
    if _EXACT.fullmatch(name):
        return name
    rest = name.lstrip()
    return f"{name[: len(name) - len(rest)]}{mark_of(run)} {rest}"


def run_of(name: object) -> str | None:
    """The id of the run in whose name something was made; None for what was made by others."""
    found = _MARK.search(name) if isinstance(name, str) else None
    return found[1] if found else None
