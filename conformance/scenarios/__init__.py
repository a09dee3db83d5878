"""Scenarios: values that say what to do; drawn by strategies, played into traces, minimised when one fails."""

from conformance.scenarios.playing.play import Job, Played, Player
from conformance.scenarios.playing.settling import Settler
from conformance.scenarios.scenario.codec import UnreadableScenario, from_json, to_json
from conformance.scenarios.scenario.model import Scenario
from conformance.scenarios.scenario.script import script

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
