"""Every requirement has its rule, once."""

from __future__ import annotations

from itertools import chain

from conformance.contract.requirements import load_requirements
from conformance.rules import _MODULES, ALL_RULES


def test_the_rules_are_those_of_the_catalogue() -> None:
    assert set(ALL_RULES) == {requirement.id for requirement in load_requirements().requirements}


def test_no_requirement_has_two_rules() -> None:
    named = list(chain.from_iterable(module.RULES for module in _MODULES))
    assert len(named) == len(set(named))
