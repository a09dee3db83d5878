"""Clients that get one thing wrong, each of a kind that generated clients have. ``breaks`` names what finds it."""

from __future__ import annotations

import re

from faults import answers, clients, errors, requests
from faults.base import Faulty


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


FAULTS: dict[str, type[Faulty]] = {
    _kebab(found.__name__): found
    for module in (answers, requests, errors, clients)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Faulty) and found.breaks
}
"""The faulty clients by name."""
