"""Drafting a scenario: names for what it makes, draws for what varies, and themes as functions of a draft."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, StageConfig, Step
from conformance.scenarios.strategies import words
from conformance.target.forms import Form

_T = TypeVar("_T")

# Most names are plain, so that they can bear the mark of the run: what is left behind has to be recognised.
_NAMES: tuple[str | None, ...] = (
    *(words.PLAIN for _ in range(3 * len(words.NAMES))),
    *(None for _ in range(len(words.NAMES) // 2)),
    *words.NAMES,
)


class Draft:
    """Steps being drawn. Only what exists can be referred to, since creating and running give the references."""

    def __init__(self, draw: st.DrawFn, *, ledger: bool) -> None:
        self._draw = draw
        self.ledger = ledger
        self.steps: list[Step] = []
        self.forms: tuple[Form, ...] = ()
        self._workflows = 0
        self._instances = 0

    # -- draws ----------------------------------------------------------------------------------

    def pick(self, options: Sequence[_T]) -> _T:
        """One of several; the first one is the simplest."""
        return self._draw(st.sampled_from(options))

    def number(self, least: int, most: int) -> int:
        """An integer between two, inclusive."""
        return self._draw(st.integers(least, most))

    def flip(self) -> bool:
        """True half of the time."""
        return self._draw(st.booleans())

    def some(self, options: Sequence[_T], least: int, most: int) -> list[_T]:
        """Different ones of several, in any order."""
        wanted = min(self.number(least, most), len(options))
        rest = list(options)
        return [rest.pop(self.number(0, len(rest) - 1)) for _ in range(wanted)]

    def shuffled(self, options: Sequence[_T]) -> list[_T]:
        """All of several, in any order."""
        return self.some(options, len(options), len(options))

    def event(self) -> str:
        """An event name; now and then with a number, so that many differ."""
        name = self.pick(words.EVENTS)
        return f"{name}{self.number(0, 99)}" if self.flip() else name

    def milliseconds(self) -> int:
        """The length of a short delay; long enough to be distinguished from none."""
        return self.number(5, 40) * 10

    def account(self) -> str:
        """An account that may hold money; capitals tell who changes its name."""
        return f"{self.pick(('acc:', 'Acc_B:', 'bank'))}{self.number(0, 999_999)}"

    def amount(self) -> int:
        """An amount of money: small, or beyond what 53, 63 or 64 bits hold."""
        return self.pick((1, 100, 2**53 + 1, 2**63, 2**64 + 1, 10**22 + 1)) + self.number(0, 1000)

    def quick_stage(self) -> StageConfig:
        """A stage of any kind that soon ends by itself."""
        options: list[Callable[[], StageConfig]] = [
            words.noop,
            lambda: words.delay(self.milliseconds()),
            lambda: words.until(self.pick(("2020-02-29T12:00:00Z", "now-1s", "2024-12-31T10:00:00.123456789+02:00"))),
        ]
        if self.ledger:
            options += [
                lambda: words.send("world", self.account(), self.amount()),
                lambda: words.update(self.account(), {"k": "v"}),
            ]
        return self.pick(options)()

    def quick_stages(self, least: int, most: int) -> list[StageConfig]:
        """Some stages that soon end by themselves."""
        return [self.quick_stage() for _ in range(self.number(least, most))]

    def blocking_stage(self) -> StageConfig:
        """A stage that outlasts the scenario unless somebody ends it."""
        if self.flip():
            return words.wait_for(self.event())
        return self.pick((words.hour(), words.western_hours(), words.until(words.FINE_MOMENT)))

    # -- steps ----------------------------------------------------------------------------------

    def add(self, *steps: Step) -> None:
        """Append steps."""
        self.steps += steps

    def new_workflow(self, stages: Sequence[StageConfig], name: str | None = None) -> model.Create:
        """A creation with a reference of its own, not appended yet."""
        self._workflows += 1
        return model.Create(f"w{self._workflows}", tuple(stages), name)

    def create(self, *stages: StageConfig, name: str | None = None) -> str:
        """Append the creation of a workflow; gives its reference."""
        # Names cost nothing, and what is done to them shows in every view.
        step = self.new_workflow(stages, self.pick(_NAMES) if name is None else name)
        self.add(step)
        return step.ref

    def new_run(self, workflow: str, variables: dict[str, str] | None = None, wait: bool | None = None) -> model.Run:
        """A run with a reference of its own, not appended yet."""
        self._instances += 1
        return model.Run(f"i{self._instances}", workflow, variables, wait)

    def run(self, workflow: str, variables: dict[str, str] | None = None, wait: bool | None = None) -> str:
        """Append a run; gives the instance's reference."""
        step = self.new_run(workflow, variables, wait)
        self.add(step)
        return step.ref

    def start(self, *stages: StageConfig) -> str:
        """Append a creation and a run; gives the instance's reference."""
        return self.run(self.create(*stages), self.pick((None, {})))

    def waiting(self, event: str, before: int = 0, after: int = 0) -> str:
        """Append an instance, and wait until it waits for an event, with some quick stages around that one."""
        stages = [self.quick_stage() for _ in range(before)]
        instance = self.start(*stages, words.wait_for(event), *(self.quick_stage() for _ in range(after)))
        self.add(model.Until(instance, "waiting", before))
        return instance

    def look(self, instance: str) -> Step:
        """A read of an instance in one of its views."""
        return self.pick((model.Read(instance), model.History(instance), model.StageHistory(instance, "0")))


Write = Callable[[Draft], None]


@dataclass(frozen=True)
class Theme:
    """A kind of scenario: ``write`` drafts one, ``rules`` are the requirements that it puts to the test.

    ``weight`` is its share among the others; ``once`` means that one or two in a run are enough.
    """

    name: str
    write: Write
    rules: tuple[str, ...]
    weight: int = 2
    feature: str | None = None
    once: bool = False


def strategy(theme: Theme, *, ledger: bool) -> st.SearchStrategy[Scenario]:
    """The Hypothesis strategy of a theme; ``ledger`` tells whether stages may move money."""

    @st.composite
    def scenarios(draw: st.DrawFn) -> Scenario:
        draft = Draft(draw, ledger=ledger)
        theme.write(draft)
        return Scenario(tuple(draft.steps), theme.name, draft.forms)

    return scenarios()
