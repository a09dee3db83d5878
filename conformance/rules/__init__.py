"""The rules: one pure function per requirement, from the index of a trace to observations.

`ALL_RULES` holds them by requirement id. `across` holds what only several traces prove together.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules import auth, cancel, envelope, event, history, lists, run, stage, workflow
from conformance.rules.evidence.observation import Rule

_GROUPS = (envelope, workflow, run, stage, event, cancel, history, lists, auth)

ALL_RULES: Mapping[str, Rule] = {key: rule for group in _GROUPS for key, rule in group.RULES.items()}
