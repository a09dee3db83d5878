"""The command line that repeats a run, without secrets."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import Any

from conformance.contract.features import FEATURES
from conformance.results.model import Finding, Results

_TEXTS = ("token_file", "client_id", "token_url", "issuer", "cert", "cert_key")
_NUMBERS = (("timeout_s", "timeout", 10.0), ("max_rate", "max-rate", None), ("concurrency", "concurrency", None))
_VARIABLES = (("token", '"$CONFORMANCE_TOKEN"'), ("client_secret", '"$CONFORMANCE_CLIENT_SECRET"'))


def rerun_command(results: Results) -> str:
    """A `conformance` command that repeats the run; secrets are named as variables of the shell.

    The same seed and profile draw the same requests. What results do not tell (-k, -n, --known) is not in it.
    """
    target = results.target
    if target.get("proxy"):
        return "conformance proxy" + (
            "" if target.get("embedded") else f" --upstream {shlex.quote(str(target['url']))}"
        )
    if target.get("recording"):
        return f"conformance check {shlex.quote(str(target.get('url') or target.get('file')))}"
    if target.get("driver"):
        scenarios = " --scenarios" if target.get("scenarios") else ""
        return f"conformance sdk{scenarios} --seed {results.seed} -- {target['driver']}"
    parts = ["conformance run"]
    if target.get("embedded"):
        parts += _behaviour(results)
    elif target.get("url"):
        parts.append(shlex.quote(str(target["url"])))
    parts += [f"--profile {shlex.quote(results.profile)}", f"--seed {results.seed}"]
    return " ".join(parts + _scope(results) + ([] if target.get("embedded") else _access(results.configuration)))


def replay_command(results: Results, finding: Finding) -> str | None:
    """A `conformance` command that plays a finding again, where it can be played: its scenario, the target's access.

    The embedded server is gone by then, so its place is taken by the URL that `conformance serve` prints.
    """
    target = results.target
    if finding.scenario is None or target.get("recording"):
        return None
    parts = ["conformance replay", shlex.quote(finding.id)]
    if not target.get("embedded"):
        return " ".join([*parts, shlex.quote(str(target.get("url"))), *_access(results.configuration)])
    credentials = "--client-id conformance --client-secret conformance --token-url URL/oauth/token"
    return " ".join([*parts, "URL", *([credentials] if _demands_tokens(results) else [])])


def clean_command(results: Results, directory: str) -> str | None:
    """The command that removes what a run has left; None where it left nothing, or where no single command does.

    ``directory`` holds the run's reports, among them the journal of what no list shows in its name. Each of the shares
    that were merged made things in a name of its own, and its own report has the command.
    """
    run = results.configuration.get("run_id")
    if not results.leftovers or not run or results.target.get("embedded") or results.target.get("shares"):
        return None
    url = shlex.quote(str(results.target.get("url")))
    options = f"--run {shlex.quote(str(run))} --from {shlex.quote(directory)} --yes"
    return " ".join([f"conformance clean {url} {options}", *_access(results.configuration)])


def serve_command(results: Results) -> str | None:
    """The command that starts the embedded server of a run again; None when the run had another target."""
    if not results.target.get("embedded"):
        return None
    return " ".join(["conformance serve", *_behaviour(results)])


def _demands_tokens(results: Results) -> bool:
    """Whether the embedded server demanded tokens: then the run had its credentials."""
    return bool(results.configuration.get("client_id"))


def _behaviour(results: Results) -> list[str]:
    auth = ["--auth"] if _demands_tokens(results) else []
    return auth + [f"--fault {shlex.quote(str(fault))}" for fault in results.target.get("faults") or []]


def _scope(results: Results) -> list[str]:
    configuration = results.configuration
    seconds = _number(configuration.get("max_time"))
    parts = [f"--max-time {seconds:g}s"] if seconds is not None else []
    absent = {item.feature for item in results.requirements if item.outcome == "not_applicable" and item.feature}
    # What is looked for is found missing again.
    lacking = {feature for feature in absent if not (feature in FEATURES and FEATURES[feature].probed)}
    parts += ["--read-only"] if configuration.get("read_only") is True else []
    parts += [f"--exclude {shlex.quote(str(each))}" for each in configuration.get("excluded") or ()]
    most = _number(configuration.get("max_requests"))
    parts += [f"--max-requests {most:.0f}"] if most is not None else []
    parts += [f"--without {shlex.quote(feature)}" for feature in sorted(lacking)]
    source = results.document.get("source")
    return parts + ([f"--spec {shlex.quote(str(source))}"] if source not in (None, "bundled") else [])


def _access(configuration: dict[str, Any]) -> list[str]:
    """How the target was reached. Values of headers are never kept, so they are left for the reader to fill in."""
    headers = configuration.get("headers") or {}
    parts = [f"--header {shlex.quote(f'{name}: …')}" for name in headers]
    texts = [(name, shlex.quote(str(configuration[name]))) for name in _TEXTS if configuration.get(name)]
    texts += [(name, variable) for name, variable in _VARIABLES if configuration.get(name)]
    parts += [f"--{name.replace('_', '-')} {value}" for name, value in texts]
    numbers = [(option, _number(configuration.get(name)), usual) for name, option, usual in _NUMBERS]
    parts += [f"--{option} {value:g}" for option, value, usual in numbers if value is not None and value != usual]
    if isinstance(configuration.get("verify"), str):
        parts.append(f"--ca-file {shlex.quote(configuration['verify'])}")
    return parts + (["--insecure"] if configuration.get("insecure") is True else [])


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None
