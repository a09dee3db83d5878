"""Every fault changes the behaviour it is about, and the catalogue covers every rule."""

from __future__ import annotations

from collections import Counter
from functools import cache
from uuid import uuid4

import pytest

from conformance.contract.requirements import load_requirements
from conformance.reference.app import create_app
from conformance.reference.faults import FAULTS, UnknownFault
from conformance.reference.options import ServerOptions
from tests.reference.faults.probes import collections
from tests.reference.faults.shown import CASES, SHOWN, Probe
from tests.reference.session import SOON, Session, hosted
from tests.reference.virtual_time import run_virtually

FAULTY_PATIENCE = 0.3
"""What a fault keeps from happening needs no long wait: that it does happen after all can only fail a test."""


def observe(probe: Probe, *faults: str, patience: float = SOON, dread: float = 0) -> object:
    """What a probe sees of a server with these faults; a refusal that breaks the probe off is something seen too."""

    async def main() -> object:
        options = ServerOptions(faults=faults, auth=probe is collections.credentials)
        try:
            session = Session(options, patience, dread)
            session.follow_the_loop()
            return await hosted(probe, session)
        except AssertionError as refused:
            return f"broken off: {refused}"

    return run_virtually(main())


@cache
def correct(probe: Probe) -> object:
    """What a probe sees of a server without faults."""
    return observe(probe)


@pytest.mark.parametrize("probe", SHOWN, ids=lambda probe: probe.__name__)
def test_a_correct_server_shows_a_probe_the_same_each_time(probe: Probe) -> None:
    assert not isinstance(correct(probe), str)
    assert observe(probe) == correct(probe)


@pytest.mark.parametrize(("name", "probe"), CASES, ids=[name for name, _ in CASES])
def test_a_fault_shows(name: str, probe: Probe) -> None:
    assert observe(probe, name, patience=FAULTY_PATIENCE, dread=SOON) != correct(probe)


def test_every_fault_has_its_case() -> None:
    assert Counter(name for name, _ in CASES) == Counter(FAULTS.keys())


def test_every_requirement_has_a_fault_that_breaks_it_first() -> None:
    requirements = load_requirements().by_id.keys()
    assert {fault.breaks[0] for fault in FAULTS.values()} == requirements
    assert {broken for fault in FAULTS.values() for broken in fault.breaks} <= requirements


def test_every_fault_explains_itself() -> None:
    assert all(fault.summary.endswith(".") and "\n" not in fault.summary for fault in FAULTS.values())
    assert all(fault.rare is None or 0 < fault.rare < 1 for fault in FAULTS.values())


def test_several_faults_work_together() -> None:
    together = observe(collections.strangers, "errors-as-text", "nobody-cancelled")
    assert isinstance(together, list)
    assert [line[0][0] for line in together][3:5] == [404, 204]
    assert together[3][1] == "instance not found"


@pytest.mark.parametrize(
    "faults", [("error-code-of-its-own", "deleted-still-runs"), ("deleted-still-runs", "error-code-of-its-own")]
)
def test_no_fault_hides_that_of_an_answer(faults: tuple[str, str]) -> None:
    async def refused(session: Session) -> object:
        return (await session.call("DELETE", f"/workflows/{uuid4()}")).json()["errorCode"]

    assert observe(refused, *faults) == "WORKFLOW_NOT_FOUND"


def test_an_unknown_fault_names_those_that_come_close() -> None:
    with pytest.raises(UnknownFault, match=r"did you mean .*cancel-ignored") as caught:
        create_app(ServerOptions(faults=("cancel-swalowed",)))
    assert "cancel-ignored" in caught.value.close
