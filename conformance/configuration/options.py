"""From options, as texts, to checked settings."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from conformance.configuration.report_paths import default_report_dir
from conformance.configuration.settings import Profile, Settings
from conformance.contract.errors import UserError
from conformance.reference.engine.timing import UnusableTiming, load_timing
from conformance.reference.faults import FAULTS, UnknownFault
from conformance.reference.options import Noise, ServerOptions
from conformance.reports.terminal import Verbosity
from conformance.results.verdict import FailOn
from conformance.target import TargetConfig
from conformance.trace.redaction import redact_url

Values = Callable[[str], Any]
"""Gives an option by its name: a text, a list of texts, True, or None."""

FEATURES = ("ledger",)
NOISE = ("gateway-errors", "unavailable", "drop", "slow-answers", "stall")
"""The options of the reference server for what is no fault of its own."""


class BadOption(UserError):
    """An option has a value that it cannot have."""

    def __init__(self, name: str, value: object, wanted: str) -> None:
        super().__init__(f"{'-' if len(name) == 1 else '--'}{name} cannot be {value!r}.", f"Give {wanted}.")


class NoSuchFault(UserError):
    """The reference server has no fault of this name."""

    def __init__(self, name: str) -> None:
        near = UnknownFault(name).close
        hint = f"Did you mean {' or '.join(near)}?" if near else "`conformance serve --list-faults` lists them."
        super().__init__(f"There is no fault {name!r}.", hint)


class EmbeddedOnly(UserError):
    """An option of the embedded server was given together with the address of another one."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(
            f"--{name} is for the embedded server and does nothing to {redact_url(url)}.",
            f"Leave out the URL, or --{name}.",
        )


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything a run was asked for. ``url`` None: the embedded reference server, with the options ``embedded``."""

    url: str | None
    settings: Settings
    report_dir: Path
    embedded: ServerOptions = field(default_factory=ServerOptions)
    known: Path | None = None
    strict_known: bool = False
    against: Path | None = None
    fail_on: FailOn = "must"
    summary_file: Path | None = None
    verbosity: Verbosity = "normal"
    default_dir: bool = True


def _number(values: Values, name: str, wanted: str) -> float | None:
    given = values(name)
    if given is None:
        return None
    try:
        number = float(given)
    except ValueError:
        raise BadOption(name, given, wanted) from None
    if not number > 0:
        raise BadOption(name, given, wanted)
    return number


def _choice(values: Values, name: str, choices: tuple[str, ...], default: str) -> Any:
    given = values(name) or default
    if given not in choices:
        raise BadOption(name, given, f"one of {', '.join(choices)}")
    return given


def _seed(values: Values) -> int:
    given = values("seed") or "0"
    if given == "random":
        return random.SystemRandom().randrange(10**6)
    if not re.fullmatch(r"\d{1,18}", given, re.ASCII):
        raise BadOption("seed", given, "a whole number, or 'random'")
    return int(given)


def duration_s(name: str, text: str | None) -> float:
    """Seconds of a text such as 400ms, 8h, 90s or 90; 0 for None. Raises BadOption."""
    if text is None:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text, re.ASCII)
    if match is None:
        raise BadOption(name, text, "a duration such as 400ms, 90s, 15m or 8h")
    return float(match[1]) * {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}[match[2]]


def _features(values: Values) -> frozenset[str]:
    without = values("without") or []
    for name in without:
        if name not in FEATURES:
            raise BadOption("without", name, f"one of {', '.join(FEATURES)}")
    return frozenset(FEATURES) - frozenset(without)


def _headers(values: Values) -> dict[str, str]:
    found = {}
    for text in values("header") or []:
        name, colon, value = text.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name.strip()):
            raise BadOption("header", text, "it as 'Name: value'")
        found[name.strip()] = value.strip()
    return found


def _path(values: Values, name: str) -> Path | None:
    given = values(name)
    return Path(given) if given else None


def _faults(values: Values, url: str | None) -> tuple[str, ...]:
    _embedded_only("fault", values, url)
    names = tuple(values("fault") or ())
    for name in names:
        if name not in FAULTS:
            raise NoSuchFault(name)
    return names


def slowness(values: Values) -> ServerOptions:
    """How slow the reference server is to be: its options, but for ``latency``, ``like`` and ``runs_per_second`` the
    defaults. Raises BadOption.
    """
    like, latency = values("like"), duration_s("latency", values("latency"))
    pace = _number(values, "runs-per-second", "a number of runs, such as 0.5")
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
    return ServerOptions(latency=latency, jitter=latency > 0, like=like or None, runs_per_second=pace)


def _share(name: str, text: str | None) -> float:
    """A share from 0 to 1, of a text such as 5%; 0 for None. Raises BadOption."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)%", text or "0%", re.ASCII)
    if match is None or float(match[1]) > 100:
        raise BadOption(name, text, "a share such as 5%")
    return float(match[1]) / 100


