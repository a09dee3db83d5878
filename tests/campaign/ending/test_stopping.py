"""Ending work before its time."""

from __future__ import annotations

import asyncio

import pytest

from conformance.campaign.ending.stopping import interruptible, raise_users
from conformance.target import TokenRefused
from conformance.target.finishing import to_the_end

REFUSED = TokenRefused("http://tokens", "status 401")


def test_a_users_error_is_told_by_itself_however_deep_it_is() -> None:
    inner = ExceptionGroup("parts", [ValueError("x"), ExceptionGroup("more", [REFUSED])])
    with pytest.raises(TokenRefused, match="No access token"):
        raise_users(ExceptionGroup("all", [OSError(), inner]))


def test_a_mistake_of_the_suite_stays_as_it_is() -> None:
    with pytest.raises(ExceptionGroup):
        raise_users(ExceptionGroup("all", [ValueError("x")]))


def test_work_that_is_told_to_stop_is_cancelled_once_and_gives_what_it_has() -> None:
    cancelled = 0

    async def work() -> str:
        nonlocal cancelled
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            await asyncio.sleep(0)
        return "kept"

    assert interruptible(work(), stop=lambda: True) == "kept"
    assert cancelled == 1


def test_work_that_does_not_end_well_is_an_interrupt() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        interruptible(work(), stop=lambda: True)


def test_a_failure_after_a_cancellation_is_not_complained_of() -> None:
    complaints: list[object] = []

    async def fail() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        raise REFUSED

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        task = asyncio.create_task(to_the_end(fail()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert complaints == []
