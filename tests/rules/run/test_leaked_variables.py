"""A placeholder without a value in its run never shows what only another run was given."""

from __future__ import annotations

import pytest

from conformance.rules.run.outcomes import RULES
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe

TELLING = "only of the first run"
STAGE = {"wait_event": {"event": "at ${place}"}}


def shown(event: str, given: object, own: dict[str, str] | None = None) -> TraceBuilder:
    """Two runs, of which the first one was given variables, and the history of the second one."""
    t = TraceBuilder()
    w = t.create([STAGE])
    t.run(w, given)
    t.history(t.run(w, own), [(5, None)], inputs={0: {"event": event}})
    return t


@pytest.mark.parametrize(
    ("event", "given", "expected"),
    [
        (f"at {TELLING}", {"place": TELLING}, [False]),
        ("at ${place}", {"place": TELLING}, [True]),
        ("at ", {"place": TELLING}, [True]),
        # Too short to be nobody else's, of another name, or given to nobody.
        ("at home", {"place": "home"}, []),
        (f"at {TELLING}", {"time": TELLING}, [True]),
        (f"at {TELLING}", None, []),
        (f"at {TELLING}", {"place": TELLING, "number": 5}, []),
    ],
)
def test_what_another_run_was_given_shows_in_none(event: str, given: object, expected: list[bool]) -> None:
    assert [each.upheld for each in observe(RULES["run.variables"], shown(event, given))] == expected


def test_the_run_that_was_given_the_value_is_cited_and_the_input_told() -> None:
    [found] = observe(RULES["run.variables"], shown(f"at {TELLING}", {"place": TELLING}))
    assert found.exchanges == (1, 2, 3)
    assert f"'event': 'at {TELLING}'" in found.observed
    assert found.pointer == "/data/0/input"


def test_a_value_of_the_runs_own_is_nobody_elses() -> None:
    t = shown(f"at {TELLING}", {"place": TELLING}, {"place": TELLING})
    assert [each.upheld for each in observe(RULES["run.variables"], t)] == [True]
