"""Values in the lines of a script for people."""

from __future__ import annotations

from typing import Any

from conformance.wire import exact_json

_CUT = 160


def shown(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    text = exact_json.dumps(value)
    return text if len(text) <= _CUT else f"{text[:_CUT]}… ({len(text)} characters)"
