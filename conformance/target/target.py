"""A target: one factory of clients that share connection settings, token, limits and counters."""

from __future__ import annotations

import ssl
import time
from types import TracebackType

import httpx

from conformance.contract.api import V1, Api
from conformance.target.auth import TokenSource
from conformance.target.client import Client, Shared
from conformance.target.config import TargetConfig
from conformance.target.ids import GivenIds
from conformance.target.pacing.limits import Limiter, retry_after_s
from conformance.target.pacing.run_gate import RunGate
from conformance.target.pacing.silence import Silence
from conformance.target.recorder import Recorder
from conformance.target.sender import Sender
from conformance.trace import Exchange
from conformance.wire.instant import SECOND

# Servers close an idle connection after 5 s, some after 1 s; using one at that very moment would look like a broken
# answer.
_KEEPALIVE_S = 0.8


class Target:
    """An async context manager. ``runs`` counts the runWorkflow requests sent so far, ``exchanges`` all that ended.

    ``given`` holds ids that it gave, ``gate`` is where runs wait for their turn, ``silence`` tells when it answered
    nothing.
    """

    def __init__(self, config: TargetConfig, api: Api = V1) -> None:
        self.config = config
        self.api = api
        self.runs = 0
        self.exchanges = 0
        self.given = GivenIds()
        self.silence = Silence(int(config.timeout_s * SECOND))
        self._refused_since: int | None = None
        self._gone = False
        self._ssl = _ssl_context(config)
        self._limiter = Limiter(config.max_concurrency, config.max_rate)
        self.gate = RunGate(patience_s=config.timeout_s)
        self._own = self._http()
        self._tokens = TokenSource(config, self._own)
        self._shared = Shared(
            config=config,
            api=api,
            base=httpx.URL(config.url),
            limiter=self._limiter,
            bearer=self._tokens.bearer,
            gate=self.gate,
            started=self._started,
            answered=self._answered,
        )

    @property
    def gone(self) -> bool:
        """Whether it has refused every connection for as long as an answer may take: it has ended, or was moved."""
        return self._gone

    async def __aenter__(self) -> Target:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def client(self, recorder: Recorder, name: str = "1", *, reuse: bool = True) -> Sender:
        """A sender with connections of its own, whose exchanges go to ``recorder`` under its name.

        ``reuse``: whether a connection serves more than one exchange.
        """
        return Client(self._shared, self._http(reuse=reuse), recorder, name)

    async def bearer(self, scopes: tuple[str, ...] | None = None) -> str | None:
        """An access token, for narrower scopes than the configured ones where given. Raises TokenRefused."""
        return await self._tokens.bearer(scopes)

    async def aclose(self) -> None:
        """Close what the target itself holds open; clients are closed by those who made them."""
        await self._own.aclose()

    def _http(self, *, reuse: bool = True) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            # An environment's proxy must not come between a measurement and its target.
            trust_env=False,
            verify=self._ssl,
            timeout=None,
            headers={"accept-encoding": "identity", "user-agent": "orchestration-conformance"},
            limits=httpx.Limits(max_keepalive_connections=None if reuse else 0, keepalive_expiry=_KEEPALIVE_S),
        )

    def _started(self, operation: str | None) -> None:
        self.runs += operation == "runWorkflow"

    def _answered(self, exchange: Exchange) -> None:
        self.exchanges += 1
        self.given.note(exchange)
        self._note_refusal(exchange)
        self.silence.note(exchange)
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


def _ssl_context(config: TargetConfig) -> ssl.SSLContext:
    """One context for all clients: making one reads every CA certificate, tens of milliseconds each time."""
    if config.insecure or config.verify is False:
        return httpx.create_ssl_context(verify=False, trust_env=False)
    if config.verify is True:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.create_default_context(cafile=config.verify)
