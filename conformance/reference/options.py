"""What a reference server can be asked to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noise:
    """What comes between the server and its clients; none of it is a fault of the server. Shares are from 0 to 1.

    ``gateway_errors``: answers replaced by nginx's 502, in HTML. ``unavailable``: by a JSON 503. ``drop``: connections
    closed instead of an answer. Half of these requests are carried out all the same. ``slow_share`` of the requests
    take ``slow_s`` seconds more. The whole server is silent for ``stall_s`` seconds once, ``stall_at_s`` seconds after
    its first request.
    """

    gateway_errors: float = 0.0
    unavailable: float = 0.0
    drop: float = 0.0
    slow_share: float = 0.0
    slow_s: float = 12.0
    stall_s: float = 0.0
    stall_at_s: float = 60.0


@dataclass(frozen=True)
class ServerOptions:
    """Options of one server.

    ``faults`` names entries of ``conformance.reference.faults.FAULTS``. ``latency`` is in seconds: 0 is fast, 0.4 shows
    the windows measured on a real server, other values scale them. ``jitter`` draws each wait from its window, with
    ``seed``; without it each wait is the middle of its window. ``like`` is "real" or a YAML file of figures (see
    ``engine/real.yaml``): the server then behaves in time like the one that was measured, and ``latency`` counts for
    nothing; ``runs_per_second`` is how many runs it starts in a second at best. ``clock_skew`` (seconds) shifts every
    timestamp. ``database`` is a SQLite file, from which a server that starts again goes on; ``restart_after``
    is the number of requests after which it starts again by itself, each time (0: never). ``noise`` comes between the
    server and its clients, drawn from ``seed``, too. ``auth`` asks for OAuth2 bearer tokens, which live
    for ``token_lifetime`` seconds. ``filled``: so many workflows, and instances of them, are there from the beginning,
    of others. ``prefix`` is where a gateway would mount the API. ``port`` 0 is any free one.
    """

    faults: tuple[str, ...] = ()
    latency: float = 0.0
    jitter: bool = False
    like: str | None = None
    runs_per_second: float | None = None
    clock_skew: float = 0.0
    database: str = ""
    restart_after: int = 0
    noise: Noise = Noise()
    auth: bool = False
    token_lifetime: float = 3600.0
    filled: int = 0
    prefix: str = ""
    seed: int = 0
    host: str = "127.0.0.1"
    port: int = 0
    client_id: str = "conformance"
    client_secret: str = "conformance"
