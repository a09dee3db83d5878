"""Rules of the group `list`: lists of instances."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.evidence.observation import Rule
from conformance.rules.lists import instances

RULES: Mapping[str, Rule] = instances.RULES
