"""Playing the checks of a driver one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.sdk.campaign.player import CasePlayer, DriverUseless
from conformance.sdk.checking.call_checks import Line
from conformance.sdk.checking.checks import checks
from conformance.sdk.driver.errors import NoHello
from conformance.sdk.driver.process import Driver, DriverTimeouts

_IN_A_ROW = 3
"""After so many calls one after another that broke the protocol the others would not tell more."""


async def check_driver(
    command: Sequence[str], prefix: str, tell: Callable[[Line], None], timeouts: DriverTimeouts | None = None
) -> None:
    """Check hello, every operation, errors, numbers, texts, order, bye and closing. Raises DriverNotStarted."""
    timeouts = timeouts or DriverTimeouts(hello=30.0, result=5.0)
    player = CasePlayer(command, prefix, timeouts)
    try:
        async with player:
            tell(Line("hello", "ok", _named(player)))
            if await _calls(player, tell):
                tell(_ending("bye", await player.end()))
                tell(await _closing(command, timeouts))
    except NoHello as error:
        tell(Line("hello", "wrong", error.message))


async def _calls(player: CasePlayer, tell: Callable[[Line], None]) -> bool:
    """Whether the driver was good enough to be checked to the end."""
    in_a_row = 0
    for check in checks(player.hello.features):
        try:
            played = await player.play(check.case)
        except DriverUseless as error:
            tell(Line(check.about, "wrong", f"{error.reason}; the rest was not checked"))
            return False
        line = check.judge(played.steps)
        stray = await player.stray()
        broken = stray is not None or any(each.broken is not None for each in played.steps)
        tell(Line(check.about, "wrong", stray) if stray is not None and line.verdict != "wrong" else line)
        in_a_row = in_a_row + 1 if broken else 0
        if in_a_row == _IN_A_ROW:
            tell(Line("the rest", "wrong", f"not checked, as {_IN_A_ROW} calls in a row broke the protocol"))
            return False
    return True


def _named(player: CasePlayer) -> str:
    features = ", ".join(sorted(player.hello.features))
    return f"{player.hello.name}, {f'with {features}' if features else 'one call at a time'}"


def _ending(about: str, wrong: str | None) -> Line:
    return Line(about, "ok") if wrong is None else Line(about, "wrong", wrong)


async def _closing(command: Sequence[str], timeouts: DriverTimeouts) -> Line:
    """Whether the driver ends when the suite is gone without a bye."""
    async with Driver(command, timeouts) as driver:
        return _ending("closing", await driver.hang_up())
