"""The rules: one pure function per requirement, from the story of a trace to observations.

`ALL_RULES` holds them by requirement id. `across` holds what only several traces prove together.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules import (
    answers_to_events,
    cancelling,
    delays,
    deletions,
    envelope,
    events,
    history,
    lists,
    monotone,
    numbers,
    refusals,
    run_answers,
    run_waiting,
    runs,
    server_info,
    stage_history,
    stages,
    time_order,
    workflows,
)
from conformance.rules.observation import Rule

_MODULES = (
    envelope,
    time_order,
    server_info,
    workflows,
    numbers,
    deletions,
    refusals,
    run_answers,
    run_waiting,
    runs,
    delays,
    stages,
    monotone,
    events,
    answers_to_events,
    cancelling,
    history,
    stage_history,
    lists,
)

ALL_RULES: Mapping[str, Rule] = {key: rule for module in _MODULES for key, rule in module.RULES.items()}
