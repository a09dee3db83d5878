"""The results of a run. ``specs/results.schema.json`` publishes this shape; every report is a function of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Level = Literal["MUST", "SHOULD"]
Outcome = Literal["passed", "failed", "not_exercised", "not_applicable", "known_deviation", "inconclusive"]
Verdict = Literal["conformant", "not_conformant", "incomplete", "no_violation_found"]

OUTCOMES: tuple[Outcome, ...] = (
    "passed",
    "failed",
    "not_exercised",
    "not_applicable",
    "known_deviation",
    "inconclusive",
)


@dataclass(slots=True)
class RequirementResult:
    """One requirement's outcome. ``upheld`` and ``violated`` count observations; ``reason`` explains the rest."""

    id: str
    level: Level
    outcome: Outcome
    upheld: int = 0
    violated: int = 0
    findings: list[str] = field(default_factory=list)
    group: str = ""
    statement: str = ""
    basis: str = ""
    operations: list[str] = field(default_factory=list)
    feature: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class ExchangeRecord:
    """An exchange as reports show it: bodies as text (cut when huge), times in ms from the start of its trace."""

    index: int
    operation: str | None
    method: str
    url: str
    sent_ms: float
    received_ms: float
    client: str = "1"
    step: int | None = None
    request_headers: list[list[str]] = field(default_factory=list)
    request_body: str | None = None
    status: int | None = None
    response_headers: list[list[str]] = field(default_factory=list)
    response_body: str | None = None
    failure: str | None = None


@dataclass(slots=True)
class Mark:
    """The offending part of an exchange: its index in the finding, and a JSON pointer into the response body."""

    exchange: int
    pointer: str = ""


@dataclass(slots=True)
class Replays:
    """How often a finding's scenario was played again, and in how many of these plays the violation was shown."""

    played: int = 0
    shown: int = 0


@dataclass(slots=True)
class Finding:
    """One cause: the requirement that explains it, those that follow from it, and the shortest way to see it.

    ``reproducibility`` says of ``replays`` "always", or "n/m": n of m replays showed it ("0/0" without any, and
    ``not_replayed`` tells why). ``seen`` counts what was observed in the run itself. ``scenario`` is the JSON form of
    the scenario ({"steps": [...]}) or None for a recording; ``script`` its steps in words, one a line, but many
    creations alike on one, with their number. ``minimised``: nothing simpler was left to try. ``exchanges`` are those
    that show it, ``shortened_from`` is how many there were before anything was left out.
    """

    id: str
    requirement: str
    level: Level
    requirements: list[str]
    operations: list[str]
    reproducibility: str
    expected: str
    observed: str
    scenario: dict[str, Any] | None = None
    script: list[str] = field(default_factory=list)
    exchanges: list[ExchangeRecord] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    curl: str = ""
    python: str = ""
    minimised: bool = False
    replays: Replays = field(default_factory=Replays)
    seen: int = 1
    not_replayed: str | None = None
    shortened_from: int | None = None
    known: dict[str, str] | None = None


@dataclass(slots=True)
class OperationResult:
    """What was looked at per operation: how many exchanges, and how often each status ("timeout" for none)."""

    id: str
    exchanges: int = 0
    statuses: dict[str, int] = field(default_factory=dict)


NO_ANSWER = "no answer in time"
"""What a request is lost to that got no answer within the timeout; other causes name who answered in its place."""


@dataclass(slots=True)
class Losses:
    """The answers that were lost between the client and the server, of so many ``requests``; they are no violations.

    ``causes`` counts them by what they were lost to, ``operations`` by operation: [lost, sent]. ``silences`` are the
    intervals, in seconds from the beginning, in which the target as a whole answered nothing for longer than the
    timeout.
    """

    requests: int = 0
    causes: dict[str, int] = field(default_factory=dict)
    operations: dict[str, tuple[int, int]] = field(default_factory=dict)
    silences: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Activity:
    """A run over time, in seconds from its beginning: what was judged in each bin of ``bin_s`` seconds.

    ``violations`` are observations; ``first_violated`` tells per requirement when the first of them was seen, ``found``
    per finding when it was confirmed, ``phases`` when each phase began. ``runs_in_flight`` (mean), ``runs_finished``
    (requests for one that are over, with refused ones and replays) and ``settle_s`` (the longest) tell of the load;
    they are empty where the log does not.
    """

    bin_s: float
    exchanges: list[int]
    violations: list[int]
    first_violated: dict[str, float] = field(default_factory=dict)
    found: dict[str, float] = field(default_factory=dict)
    phases: list[tuple[str, float]] = field(default_factory=list)
    runs_in_flight: list[float] = field(default_factory=list)
    runs_finished: list[int] = field(default_factory=list)
    settle_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Results:
    """A whole run. ``complete`` is false when it did not come to its own end: it was interrupted or killed, it never
    began, its target was lost or could not be tested, or a share of it is missing. What was measured is here all the
    same.

    ``unreached`` is a sentence on what a slow target or too little time left out, empty when all was played.
    ``narrowed``: only a part was looked at (a selection, a recording), so that it never says conformant.
    """

    verdict: Verdict
    target: dict[str, Any]
    suite: dict[str, Any]
    seed: int
    profile: str
    started_at: str
    duration_s: float
    requirements: list[RequirementResult]
    findings: list[Finding]
    counts: dict[str, int]
    operations: list[OperationResult] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    settling: dict[str, Any] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    leftovers: list[str] = field(default_factory=list)
    unreached: str = ""
    stale: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    complete: bool = True
    narrowed: bool = False
    activity: Activity | None = None
    schema_version: str = "1.2"

    @property
    def target_name(self) -> str:
        """What was judged: its name, URL or file; the port of an embedded server means nothing to a reader."""
        target = self.target
        given = target.get("name") or ("Embedded reference server" if target.get("embedded") else target.get("url"))
        return str(given or target.get("file") or "unnamed target")

    @property
    def whole(self) -> bool:
        """Whether it was played to its end: what was not played any more might have failed."""
        return self.complete and not self.target.get("lost")

    def to_json(self) -> dict[str, Any]:
        """The JSON form, keys in the order of the fields."""
        return asdict(self)
