"""Rules of the group `cancel`: cancelling instances."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.cancel import effects
from conformance.rules.evidence.observation import Rule

RULES: Mapping[str, Rule] = effects.RULES
