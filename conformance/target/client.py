"""A recorded HTTP client: every request becomes an exchange, whatever the target does with it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Unpack

import httpx

from conformance.contract.api import Api
from conformance.contract.calls import Call
from conformance.target import forms, sending
from conformance.target.authentication.masking import masked
from conformance.target.authentication.tokens import TokenSource
from conformance.target.bodies import Bodies
from conformance.target.coexistence.policy import FOREIGN, RequestPolicy
from conformance.target.config import TargetConfig
from conformance.target.errors import AccessLost
from conformance.target.lists.list_budget import LISTS, PATIENCE_S, ListBudget, kind_of
from conformance.target.lists.list_filter import ListFilter
from conformance.target.outgoing import Outgoing, prepared
from conformance.target.pacing.deadline import Deadline
from conformance.target.pacing.limits import LONGEST_PAUSE_S, Limiter, retry_after_s
from conformance.target.pacing.run_gate import RunGate
from conformance.target.recorder import Recorder
from conformance.target.sender import RequestOptions, patience_s, send
from conformance.trace import ENOUGH_LOST, UNSENT, Exchange, Failure, Request
from conformance.trace.recording import Span, action_of, recorded
from conformance.trace.roles import Role

_ALWAYS = (Role.PROBE, Role.WATCHDOG, Role.CLEANUP)
# An id of no server's own form, so that nobody has it.
_NOBODYS = "nobody-s"
TIME_IS_UP = "the time for the run was up"
_ATTEMPTS = 5
_SLOW_RUN = 3
_Sent = tuple[Exchange, str | None]
"""An exchange, and the token that went with it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the clients of one target have in common."""

    config: TargetConfig
    api: Api
    base: httpx.URL
    limiter: Limiter
    tokens: TokenSource
    gate: RunGate
    started: Callable[[str | None], None]
    answered: Callable[[Exchange, ListFilter | None], None]
    deadline: Deadline
    bodies: Bodies
    policy: RequestPolicy
    list_budget: ListBudget


class Client:
    """The `Sender` over HTTP. Made by `Target.client`; close it when its part is played."""

    def __init__(self, shared: Shared, http: httpx.AsyncClient, recorder: Recorder, name: str) -> None:
        self._shared = shared
        self._http = http
        self.recorder = recorder
        self.name = name

    @property
    def url(self) -> str:
        """The URL of the API's root."""
        return self._shared.config.url

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Exchange:
        """Send one request and return its exchange; what goes wrong with the target is in ``exchange.failure``.

        ``path`` is relative to the API's root and already percent-encoded; it goes out as given, dot segments
        included. A 429 or 503 with Retry-After holds back all of the target's traffic for that long; then the request
        is sent again, a few times at the most, each time as an exchange of its own, of which the last is returned.
        So is a read whose answer was lost, and what may be repeated: until it is answered, or until that it is not is
        no chance any more. Cancelling the task leaves an exchange that was aborted, and so does the end of the run's
        time. What was not sent until then, or what the target's policy objects to, is not recorded. A 401 renews the
        token, and the request is sent once more. Raises TokenRefused, and AccessLost when no token is accepted any
        longer.
        """
        if (objection := await self._objection(method, path)) is not None:
            return self._unsent(method, path, f"not sent: {objection}")
        with self._shared.policy.making(self._action(method, path)):
            exchange = await self._heeding(method, path, options)
            lost = exchange.loss
            repeated = method.upper() == "GET" or options.get("repeat", False)
            while repeated and exchange.loss and lost < ENOUGH_LOST and await self._others_answered(path):
                exchange = await self._heeding(method, path, options)
                lost += exchange.loss
            return exchange

    def _action(self, method: str, path: str) -> str | None:
        return action_of(method.upper(), sending.encoded_path(path), self._shared.api)[0]

    async def _objection(self, method: str, path: str) -> str | None:
        """Why a request is not sent; None when it may be."""
        action, params = action_of(method.upper(), sending.encoded_path(path), self._shared.api)
        objection = partial(self._shared.policy.objection, method, action, cleaning=self.name == Role.CLEANUP)
        look = self._shared.policy.ownership_check(method, params)
        if look is None or objection() is not None:
            return objection()
        asked = self._shared.api.prepare(look)
        seen = await Client(self._shared, self._http, Recorder(), self.name)._heeding(asked.method, asked.path, {})
        # Others may have used up meanwhile what is allowed.
        return FOREIGN if seen.ok or (seen.status is None and not seen.failed_by("refused")) else objection()

    async def _others_answered(self, path: str) -> bool:
        """Whether something else is answered: else it is not this request that the target, or a gateway, has lost."""
        nobodys = Call("getWorkflow", {"flowId": _NOBODYS})
        something = nobodys if self._shared.list_budget.lengths else Call("listWorkflows")
        others = [self._shared.api.prepare(call) for call in (Call("getServerInfo"), something)]
        other = next(each for each in others if each.path != path)
        return (await self._heeding(other.method, other.path, {})).answered

    async def _heeding(self, method: str, path: str, options: RequestOptions) -> Exchange:
        """Send a request as the target asks, in the time that there is; not one more of its long lists."""
        kind, budget = kind_of(self._action(method, path), options.get("query", ())), self._shared.list_budget
        if kind is None or not budget.is_long(kind) or self.name in _ALWAYS:
            return await self._timely(method, path, options)
        if not budget.admits(kind):
            return self._unsent(method, path, "lists are too long here to be asked for so often")
        patient: RequestOptions = {**options, "expected_wait_s": options.get("expected_wait_s", 0.0) + PATIENCE_S}
        try:
            return await self._timely(method, path, patient)
        finally:
            budget.left(kind)

    async def _timely(self, method: str, path: str, options: RequestOptions) -> Exchange:
        left = self._shared.deadline.end - time.monotonic()
        if left <= 0:
            return self._unsent(method, path)
        try:
            async with asyncio.timeout(None if math.isinf(left) else left) as whole:
                return await self._heeded(method, path, options)
        except TimeoutError:
            if not whole.expired():
                raise
            return self._unsent(method, path)

    def _unsent(self, method: str, path: str, why: str = TIME_IS_UP) -> Exchange:
        """What becomes of a request that is not sent, to the knowledge of who asked for it."""
        sent_path, now = sending.encoded_path(path), time.monotonic_ns()
        request = Request(method.upper(), f"{self._shared.config.url}{sent_path}", sent_path)
        return recorded(UNSENT, request, Span(now, now), Failure("aborted", why), self._shared.api)

    async def _heeded(self, method: str, path: str, options: RequestOptions) -> Exchange:
        """Send a request, again when the answer asks to come back later, and once with a new token."""
        attempts, renewed = 0, False
        while True:
            # Before it waits for its turn: others that ask meanwhile must not be let in for what it uses up.
            self._shared.policy.sent += 1
            exchange, token = await self._request_once(method, path, options)
            attempts += 1
            asked = retry_after_s(exchange.response, time.time()) if exchange.response else None
            if exchange.status == 401 and token is not None:
                if renewed or await self._shared.tokens.renewed(token) is None:
                    await self._must_have_access(exchange, token)
                    return exchange
                renewed = True
            elif asked is None or asked > LONGEST_PAUSE_S or attempts >= _ATTEMPTS:
                return exchange

    async def _must_have_access(self, refused: Exchange, token: str) -> None:
        """Ask whether a token that was refused is refused everywhere by now. Raises AccessLost."""
        if not self._shared.tokens.accepted:
            return
        listing = self._shared.api.prepare(Call("listWorkflows"))
        if refused.operation != "listWorkflows":
            self._shared.policy.sent += 1
            refused, _ = await self._request_once(listing.method, listing.path, {}, token)
        if refused.status == 401:
            raise AccessLost(self.url)

    async def _token(self, options: RequestOptions) -> str | None:
        """The token that goes with a request; None where it has credentials of its own, or is to have none."""
        own = any(name.lower() == "authorization" for name, _ in options.get("headers", ()))
        return None if own or options.get("refused") else await self._shared.tokens.bearer()

    async def _request_once(self, method: str, path: str, options: RequestOptions, token: str | None = None) -> _Sent:
        """Send a request once it is admitted, with the token of that moment, or this one: it may expire meanwhile."""
        if self._action(method, path) == "runWorkflow":
            return await self._run(method, path, options, token)
        async with self._shared.limiter.admitted():
            return await self._send_at_once(method, path, options, token)

    async def _run(self, method: str, path: str, options: RequestOptions, token: str | None) -> _Sent:
        """Runs have a gate of their own, so that reads need not wait behind them."""
        # Runs of scenarios come with a place; the few others mostly hold up many cases that cost no run.
        given, behind = options.get("place"), options.get("behind", 0)
        place = given if given is not None and given.taken else (await self._shared.gate.enter(behind=behind))[0]
        waits = ("wait", "true") in options.get("query", ())
        if waits:
            place.leave_in_time()
        self._shared.gate.waiting += waits
        try:
            # What waits for the end of an instance must not keep out the event that ends it.
            bounded = self._shared.config.concurrency is not None and not waits
            turn = self._shared.limiter.admitted if bounded else self._shared.limiter.spaced_out
            async with turn():
                exchange, token = await self._send_at_once(method, path, self._patient(options), token)
            place.leave(answered=exchange.status == 201 and not waits)
            return exchange, token
        finally:
            self._shared.gate.waiting -= waits
            place.leave()

    def _patient(self, options: RequestOptions) -> RequestOptions:
        """A run is admitted as the target's load allows: several times what runs recently took is no failure yet."""
        expected_s = options.get("expected_wait_s", 0.0) + _SLOW_RUN * self._shared.gate.typical_s
        return {**options, "expected_wait_s": expected_s}

    async def _send_at_once(self, method: str, path: str, options: RequestOptions, token: str | None) -> _Sent:
        token = token or await self._token(options)
        outgoing = prepared(self._http, self._shared.base, self._shared.config, (method, path, token), options)
        # Whoever wants to send at this moment gets ready first; then all send, a fraction of a ms apart.
        await asyncio.sleep(0)
        return await self._send(outgoing, options), token

    async def warm(self) -> Exchange:
        """Open the connection with a recorded request for the server's version."""
        return await send(self, self._shared.api.prepare(Call("getServerInfo")))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _send(self, outgoing: Outgoing, options: RequestOptions) -> Exchange:
        patience = patience_s(options, self._shared.config.timeout_s)
        api = self._shared.api
        action = action_of(outgoing.recorded.method, outgoing.recorded.path, api)[0]
        self._shared.started(action)
        list_filter = self._shared.list_budget.list_filter() if action in LISTS else None
        read = partial(self._shared.bodies.read, list_filter=list_filter)
        index, sent = self.recorder.begin(), time.monotonic_ns()
        outcome = sending.SendResult(failure=Failure("aborted", "given up by the client"))
        try:
            answered = await sending.exchange(self._http, outgoing.http, patience, read, options.get("known_end"))
            unheard = forms.unheard(answered.response, options.get("forms", ()))
            outcome = masked(sending.SendResult(failure=unheard) if unheard else answered, self._shared.tokens.secrets)
        finally:
            # Also on cancellation: the request may have had its effect, so the trace must show it.
            exchange = recorded(
                index,
                outgoing.recorded,
                Span(sent, time.monotonic_ns()),
                outcome.response or outcome.failure,
                api,
                client=self.name,
                step=options.get("step"),
                timeout=int(patience * 1e9),
                expected_wait=int(options.get("expected_wait_s", 0.0) * 1e9),
                token=refused.kind if (refused := options.get("refused")) else "own",
            )
            self.recorder.finish(exchange)
            self._shared.answered(exchange, list_filter)
        return exchange
