"""Rules of the group `run`: running workflows."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.evidence.observation import Rule
from conformance.rules.run import answers, failing, outcomes, waiting

RULES: Mapping[str, Rule] = {**answers.RULES, **waiting.RULES, **outcomes.RULES, **failing.RULES}
