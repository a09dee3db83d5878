"""What stands between a client and its server: gateways, firewalls, redirects. None of it is the server's fault."""

from __future__ import annotations

import re

from benchmarks.hostile.behaviours.behaviour import Act, Behaviour
from benchmarks.hostile.handling import HTML, Handling, Headers

_PAGE = b"<html><head><title>%d</title></head><body><center>%d</center><hr><center>nginx</center></body></html>"
_ATTACK = re.compile(rb"<|\.\./|%2e|'|\$\{|--|;|\\u0000|%00|select|script", re.IGNORECASE)


def page(status: int, headers: Headers = ()) -> Act:
    """A page of HTML."""

    async def act(handling: Handling) -> bool:
        await handling.answer(status, _PAGE % (status, status), (*HTML, *headers))
        return True

    return act


async def firewall(handling: Handling) -> bool:
    if _ATTACK.search(handling.request.path.encode("latin-1") + handling.request.body):
        return await page(403)(handling) or False
    await handling.pass_on()
    return True


async def redirect_loop(handling: Handling) -> bool:
    return await page(307, (("location", handling.request.path),))(handling) or False


async def answer_of_before(handling: Handling) -> bool:
    mine = await handling.upstream()
    before, handling.state.last = handling.state.last, mine
    shown = before or mine
    await handling.answer(shown.status, shown.body, shown.headers)
    return True


async def ignores_body(handling: Handling) -> bool:
    await handling.answer(413, _PAGE % (413, 413), (*HTML, ("connection", "close")))
    return False


BEHAVIOURS = (
    Behaviour("gateway-502", page(502), "a gateway's 502", seldom=True),
    Behaviour("gateway-504", page(504), "a gateway's 504", seldom=True),
    Behaviour("maintenance", page(503, (("retry-after", "1"),)), "503 with Retry-After", violates=False),
    Behaviour("retry-in-a-year", page(503, (("retry-after", "31536000"),)), "Retry-After of a year", violates=False),
    Behaviour(
        "retry-after-rubbish", page(429, (("retry-after", "soon\x0b"),)), "Retry-After of no time", violates=False
    ),
    Behaviour("too-many", page(429, (("retry-after", "0"),)), "429 with Retry-After 0", violates=False),
    Behaviour("firewall", firewall, "403 to what looks like an attack", violates=False),
    Behaviour("forbidden", page(403), "403 to everything", violates=False),
    Behaviour("unauthorised", page(401, (("www-authenticate", "Bearer"),)), "401", violates=False),
    Behaviour("proxy-auth", page(407), "407 of a proxy", violates=False),
    Behaviour("redirect-loop", redirect_loop, "redirects to itself"),
    Behaviour("redirect-elsewhere", page(302, (("location", "http://127.0.0.1:1/x"),)), "redirects to another origin"),
    Behaviour("redirect-to-file", page(301, (("location", "file:///etc/passwd"),)), "redirects to a file"),
    Behaviour("login-page", page(200), "HTML with 200, as a login page"),
    Behaviour("too-large", ignores_body, "413 of a gateway", violates=False),
    Behaviour("answer-of-before", answer_of_before, "the answer to the request before"),
)
