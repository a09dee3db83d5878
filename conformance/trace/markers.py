"""Markers: texts that occur in one request only, so that a list shows whether a refused body left something behind."""

from __future__ import annotations

import uuid

PREFIX = "marker-"
"""How each marker that this suite puts into a body begins."""


def new_marker() -> str:
    """A text that occurs nowhere else."""
    return f"{PREFIX}{uuid.uuid4().hex}"
