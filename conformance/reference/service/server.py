"""One server, assembled from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.reference.engine.clock import Clock
from conformance.reference.engine.instances import Engine
from conformance.reference.engine.journal import Journal
from conformance.reference.engine.ledger import Ledger
from conformance.reference.engine.log import ChangeLog
from conformance.reference.engine.pacing import LoadedPacing, Pacing
from conformance.reference.engine.restarts import Restarts
from conformance.reference.engine.stages import StageKinds
from conformance.reference.engine.timing import load_timing
from conformance.reference.engine.views import Views
from conformance.reference.options import ServerOptions
from conformance.reference.service.auth import Auth
from conformance.reference.service.operations import Handler, Operations
from conformance.reference.wire.errors import MethodNotAllowed


class Methods:
    """Which operation a method on a known path means."""

    def find(self, method: str, operations: Mapping[str, str]) -> str:
        """The operation id; HEAD is answered as GET. Raises MethodNotAllowed."""
        operation = operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            raise MethodNotAllowed(method, sorted(operations))
        return operation


@dataclass(frozen=True)
class Server:
    """The parts of one server; ``handlers`` answer the operations by id."""

    options: ServerOptions
    clock: Clock
    pacing: Pacing
    log: ChangeLog
    ledger: Ledger
    stage_kinds: StageKinds
    engine: Engine
    views: Views
    auth: Auth
    methods: Methods
    handlers: dict[str, Handler]
    restarts: Restarts


def _pacing(options: ServerOptions, clock: Clock) -> Pacing:
    if options.like is None:
        return Pacing(clock, options.latency, jitter=options.jitter, seed=options.seed)
    timing = load_timing(options.like)
    return LoadedPacing(clock, timing, seed=options.seed, runs_per_second=options.runs_per_second)


def assemble(options: ServerOptions, clock: Clock | None = None) -> Server:
    """A correct server with these options; faults are added by the caller that serves it. Raises UnusableTiming."""
    clock = Clock(options.clock_skew) if clock is None else clock
    pacing = _pacing(options, clock)
    log = ChangeLog(clock, pacing)
    ledger = Ledger(clock)
    stage_kinds = StageKinds(clock, log, ledger, pacing)
    engine = Engine(clock, log, stage_kinds, pacing)
    views = Views(log)
    auth = Auth(options.client_id, options.client_secret, required=options.auth, lifetime_s=options.token_lifetime)
    handlers = Operations(engine, views, pacing).handlers
    restarts = Restarts(engine, log, ledger, options.restart_after)
    if options.database or options.restart_after:
        restarts.keep(Journal(options.database))
    return Server(options, clock, pacing, log, ledger, stage_kinds, engine, views, auth, Methods(), handlers, restarts)
