"""Rules of the group `history`: histories of instances and of their stages."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.evidence.observation import Rule
from conformance.rules.history import activities, effects, stages

RULES: Mapping[str, Rule] = {**stages.RULES, **activities.RULES, **effects.RULES}
