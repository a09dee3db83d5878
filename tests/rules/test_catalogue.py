"""Every requirement has its rule, once."""

from __future__ import annotations

import importlib
import pkgutil

import conformance.rules
from conformance.contract.requirements import load_requirements
from conformance.rules import ALL_RULES


def test_the_rules_are_those_of_the_catalogue() -> None:
    assert set(ALL_RULES) == {requirement.id for requirement in load_requirements().requirements}


def test_no_requirement_has_two_rules() -> None:
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(conformance.rules.__path__, "conformance.rules.")
        if not found.ispkg
    ]
    named = [key for module in modules for key in getattr(module, "RULES", {})]
    assert len(named) == len(set(named)) == len(ALL_RULES)
