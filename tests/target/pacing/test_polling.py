"""Polling: who looks again, after which pause, and when nobody looks any more."""

from __future__ import annotations

import asyncio

from conformance.target.pacing.polling import Pauses, poll


def test_polling_ends_with_the_look_that_shows_it() -> None:
    shown = [False, False, True, False]
    looks: list[bool] = []

    async def look() -> bool:
        looks.append(shown[len(looks)])
        return looks[-1]

    assert asyncio.run(poll(look, Pauses(0, lambda: 0).resting(lambda: True)))
    assert looks == [False, False, True]


def test_polling_ends_when_nobody_should_look_again() -> None:
    looks: list[int] = []

    async def look() -> bool:
        looks.append(len(looks))
        return False

    assert not asyncio.run(poll(look, Pauses(0, lambda: 0).resting(lambda: len(looks) < 3)))
    assert looks == [0, 1, 2]


def test_each_pause_is_half_as_long_again_up_to_a_limit_that_may_change() -> None:
    limit = 20
    pauses = Pauses(8, lambda: limit)
    seen = []
    for _ in range(3):
        pauses.lengthen()
        seen.append(pauses.first)
    limit = 30
    pauses.lengthen()
    assert [*seen, pauses.first] == [12, 18, 20, 30]


def test_pauses_begin_again_after_something_moved() -> None:
    pauses = Pauses(8, lambda: 1_000)
    pauses.lengthen()
    pauses.restart(4)
    pauses.lengthen()
    assert pauses.first == 6
