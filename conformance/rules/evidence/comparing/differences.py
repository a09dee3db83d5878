"""The violation that a difference in a body shows."""

from __future__ import annotations

from conformance.rules.evidence.comparing.equal_meaning import Difference
from conformance.rules.evidence.observation import Observation, Proof, violated
from conformance.trace import Exchange


def differs(found: Difference, *exchanges: Exchange, subject: str, proof: Proof = "response") -> Observation:
    """Violated: the last exchange's body holds something else at the place that the difference names."""
    where = found.path.replace("data.", "", 1)
    return violated(
        *exchanges,
        expected=f"{where}: {found.expected}",
        observed=f"{where}: {found.observed}",
        proof=proof,
        subject=subject,
        pointer=found.pointer,
    )
