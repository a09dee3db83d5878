"""Reads that many probes make."""

from __future__ import annotations

from tests.reference.faults.notes import Notes
from tests.reference.session import Session


async def take_reads(session: Session, notes: Notes, *instances: str, stages: int = 0) -> None:
    """Read instances, their histories, and those of as many stages."""
    for instance in instances:
        for path in ("", "/history", *(f"/stages/{number}/history" for number in range(stages))):
            notes.take(await session.call("GET", f"/instances/{instance}{path}"))


async def take_lists(session: Session, notes: Notes, *workflows: str) -> None:
    """List the instances of all workflows and of some, the running ones as well."""
    for workflow in ("", *(f"workflowID={one}&" for one in workflows)):
        for running in ("", "", "running=true"):
            notes.take(await session.call("GET", f"/instances?{workflow}{running}"))
