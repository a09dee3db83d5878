"""What `conformance replay` says of a requirement that its finding explains, and its exit code."""

from __future__ import annotations

import pytest

from conformance.commands.replay import _tell
from conformance.confirming.replaying import Replay
from conformance.results.verdict import CONFORMANT, INCOMPLETE, NOT_CONFORMANT
from conformance.rules.evidence.observation import Observation
from conformance.trace import Trace
from tests.reports.sample import swallowed

LEADING, ALSO = "cancel.terminates", "cancel.closes-stage"


def played(violated: str, judged: str) -> Replay:
    violations = {each: [Observation(False, (), "this", "that")] for each in violated.split()}
    return Replay(Trace("t", ()), violations, frozenset(judged.split()))


@pytest.mark.parametrize(
    ("wanted", "violated", "judged", "code", "told"),
    [
        (LEADING, LEADING, LEADING, NOT_CONFORMANT, f"{LEADING}: violated in 2 of 2 plays"),
        (LEADING, "", LEADING, CONFORMANT, f"{LEADING}: violated in 0 of 2 plays"),
        (ALSO, f"{LEADING} {ALSO}", f"{LEADING} {ALSO}", NOT_CONFORMANT, f"{ALSO}: violated in 2 of 2 plays"),
        (ALSO, LEADING, f"{LEADING} {ALSO}", NOT_CONFORMANT, f"{LEADING}: violated in 2 of 2 plays"),
        (ALSO, LEADING, f"{LEADING} {ALSO}", NOT_CONFORMANT, f"So the cause of what {ALSO} saw is still there."),
        (ALSO, "", f"{LEADING} {ALSO}", CONFORMANT, f"{ALSO}: violated in 0 of 2 plays"),
        (ALSO, LEADING, LEADING, NOT_CONFORMANT, f"does not put {ALSO} to the test"),
        (ALSO, "", LEADING, INCOMPLETE, f"Whether {ALSO} holds now is not known"),
    ],
)
def test_nothing_is_called_mended_that_was_not_looked_at(
    wanted: str, violated: str, judged: str, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _tell(wanted, swallowed(), [played(violated, judged)] * 2) == code
    assert told in capsys.readouterr().out
