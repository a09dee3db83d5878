"""Replacing ``${name}`` in a stage's texts by the variables of the run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.reference.wire.exact_json import Json

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")


def interpolate(value: Json, variables: Mapping[str, str]) -> Json:
    """A copy of ``value`` with every known reference replaced, once; unknown references stay as they are."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: variables.get(match[1], match[0]), value)
    if isinstance(value, dict):
        return {key: interpolate(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolate(item, variables) for item in value]
    return value
