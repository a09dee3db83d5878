"""Which share of a run a job plays."""

from __future__ import annotations

import pytest

from conformance.configuration.reading import BadOption
from conformance.configuration.sharding import shard_of

GITLAB = {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "4"}
CIRCLE = {"CIRCLE_NODE_INDEX": "2", "CIRCLE_NODE_TOTAL": "4"}
BUILDKITE = {"BUILDKITE_PARALLEL_JOB": "2", "BUILDKITE_PARALLEL_JOB_COUNT": "4"}
AZURE = {"SYSTEM_JOBPOSITIONINPHASE": "3", "SYSTEM_TOTALJOBSINPHASE": "4"}
KUBERNETES = {"JOB_COMPLETION_INDEX": "2"}
GITHUB = {"SHARD_INDEX": "2", "SHARD_COUNT": "4"}


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("3/4", {}),
        ("3/4", {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "9"}),
        *(("auto", each) for each in (GITLAB, CIRCLE, BUILDKITE, AZURE, GITHUB)),
        ("auto", KUBERNETES | {"JOB_COMPLETIONS": "4"}),
        ("auto/4", KUBERNETES),
    ],
)
def test_the_third_of_four(text: str, environment: dict[str, str]) -> None:
    assert shard_of(text, environment) == (2, 4)


def test_without_the_option_a_job_plays_the_whole_run() -> None:
    assert shard_of(None, GITLAB) == (0, 1)


@pytest.mark.parametrize("text", ["0/4", "5/4", "4", "1/0", "x", "1/2/3", "-1/4", "1/10000", "auto/", "auto"])
def test_what_is_no_share_is_told(text: str) -> None:
    with pytest.raises(BadOption, match="--shard cannot be"):
        shard_of(text, {})
