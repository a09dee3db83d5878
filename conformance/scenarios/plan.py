"""What to play: which themes how often, within a budget of runWorkflow requests."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from conformance.scenarios.scenario.model import Scenario, Settle, Until
from conformance.scenarios.strategies import THEMES, Theme, collect, intruding, strategy

Profile = Literal["smoke", "standard", "thorough", "soak"]

_RUNS: Mapping[Profile, tuple[int, int]] = {
    "smoke": (60, 45),
    "standard": (300, 165),
    "thorough": (1200, 700),
    "soak": (250, 150),
}
_SPECIALS = (
    "kept",
    "every-name",
    "every-text",
    "a-gross",
    "crowd",
    "waited-long",
    "long-program",
    "every-bad-variables",
    "every-bad-stage",
    "every-near-miss",
    "large",
    "long-texts",
    "odd-delays",
    "events-all-through-a-delay",
    "cancelled-after-each-kind",
)
_INTRUDERS = tuple(theme.name for theme in intruding.THEMES)
_ONCE: Mapping[Profile, tuple[str, ...]] = {
    "smoke": ("a-few-dozen", "every-bad-stage", *_INTRUDERS),
    "standard": (*_SPECIALS, *_INTRUDERS),
    "thorough": (*_SPECIALS, "a-few-dozen", "kept-for-long", "throng", "very-long-program", *_INTRUDERS),
    "soak": (*_SPECIALS, *_INTRUDERS),
}
# A scenario costs a little more than one run on average; more are drawn than needed, and the budget cuts.
_SCENARIOS_PER_RUN = 0.95
_SPARE = 1.25
# More runs than this that start in one scenario keep a slow target busy for a long time; those refused do not.
_DEAR = 8


@dataclass(frozen=True)
class Plan:
    """Scenarios in the order of playing, and the runWorkflow requests that they cost (controls come on top)."""

    scenarios: tuple[Scenario, ...]
    runs: int

    def numbered(self, *, scarce: bool) -> tuple[tuple[int, Scenario], ...]:
        """The scenarios with their numbers. Where runs are ``scarce``, one of each theme that needs none comes first.

        These take nothing from others. Then a few that test every other requirement, and after them the other themes,
        those first that need a single run. Once every theme was played that needs few, what needs none is played
        again.
        """
        if not scarce:
            return tuple(enumerate(self.scenarios))
        every = dict(enumerate(self.scenarios))
        first = _free(every)
        themes = {each.theme for each in first.values()}
        free = {rule for theme in themes for rule in THEMES[theme].rules}
        first |= _covering(every, themes, free)
        themes = {each.theme for each in first.values()}
        left = {number: each for number, each in every.items() if number not in first}
        return (*first.items(), *_cheap_again(left, themes))


def default_runs(profile: Profile, *, slow: bool = False) -> int:
    """The runWorkflow requests that a profile's scenarios may cost on a fast or a slow target."""
    return _RUNS[profile][slow]


def plan(
    profile: Profile,
    seed: int,
    features: Collection[str] = ("ledger",),
    run_budget: int | None = None,
    slow: bool = False,
) -> Plan:
    """Scenarios of every theme by weight, until ``run_budget`` (default: the profile's) is used up.

    The same arguments give the same plan. What takes long comes first, so that everything else is played meanwhile.
    Then every theme comes once before any comes twice, those first that put the most to the test with a run; what needs
    very many runs comes after them. So a run that is short of time, or of runs, leaves out what it can best do without.
    `Plan.numbered` gives an order for still fewer runs.
    """
    budget = default_runs(profile, slow=slow) if run_budget is None else run_budget
    once = [theme for theme in _offered(features) if theme.name in _ONCE[profile]]
    long, dear = list[Scenario](), list[Scenario]()
    spent = 0
    for scenario in draw(once, 1, seed, features):
        # A small budget is better spent on everything else.
        if spent + scenario.runs <= budget // 2:
            (dear if scenario.starts > _DEAR else long).append(scenario)
            spent += scenario.runs
    often = [theme for theme in _offered(features) if not theme.once]
    scenarios = list[Scenario]()
    for scenario in _by_weight(often, seed, features, budget):
        if spent + scenario.runs > budget:
            break
        scenarios.append(scenario)
        spent += scenario.runs
    firsts, again = scenarios[: len(often)], scenarios[len(often) :]
    random.Random(seed).shuffle(again)
    return Plan((*long, *_most_first(firsts, seed), *dear, *again), spent)


def _most_first(scenarios: Iterable[Scenario], seed: int) -> Iterator[Scenario]:
    """Each time the one that adds most for a run: a requirement that others have put to the test already adds less."""
    left, tested = list(scenarios), Counter[str]()
    random.Random(seed).shuffle(left)

    def worth(scenario: Scenario) -> float:
        rules = THEMES[scenario.theme].rules
        return sum(1 / (1 + tested[rule]) for rule in rules) / (scenario.runs + 1)

    while left:
        best = max(left, key=worth)
        left.remove(best)
        tested.update(THEMES[best.theme].rules)
        yield best


