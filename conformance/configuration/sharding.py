"""Which share of a run a machine plays: from --shard, or from what CI services and Kubernetes tell a job."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.configuration.reading import BadOption

_WANTED = "1/4 for the first of four shares, or 'auto' (also 'auto/4') where a CI service tells which job it is"
_MOST = 1000

# The variables of an index and of how many there are, and where the index begins. Kubernetes does not tell how many.
_SERVICES: tuple[tuple[str, str, int], ...] = (
    ("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),  # GitLab CI, parallel
    ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),  # CircleCI, parallelism
    ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    ("SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", 1),  # Azure Pipelines, parallel
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0),  # Kubernetes, indexed Job; JOB_COMPLETIONS is the user's own
    ("SHARD_INDEX", "SHARD_COUNT", 0),  # GitHub Actions: strategy.job-index and strategy.job-total as env
)


def shard_of(text: str | None, environment: Mapping[str, str]) -> tuple[int, int]:
    """(which, of how many), counted from 0; (0, 1) for a whole run. Raises BadOption."""
    if text is None:
        return (0, 1)
    match = re.fullmatch(r"(?:(\d{1,4})|auto)(?:/(\d{1,4}))?", text, re.ASCII)
    if match is None or (match[1] and not match[2]):
        raise BadOption("shard", text, _WANTED)
    if match[1]:
        number, of = int(match[1]), int(match[2])
    else:
        number, of = _told(text, int(match[2]) if match[2] else None, environment)
    if not (1 <= number <= of <= _MOST):
        raise BadOption("shard", text, f"a share from 1 to how many there are, which are {_MOST} at the most")
    return (number - 1, of)


def _told(text: str, of: int | None, environment: Mapping[str, str]) -> tuple[int, int]:
    """What a service tells: which share, counted from 1, and of how many."""
    for index, count, first in _SERVICES:
        found, many = environment.get(index, ""), of or _number(environment.get(count, ""))
        if _number(found) is not None and many is not None:
            return int(found) - first + 1, many
    names = ", ".join(index for index, _, _ in _SERVICES)
    raise BadOption("shard", text, f"it as 1/4, since none of {names} tells which job this is and of how many")


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else None
