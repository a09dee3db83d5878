"""One run in a process of its own, told as one line of JSON: what failed, and which traces upheld each requirement.

python -m benchmarks.shared.one_run URL --seed N --profile standard
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from typing import Any

from conformance.campaign.concluding import conclude, header
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.tally import Tally
from conformance.target import TargetConfig
from conformance.trace import Trace


class Fingerprints(Silent):
    """Notes by requirement the scenarios that upheld it; controls, which are all alike, count as none."""

    def __init__(self) -> None:
        self.seen: dict[str, set[str]] = {}
        self._before: Counter[str] = Counter()

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        """Whatever was upheld more often than before was upheld by this trace."""
        del elapsed
        if trace.source != "control":
            text = json.dumps(trace.scenario, sort_keys=True, default=str)
            name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
            for requirement in tally.upheld - self._before:
                self.seen.setdefault(requirement, set()).add(name)
        self._before = tally.upheld.copy()


def _target(url: str, *, auth: bool) -> TargetConfig:
    tokens: dict[str, Any] = {
        "client_id": "conformance",
        "client_secret": "conformance",
        "token_url": f"{url}/oauth/token",
    }
    return TargetConfig(url=url, **(tokens if auth else {}))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--auth", action="store_true", help="take tokens from the reference server's own endpoint")
    chosen = parser.parse_args()
    config, document, observer = _target(chosen.url, auth=chosen.auth), load_document(), Fingerprints()
    settings = Settings(seed=chosen.seed, profile=chosen.profile)
    began = time.monotonic()
    begun = header(config, document, settings, load_requirements())
    outcome = play(RunContext(config, document, settings, observer))
    results = conclude(begun, outcome, settings.features, began)
    named = {
        kind: [each.id for each in results.requirements if each.outcome == kind]
        for kind in ("failed", "not_exercised", "inconclusive")
    }
    seen = {requirement: sorted(names) for requirement, names in sorted(observer.seen.items())}
    shown = ("requirement", "expected", "observed")
    told = {
        "verdict": results.verdict,
        "findings": [{name: getattr(finding, name) for name in shown} for finding in results.findings],
        "counts": results.counts,
        "settling": results.settling,
        "errors": results.errors,
        "upheld_by": seen,
    }
    print(json.dumps(named | told | {"duration_s": results.duration_s, "runs": outcome.tally.runs}))


if __name__ == "__main__":
    main()