def _covering(
    scenarios: Mapping[int, Scenario], without: Collection[str], beside: Collection[str]
) -> dict[int, Scenario]:
    """Scenarios by number that test whatever all of them test, each time what adds most for a run, or is weightier.

    What is tested ``beside`` them does not count.

    Each is the first of a theme; themes that are played already are left out. The envelope does not count, for
    everything tests it.
    """
    left = _new(scenarios, without)
    rules = {number: set(filter(_told_apart, THEMES[each.theme].rules)) for number, each in left.items()}
    tested, chosen = set(beside), dict[int, Scenario]()

    def worth(number: int) -> tuple[float, int]:
        scenario = left[number]
        return len(rules[number] - tested) / (scenario.starts + 1), THEMES[scenario.theme].weight

    while left:
        best = max(left, key=worth)
        if rules[best] <= tested:
            break
        tested |= rules[best]
        chosen[best] = left.pop(best)
    # What waits most begins first, so that it ends in time.
    return dict(sorted(chosen.items(), key=lambda entry: -_waits(entry[1])))


def _free(scenarios: Mapping[int, Scenario]) -> dict[int, Scenario]:
    """By number the first scenario of each theme that starts no run."""
    return {number: each for number, each in _new(scenarios, ()).items() if not each.starts}


def _new(scenarios: Mapping[int, Scenario], without: Collection[str]) -> dict[int, Scenario]:
    """By number, in order, the first scenario of each other theme that does not start very many runs."""
    few = {number: each for number, each in scenarios.items() if each.starts <= _DEAR and each.theme not in without}
    firsts = {each.theme: number for number, each in reversed(few.items())}
    return {number: each for number, each in few.items() if firsts[each.theme] == number}


def _cheap_again(left: Mapping[int, Scenario], played: Collection[str]) -> list[tuple[int, Scenario]]:
    """What is left: first new themes, but for those that need very many runs, then what needs none, then the rest.

    Of new themes those that need a single run come first: measured, most faults show in such ones. The others come from
    the longest to the shortest, so that the longest can still end.
    """
    new = _new(left, played)

    def turn(number: int, scenario: Scenario) -> tuple[int, bool, int]:
        if number in new:
            return 0, scenario.starts > 1, -scenario.starts
        return (1 if not scenario.starts else 2), False, 0

    return sorted(left.items(), key=lambda entry: turn(*entry))


def _waits(scenario: Scenario) -> int:
    return sum(isinstance(step, Settle | Until) for step in scenario.leaves())


def _told_apart(rule: str) -> bool:
    return not rule.startswith("envelope.")


def endless(seed: int, features: Collection[str] = ("ledger",)) -> Iterator[Scenario]:
    """Scenarios without end, each standard run's worth with a seed of its own; drawn only as they are asked for."""
    for number in itertools.count():
        yield from plan("soak", derived_seed(seed, str(number)), features).scenarios


def more_for(rules: Iterable[str], features: Collection[str] = ("ledger",)) -> tuple[Theme, ...]:
    """The themes that put some of these requirements to the test, those that do so for most of them first.

    What comes once in a run is no top-up: it is long, or made of many runs.
    """
    wanted = set(rules)
    fitting = [theme for theme in _offered(features) if wanted & set(theme.rules) and not theme.once]
    return tuple(sorted(fitting, key=lambda theme: -len(wanted & set(theme.rules))))


def draw(themes: Iterable[Theme], each: int, seed: int, features: Collection[str] = ("ledger",)) -> list[Scenario]:
    """``each`` scenarios of every theme (fewer where a theme has no more), the same ones for the same seed."""
    ledger = "ledger" in features
    return [
        scenario
        for theme in themes
        for scenario in collect(strategy(theme, ledger=ledger), each, derived_seed(seed, theme.name))
    ]


def derived_seed(seed: int, name: str) -> int:
    """A seed for a part of a run, independent of the other parts'."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:6], "big")


def _offered(features: Collection[str]) -> list[Theme]:
    return [theme for theme in THEMES.values() if theme.feature is None or theme.feature in features]


def _by_weight(themes: Collection[Theme], seed: int, features: Collection[str], budget: int) -> list[Scenario]:
    """Scenarios in the order in which a budget takes them: each theme's first, then by weight."""
    share = budget * _SCENARIOS_PER_RUN * _SPARE / sum(theme.weight for theme in themes)
    queue: list[tuple[float, str, Scenario]] = []
    for theme in themes:
        drawn = draw([theme], int(theme.weight * share) + 1, seed, features)
        for number, scenario in enumerate(drawn):
            turn = number / theme.weight if number else -float(theme.weight)
            queue.append((turn, theme.name, scenario))
    queue.sort(key=lambda entry: entry[:2])
    return [scenario for _, _, scenario in queue]
