"""A target: one factory of clients that share connection settings, token, limits and counters."""

from __future__ import annotations

import time
from dataclasses import replace
from types import TracebackType

import httpx

from conformance.contract.api import V1, Api
from conformance.target.authentication.tokens import TokenSource
from conformance.target.bodies import Bodies
from conformance.target.client import Client, Shared
from conformance.target.coexistence.footprint import Footprint, Journal
from conformance.target.coexistence.policy import RequestPolicy
from conformance.target.config import TargetConfig
from conformance.target.connecting import http_client, ssl_context
from conformance.target.ids import GivenIds
from conformance.target.lists.list_budget import CALLS, LONG, ListBudget, kind_of
from conformance.target.lists.list_filter import ListFilter
from conformance.target.pacing.deadline import ENDLESS, Deadline
from conformance.target.pacing.limits import Limiter, retry_after_s
from conformance.target.pacing.run_gate import MOST, RunGate
from conformance.target.pacing.silence import Silence
from conformance.target.recorder import Recorder
from conformance.target.sender import Sender, send
from conformance.trace import Exchange
from conformance.trace.roles import Role
from conformance.wire.instant import SECOND

_CONCURRENCY = 64


class Target:
    """An async context manager. ``runs`` counts the runWorkflow requests sent so far, ``exchanges`` all that ended.

    ``tokens`` are its access tokens, ``footprint`` is what it holds of this run, ``policy`` says what may be sent,
    ``given`` holds ids that it gave, ``list_budget`` knows how long lists are and whether one may be requested,
    ``gate`` is where runs wait for admission, ``silence`` tells when it answered nothing, ``deadline`` when it is asked
    nothing any more.
    """

    def __init__(
        self,
        config: TargetConfig,
        api: Api = V1,
        deadline: Deadline = ENDLESS,
        journal: Journal | None = None,
    ) -> None:
        self.config = config
        self.api = api
        self.deadline = deadline
        self.runs = 0
        self.exchanges = 0
        self.given = GivenIds()
        self.list_budget = ListBudget()
        self.silence = Silence(int(config.timeout_s * SECOND))
        self._refused_since: int | None = None
        self._gone = False
        self._ssl = ssl_context(config)
        self.footprint = Footprint(journal)
        self.policy = RequestPolicy(config, self.footprint, self.given)
        self._limiter = Limiter(config.concurrency or _CONCURRENCY, config.max_rate)
        self.gate = RunGate(patience_s=config.timeout_s, most=config.concurrency or MOST)
        self.tokens = TokenSource(config, lambda url: http_client(url, self._ssl))
        self._shared = Shared(
            config=config,
            api=api,
            base=httpx.URL(config.url),
            limiter=self._limiter,
            tokens=self.tokens,
            gate=self.gate,
            started=self._started,
            answered=self._answered,
            deadline=deadline,
            bodies=Bodies(config.max_body),
            policy=self.policy,
            list_budget=self.list_budget,
        )

    @property
    def spent(self) -> bool:
        """Whether all requests are used up that the user allows, but for those that remove what was made."""
        return self.policy.spent

    @property
    def gone(self) -> bool:
        """Whether it has refused every connection for as long as an answer may take: it has ended, or was moved."""
        return self._gone

    async def __aenter__(self) -> Target:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the journal; clients are closed by those who made them."""
        self.footprint.close()

    def client(self, recorder: Recorder, name: str = "1", *, reuse: bool = True) -> Sender:
        """A sender with connections of its own, whose exchanges go to ``recorder`` under its name.

        ``reuse``: whether a connection serves more than one exchange.
        """
        return Client(self._shared, self._http(reuse=reuse), recorder, name)

    def _http(self, *, reuse: bool = True) -> httpx.AsyncClient:
        return http_client(self.config.url, self._ssl, run=self.config.run_id, reuse=reuse)

    async def measure_lists(self) -> tuple[Exchange, ...]:
        """Look how long the lists of everything are, by their beginnings, before anything is made. Raises TargetError.

        Gives the exchanges. What is not answered well is as any other target's: whether that is right is for the rules
        to say.
        """
        shared = replace(self._shared, bodies=Bodies(LONG))
        recorder = Recorder()
        client = Client(shared, self._http(), recorder, Role.PROBE)
        try:
            # Nothing is recorded before all are measured: what is known to be long is read in another way.
            answers = {kind: await send(client, self.api.prepare(call)) for kind, call in CALLS.items()}
            for kind, answer in answers.items():
                self.list_budget.measured(kind, answer)
            return recorder.exchanges()
        finally:
            await client.aclose()

    def _started(self, operation: str | None) -> None:
        self.runs += operation == "runWorkflow"

    def _answered(self, exchange: Exchange, list_filter: ListFilter | None) -> None:
        self.exchanges += 1
        self.list_budget.note(exchange)
        if list_filter is not None:
            self.list_budget.took(kind_of(exchange.operation, exchange.request.query), exchange, list_filter)
        self.given.note(exchange)
        self.footprint.note(exchange)
        self._note_refusal(exchange)
        self.silence.note(exchange)
        if exchange.operation == "listWorkflows" and exchange.ok:
            self.tokens.accepted = True
        wait = retry_after_s(exchange.response, time.time()) if exchange.response else None
        if wait is not None:
            if exchange.status == 429:
                self._limiter.slow_down()
            self._limiter.pause(wait)

    def _note_refusal(self, exchange: Exchange) -> None:
        if not exchange.failed_by("refused"):
            self._refused_since, self._gone = None, False
            return
        self._refused_since = exchange.sent if self._refused_since is None else self._refused_since
        self._gone = exchange.received - self._refused_since >= self.config.timeout_s * SECOND
