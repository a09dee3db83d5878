"""Rules of the group `auth`: tokens and their scopes."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.auth import intruders
from conformance.rules.evidence.observation import Rule

RULES: Mapping[str, Rule] = {**intruders.RULES}
