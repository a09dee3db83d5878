"""Rules of the group `event`: sending events."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.event import answers, effects
from conformance.rules.evidence.observation import Rule

RULES: Mapping[str, Rule] = {**effects.RULES, **answers.RULES}
