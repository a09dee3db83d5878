from __future__ import annotations

import asyncio
import time
from typing import cast

from conformance.scenarios import Settler
from conformance.scenarios.playing.overdue import controlled
from conformance.wire.instant import SECOND


class Controls:
    """Stands for a settler: takes note of who asks it for a control."""

    def __init__(self, control_ns: int) -> None:
        self._control_ns = control_ns
        self.causes: list[int] = []
        self.asked = asyncio.Event()
        self.given_up = False

    def control_ns(self) -> int:
        return self._control_ns

    async def wait(self, cause: int) -> None:
        self.causes.append(cause)
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up = True


def test_a_request_that_takes_longer_than_a_control_gets_one_beside_it() -> None:
    async def main() -> None:
        controls = Controls(0)
        before = time.monotonic_ns()
        async with controlled(cast(Settler, controls)):
            await controls.asked.wait()
            assert controls.causes[0] >= before
        # Once it is answered nobody waits for anything any longer.
        assert controls.given_up

    asyncio.run(main())


def test_a_request_that_is_answered_sooner_costs_no_control() -> None:
    async def main() -> None:
        controls = Controls(3600 * SECOND)
        async with controlled(cast(Settler, controls)):
            await asyncio.sleep(0)
        assert controls.causes == []

    asyncio.run(main())
