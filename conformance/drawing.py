"""Drawing values with Hypothesis: the same seed draws the same values, whatever else the process has loaded.

Hypothesis mixes constants into what it draws which it finds in the modules of the project that uses it. So a change of
any text of any module, or another project that uses the plugin, would draw other values from the same seed. Within
`seed_alone` it draws from the seed and from its own constants only.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.cache import LRUCache
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy, characters

Drawn = TypeVar("Drawn")


class _Replacement:
    """Where Hypothesis looks for local constants, replaced as long as anybody here draws, in whatever thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before: tuple[Any, Any] = (None, None)
        # Hypothesis keeps which constants may be drawn, local ones among them. What a test of the user's left there
        # must not be drawn here, and what is left here must not be missing there.
        self._permitted: LRUCache[Any, Any] = LRUCache(1024)

    def enter(self) -> None:
        with self._lock:
            if not self._users:
                self._before = (providers._get_local_constants, providers.CONSTANTS_CACHE)
                providers._get_local_constants = Constants
                providers.CONSTANTS_CACHE = self._permitted
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                providers._get_local_constants, providers.CONSTANTS_CACHE = self._before


_replacement = _Replacement()


@contextlib.contextmanager
def seed_alone() -> Iterator[None]:
    """What Hypothesis draws meanwhile depends on its seed, its strategy and its version only."""
    _replacement.enter()
    try:
        yield
    finally:
        _replacement.leave()


def know_text() -> None:
    """Have Hypothesis work out what text is, which takes 200 MB the first time on a machine: best before all else."""
    characters(codec="utf-8").validate()


class _Enough(BaseException):
    """Ends drawing. Hypothesis takes an Exception for a failure, which it would draw again and tell."""


def draw(strategy: SearchStrategy[Drawn], most: int, seed: int, take: Callable[[Drawn], bool | None]) -> None:
    """Give values to ``take`` until it returns True, ``most`` at most; the same ones for the same seed.

    The first is always the simplest of all, which shows least. Raises what the strategy raises, and
    `hypothesis.errors.Unsatisfiable` where it has no value.
    """

    @hypothesis.seed(seed)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def gather(value: Drawn) -> None:
        if take(value):
            raise _Enough

    with seed_alone(), contextlib.suppress(_Enough):
        gather()
