"""Each clause of a requirement is a scene: its rule flags the violation, and no rule the nearest legal neighbour."""

from __future__ import annotations

import json

import pytest

from conformance.contract.requirements import load_requirements
from conformance.contract.scenes import Scene, load_scenes
from conformance.rules import ALL_RULES
from conformance.rules.across.traces import info_versions
from tests.rules.build import TraceBuilder
from tests.rules.scenes import played
from tests.rules.told import FILE, told

SCENES = [scene for scenes in load_scenes().values() for scene in scenes]


def violated(t: TraceBuilder) -> dict[str, str]:
    """By requirement: what a rule found wrong with the trace."""
    index = t.index()
    found = {rule: seen.observed for rule, judge in ALL_RULES.items() for seen in judge(index) if not seen.upheld}
    across = {
        seen.requirement: seen.observation.observed for seen in info_versions([index]) if not seen.observation.upheld
    }
    return found | across


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.requirement}: {scene.clause}")
def test_the_rule_flags_the_violation(scene: Scene) -> None:
    assert scene.requirement in violated(played(scene.steps, scene.violated))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.requirement}: {scene.clause}")
def test_no_rule_flags_the_legal_neighbour(scene: Scene) -> None:
    assert violated(played(scene.steps, scene.legal)) == {}


def test_what_rules_say_of_the_scenes_changes_only_on_purpose() -> None:
    """When it was meant to, `python -m tests.rules.told` writes it anew: read what has changed."""
    assert told() == json.loads(FILE.read_text("utf-8"))


def test_every_rule_has_its_scenes() -> None:
    assert ALL_RULES.keys() <= load_scenes().keys() <= load_requirements().by_id.keys()
