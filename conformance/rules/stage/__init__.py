"""Rules of the group `stage`: the stages of an instance and the times they show."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.evidence.observation import Rule
from conformance.rules.stage import delays, monotone, stages, time_order

RULES: Mapping[str, Rule] = {**time_order.RULES, **delays.RULES, **stages.RULES, **monotone.RULES}
