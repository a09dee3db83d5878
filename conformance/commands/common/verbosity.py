"""How much a command prints: --quiet and --verbose as words of --verbosity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.configuration.combinations import check_loudness


def with_verbosity(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with --quiet and --verbose as words of --verbosity. Raises Contradiction."""
    quiet, verbose, verbosity = given["quiet"], given["verbose"], given["verbosity"]
    check_loudness(quiet, verbose, verbosity)
    return {**given, "verbosity": "quiet" if quiet else "verbose" if verbose else verbosity}
