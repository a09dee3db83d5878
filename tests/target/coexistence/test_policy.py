"""What may be sent."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from conformance.contract.calls import Call
from conformance.target import Recorder, Target, TargetConfig, send
from conformance.target.coexistence.cleanup import sweep
from conformance.target.coexistence.footprint import Footprint, Made
from conformance.target.coexistence.policy import RequestPolicy
from conformance.target.ids import GivenIds
from tests.campaign.visited import visited

UUID = "6dd4e1a5-0a0a-4d8f-9a3c-6d8f0b0f7c11"


def policy(given: list[str] | None = None, made: list[str] | None = None, **limits: Any) -> RequestPolicy:
    ids, footprint = GivenIds(), Footprint()
    ids.workflows += given or []
    for each in made or []:
        footprint.find(Made("workflow", each))
    return RequestPolicy(TargetConfig(url="http://server", **limits), footprint, ids)


def test_without_limits_everything_may_be_sent() -> None:
    assert policy().objection("DELETE", "deleteWorkflow") is None
    assert not policy().spent


@pytest.mark.parametrize(("method", "objects"), [("GET", False), ("POST", True), ("PURGE", True), ("put", True)])
def test_reads_only(method: str, objects: bool) -> None:
    assert (policy(read_only=True).objection(method, None) is not None) == objects


def test_an_excluded_operation_is_objected_to() -> None:
    polite = policy(excluded=("sendEvent",))
    assert polite.objection("POST", "sendEvent") == "sendEvent is excluded"
    assert polite.objection("PUT", "cancelEvent") is None


def test_the_last_requests_are_kept_for_removing() -> None:
    polite = policy(made=["a", "b"], max_requests=100)
    polite.sent = 84
    assert polite.spent
    assert polite.objection("GET", "listWorkflows") is not None
    assert polite.objection("DELETE", "deleteWorkflow") is None
    # To look for more goes on as long as enough is left for what is known.
    polite.sent = 97
    assert polite.objection("GET", "listWorkflows", cleaning=True) is None
    polite.sent = 98
    assert polite.objection("GET", "listWorkflows", cleaning=True) is not None
    polite.sent = 100
    assert polite.objection("DELETE", "deleteWorkflow") is not None


def test_what_is_being_made_will_have_to_be_removed() -> None:
    polite = policy(max_requests=100)
    polite.sent = 80
    assert not polite.spent
    with contextlib.ExitStack() as under_way:
        for _ in range(8):
            under_way.enter_context(polite.making("createWorkflow"))
        assert polite.spent


@pytest.mark.parametrize(
    ("given", "asked", "doubtful"),
    [
        ([UUID], "7", False),
        ([UUID], UUID, False),
        (["1", "2"], "1", False),
        (["1", "2"], "7", True),
        (["1", "2"], "1000000", True),
        ([], UUID, True),
    ],
)
def test_what_others_may_have_made_is_doubtful(given: list[str], asked: str, doubtful: bool) -> None:
    polite = policy(given, made=given)
    assert (polite.ownership_check("DELETE", {"flowId": asked}) is not None) == doubtful
    assert polite.ownership_check("GET", {"flowId": asked}) is None
    assert polite.ownership_check("POST", {}) is None


def test_many_at_once_use_up_no_more_than_is_allowed() -> None:
    """As many as there are ask before the first is answered; what they make can still be removed."""
    most, body = 50, '{"stages": []}'

    async def main(url: str) -> tuple[Made, ...]:
        async with Target(TargetConfig(url=url, max_requests=most)) as target:
            clients = [target.client(Recorder()) for _ in range(most)]
            create = target.api.prepare(Call("createWorkflow", body=body))
            await asyncio.gather(*(send(client, create) for client in clients))
            assert target.footprint.left
            for client in clients:
                await client.aclose()
            return await sweep(target, look=True)

    with visited() as host:
        assert asyncio.run(main(host.url)) == ()
        assert host.workflows == []
        assert len(host.requests) <= most