def _pair(values: Values, name: str, example: str) -> tuple[str, str] | None:
    text = values(name)
    if text is None:
        return None
    first, at, second = text.partition("@")
    if not at:
        raise BadOption(name, text, f"both parts, such as {example}")
    return first, second


def noise(values: Values) -> Noise:
    """What is to come between the reference server and its clients. Raises BadOption."""
    slow, stall = _pair(values, "slow-answers", "12s@0.14%"), _pair(values, "stall", "13s@60s")
    found = Noise(
        gateway_errors=_share("gateway-errors", values("gateway-errors")),
        unavailable=_share("unavailable", values("unavailable")),
        drop=_share("drop", values("drop")),
    )
    if slow is not None:
        found = replace(found, slow_s=duration_s("slow-answers", slow[0]), slow_share=_share("slow-answers", slow[1]))
    if stall is not None:
        found = replace(found, stall_s=duration_s("stall", stall[0]), stall_at_s=duration_s("stall", stall[1]))
    return found


def _embedded(values: Values, url: str | None) -> ServerOptions:
    for name in ("latency", "like", "runs-per-second", *NOISE):
        _embedded_only(name, values, url)
    return replace(slowness(values), noise=noise(values), faults=_faults(values, url))


def _embedded_only(name: str, values: Values, url: str | None) -> None:
    if url is not None and values(name):
        raise EmbeddedOnly(name, url)


def run_options(values: Values, environment: Mapping[str, str] = os.environ) -> RunOptions:
    """Checked options. Raises BadOption."""
    given_dir = values("report-dir")
    url = values("url")
    report_dir = Path(given_dir) if given_dir else default_report_dir(url, datetime.now(UTC))
    summary = values("summary-file") or environment.get("GITHUB_STEP_SUMMARY")
    settings = Settings(
        seed=_seed(values),
        profile=_choice(values, "profile", get_args(Profile), "standard"),
        max_time=duration_s("max-time", values("max-time")) or None,
        features=_features(values),
        report_dir=report_dir,
        spec=values("spec"),
        database=values("database"),
    )
    return RunOptions(
        url=url,
        settings=settings,
        report_dir=report_dir,
        embedded=_embedded(values, url),
        known=_path(values, "known"),
        strict_known=bool(values("strict-known")),
        against=_path(values, "against"),
        fail_on=_choice(values, "fail-on", get_args(FailOn), "must"),
        summary_file=Path(summary) if summary else None,
        verbosity=_choice(values, "verbosity", get_args(Verbosity), "normal"),
        default_dir=given_dir is None,
    )


def target_config(values: Values, url: str, environment: Mapping[str, str] = os.environ) -> TargetConfig:
    """How to reach the target. Raises BadOption, WrongUrl and IncompleteCredentials."""
    return TargetConfig(
        url=url,
        headers=_headers(values),
        token=values("token") or environment.get("CONFORMANCE_TOKEN"),
        client_id=values("client-id"),
        client_secret=values("client-secret") or environment.get("CONFORMANCE_CLIENT_SECRET"),
        token_url=values("token-url"),
        timeout_s=_number(values, "timeout", "a number of seconds") or 10.0,
        max_rate=_number(values, "max-rate", "a number of requests a second"),
        verify=values("ca-file") or True,
        insecure=bool(values("insecure")),
    )
