"""The options of the reference server, also of the embedded one."""

from __future__ import annotations

from dataclasses import replace

from conformance.configuration.combinations import NeedsOption
from conformance.configuration.reading import BadOption, Values, read
from conformance.contract.errors import UserError
from conformance.reference.engine.timing import UnusableTiming, load_timing
from conformance.reference.faults import FAULTS, UnknownFault
from conformance.reference.options import Noise, ServerOptions


class NoSuchFault(UserError):
    """The reference server has no fault of this name."""

    def __init__(self, name: str) -> None:
        near = UnknownFault(name).close
        hint = f"Did you mean {' or '.join(near)}?" if near else "`conformance serve --list-faults` lists them."
        super().__init__(f"There is no fault {name!r}.", hint)


def _faults(values: Values) -> tuple[str, ...]:
    names: tuple[str, ...] = read(values, "fault")
    for name in names:
        if name not in FAULTS:
            raise NoSuchFault(name)
    return names


def server_options(values: Values) -> ServerOptions:
    """How the reference server is to behave: what the section "Embedded server" says. Raises UserError."""
    like, latency = read(values, "like"), read(values, "latency") or 0.0
    pace = read(values, "runs-per-second")
    if like and latency:
        raise BadOption("latency", values("latency"), "either --latency or --like, which are two ways of being slow")
    if pace is not None and not like:
        raise BadOption("runs-per-second", values("runs-per-second"), "it together with --like real")
    if like:
        try:
            load_timing(like)
        except UnusableTiming as error:
            wanted = f"'real' or a YAML file of figures that can be used ({error.reason})"
            raise BadOption("like", like, wanted) from None
    faults, lifetime = _faults(values), read(values, "token-lifetime")
    # What is wrong with authentication shows only where there is some.
    auth = read(values, "auth") or any(FAULTS[name].tokens for name in faults)
    if lifetime is not None and not auth:
        raise NeedsOption("token-lifetime", "auth")
    return ServerOptions(
        faults=faults,
        auth=auth,
        token_lifetime=lifetime or 3600.0,
        latency=latency,
        jitter=latency > 0,
        like=like or None,
        runs_per_second=pace,
        noise=_noise(values),
    )


def serve_options(values: Values) -> ServerOptions:
    """How `conformance serve` is to behave, where it listens and what it holds. Raises UserError."""
    return replace(
        server_options(values),
        host=read(values, "serve-host"),
        port=read(values, "serve-port") or 0,
        jitter=read(values, "serve-jitter"),
        seed=read(values, "serve-seed") or 0,
        database=str(read(values, "serve-database") or ""),
        restart_after=read(values, "serve-restart-after") or 0,
        clock_skew=read(values, "serve-clock-skew") or 0.0,
        filled=read(values, "serve-filled") or 0,
        prefix=read(values, "serve-prefix") or "",
    )


def _noise(values: Values) -> Noise:
    """What is to come between the reference server and its clients."""
    slow_s, slow_share = read(values, "slow-answers") or (0.0, 0.0)
    stall_s, stall_at_s = read(values, "stall") or (0.0, 0.0)
    return Noise(
        gateway_errors=read(values, "gateway-errors") or 0.0,
        unavailable=read(values, "unavailable") or 0.0,
        drop=read(values, "drop") or 0.0,
        slow_s=slow_s,
        slow_share=slow_share,
        stall_s=stall_s,
        stall_at_s=stall_at_s,
    )
