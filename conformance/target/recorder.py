"""Collecting the exchanges of one trace in order of sending."""

from __future__ import annotations

import time
from collections.abc import Callable

from conformance.trace import Exchange

OnExchange = Callable[[Exchange], None]


class Recorder:
    """The exchanges of one trace. An index is given at sending, so concurrent exchanges keep their order of sending.

    ``on_exchange`` is called with each exchange as soon as it is over. ``origin`` is the wall-clock time (ns since
    1970) of ns 0 of the monotonic clock, as `Trace.origin` wants it.
    """

    def __init__(self, on_exchange: OnExchange | None = None) -> None:
        self.origin = time.time_ns() - time.monotonic_ns()
        self._on_exchange = on_exchange
        self._sent = 0
        self._finished: dict[int, Exchange] = {}

    def begin(self) -> int:
        """The index of a request that is about to be sent."""
        index, self._sent = self._sent, self._sent + 1
        return index

    def finish(self, exchange: Exchange) -> None:
        """Keep an exchange that is over."""
        self._finished[exchange.index] = exchange
        if self._on_exchange is not None:
            self._on_exchange(exchange)

    @property
    def pending(self) -> int:
        """How many requests are under way."""
        return self._sent - len(self._finished)

    def exchanges(self) -> tuple[Exchange, ...]:
        """What is over so far, in order of sending."""
        return tuple(self._finished[index] for index in sorted(self._finished))
