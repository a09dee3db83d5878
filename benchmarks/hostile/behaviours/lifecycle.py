"""Servers that die, come back, or speak TLS wrongly."""

from __future__ import annotations

from benchmarks.hostile.behaviours.behaviour import Act, Behaviour
from benchmarks.hostile.handling import Handling

_ALIVE = 150


def dies(back_after_s: float | None) -> Act:
    """Answers well so many requests, then closes everything and its port; opens it again after some seconds."""

    async def act(handling: Handling) -> bool:
        if handling.state.requests > _ALIVE and handling.state.stop is not None and not handling.state.kept.get("died"):
            handling.state.kept["died"] = True
            await handling.state.stop(back_after_s)
            return False
        await handling.pass_on()
        return True

    return act


async def well(handling: Handling) -> bool:
    await handling.pass_on()
    return True


async def no_tls(handling: Handling) -> bool:
    await handling.send(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
    return False


BEHAVIOURS = (
    Behaviour("well", well, "nothing wrong at all", violates=False),
    Behaviour("dies", dies(None), "ends in the middle, and comes back no more", violates=False),
    Behaviour("dies-and-returns", dies(2.0), "ends in the middle, and comes back after 2 s", violates=False),
    Behaviour("tls-rubbish", no_tls, "plain HTTP where TLS is due", violates=False, tls="none"),
    Behaviour("tls-self-signed", well, "a certificate that nobody trusts", violates=False, tls="localhost"),
    Behaviour("tls-other-name", well, "a certificate for another name", violates=False, tls="other.example"),
    Behaviour("tls-expired", well, "a certificate of last year", violates=False, tls="expired"),
)
