"""A share of the small scope: no rule is violated by a correct trace, and what no correct server answers is flagged."""

from __future__ import annotations

import pytest

from tests.rules.scope.intervals import orders
from tests.rules.scope.judged import judge_scope
from tests.rules.scope.programs import Scope
from tests.rules.scope.search import Search

LARGER = [Scope(*size) for size in ((0, 2, 2), (1, 2, 2), (2, 0, 2), (2, 2, 1), (3, 1, 1), (2, 1, 2), (3, 2, 3))]


def test_one_stage_and_one_read_are_judged_without_a_gap() -> None:
    found = judge_scope(Scope(1, 0, 1), most=0)
    assert found.whole
    assert found.alarms == []
    assert found.missed == {}
    assert found.flagged > 1000


@pytest.mark.parametrize("scope", LARGER, ids=lambda scope: f"{scope.stages}, {scope.signals}, {scope.reads}")
def test_a_share_of_larger_scopes(scope: Scope) -> None:
    found = judge_scope(scope, most=8)
    assert found.alarms == []
    assert found.flagged >= 0.9 * found.illegal


def test_there_are_as_many_orders_as_there_should_be() -> None:
    """The numbers of labelled interval orders are known: A079144 of the OEIS."""
    assert [len(orders(count)) for count in range(5)] == [1, 1, 3, 19, 207]


def test_every_answer_that_is_generated_is_legal() -> None:
    search = Search(Scope(1, 1, 1)[700])
    answers = list(search.every())
    assert len(answers) > 3
    assert {search.verdict(each) for each in answers} == {"legal"}
