"""Scenarios: values that say what to do; drawn by strategies, played into traces, minimised when one fails."""

from conformance.scenarios.codec import UnreadableScenario, from_json, to_json
from conformance.scenarios.model import Scenario
from conformance.scenarios.play import Job, Played, Player
from conformance.scenarios.script import script
from conformance.scenarios.settling import Settler

__all__ = [
    "Job",
    "Played",
    "Player",
    "Scenario",
    "Settler",
    "UnreadableScenario",
    "from_json",
    "script",
    "to_json",
]
