"""A request about which the API leaves something open may be refused for that: an error says nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict

_WAIT = [{"wait_event": {"event": "go"}}]
_PARAMETER: dict[str, Any] = {"query": (("conformance", "1"),)}
_BODY: dict[str, Any] = {"body": {}}
_ERROR = {"errorCode": "VALIDATION", "errorMessage": "unknown parameter"}


def _refused(t: TraceBuilder, method: str, path: str, status: int = 400, **more: Any) -> None:
    t.exchange(method, path, (status, _ERROR), **more)


def _workflow(t: TraceBuilder, **more: Any) -> None:
    _refused(t, "GET", f"/workflows/{t.create(NOOP)}", **more)


def _deletion(t: TraceBuilder, **more: Any) -> None:
    _refused(t, "DELETE", f"/workflows/{t.create(NOOP)}", **more)


def _deleted(t: TraceBuilder, **more: Any) -> None:
    t.delete(workflow := t.create(NOOP))
    _refused(t, "GET", f"/workflows/{workflow}", **more)


def _deletion_again(t: TraceBuilder, **more: Any) -> None:
    t.delete(workflow := t.create(NOOP))
    _refused(t, "DELETE", f"/workflows/{workflow}", **more)


def _instance(t: TraceBuilder, **more: Any) -> None:
    _refused(t, "GET", f"/instances/{t.run(t.create(NOOP))}", **more)


def _waiting(t: TraceBuilder) -> str:
    instance = t.run(t.create(_WAIT))
    t.history(instance, [(1, None)])
    t.settled()
    return instance


def _cancellation(t: TraceBuilder, **more: Any) -> None:
    _refused(t, "PUT", f"/instances/{_waiting(t)}/abort", **more)


def _stage(t: TraceBuilder, **more: Any) -> None:
    _refused(t, "GET", f"/instances/{_waiting(t)}/stages/0/history", **more)


@pytest.mark.parametrize(
    ("rule", "scene"),
    [
        ("workflow.create-then-get", _workflow),
        ("workflow.delete", _deletion),
        ("workflow.get-deleted", _deleted),
        ("workflow.delete-deleted", _deletion_again),
        ("run.then-get", _instance),
        ("cancel.terminates", _cancellation),
        ("stage-history.started", _stage),
    ],
)
@pytest.mark.parametrize(("more", "expected"), [({}, "violated"), (_PARAMETER, "nothing"), (_BODY, "nothing")])
@pytest.mark.parametrize("status", [400, 500])
def test_an_error_about_what_is_open_is_no_violation(
    rule: str, scene: Any, more: dict[str, Any], expected: str, status: int
) -> None:
    t = TraceBuilder()
    scene(t, status=status, **more)
    assert verdict(ALL_RULES[rule], t) == expected
