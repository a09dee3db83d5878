"""Rules of the group `workflow`: creating, reading, listing and deleting workflows."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.evidence.observation import Rule
from conformance.rules.workflow import deletions, echoes, numbers

RULES: Mapping[str, Rule] = {**echoes.RULES, **numbers.RULES, **deletions.RULES}
