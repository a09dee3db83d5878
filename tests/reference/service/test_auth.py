"""Tokens: how they are given, and what they allow."""

from __future__ import annotations

import base64

import pytest

from tests.reference.session import NOOP, Session, play

FORM = {"grant_type": "client_credentials", "client_id": "conformance", "client_secret": "conformance"}
BASIC = "Basic " + base64.b64encode(b"conformance:conformance").decode()


async def token(session: Session, **form: str) -> dict[str, str]:
    granted = (await session.client.post("/oauth/token", data=FORM | form)).json()
    assert granted["token_type"] == "Bearer"
    return {"Authorization": f"Bearer {granted['access_token']}"}


def test_a_token_allows_what_its_scope_says() -> None:
    async def scenario(session: Session) -> None:
        reading, writing = [await token(session, scope=f"orchestration:{scope}") for scope in ("read", "write")]
        body = {"stages": [NOOP]}
        assert (await session.call("POST", "/workflows", body, headers=reading)).status_code == 403
        assert (await session.call("GET", "/workflows", headers=writing)).status_code == 403
        assert (await session.call("GET", "/_info", headers=reading)).status_code == 200
        assert (await session.call("GET", "/workflows", headers=reading)).json() == {"data": []}
        assert (await session.call("POST", "/workflows", body, headers=await token(session))).status_code == 201

    play(scenario, auth=True)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": BASIC}])
def test_no_token_or_a_bad_one_changes_nothing(header: dict[str, str]) -> None:
    async def scenario(session: Session) -> None:
        refused = await session.call("POST", "/workflows", {"stages": []}, headers=header)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert session.server.views.workflows() == []

    play(scenario, auth=True)


@pytest.mark.parametrize(
    ("form", "header", "status", "error"),
    [
        ({"client_secret": "wrong"}, None, 401, "invalid_client"),
        ({}, "Basic !", 401, "invalid_client"),
        ({"grant_type": "password"}, None, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, BASIC, 400, "invalid_scope"),
    ],
)
def test_the_token_endpoint_says_why_it_refuses(
    form: dict[str, str], header: str | None, status: int, error: str
) -> None:
    async def scenario(session: Session) -> None:
        headers = {"Authorization": header} if header else {}
        refused = await session.client.post("/oauth/token", data=FORM | form, headers=headers)
        assert (refused.status_code, refused.json()) == (status, {"error": error})

    play(scenario, auth=True)


def test_credentials_may_come_in_the_header() -> None:
    async def scenario(session: Session) -> None:
        form = {"grant_type": "client_credentials"}
        granted = await session.client.post("/oauth/token", data=form, headers={"Authorization": BASIC})
        assert granted.json()["scope"] == "orchestration:read orchestration:write"

    play(scenario, auth=True)


def test_a_server_without_authentication_gives_no_tokens() -> None:
    async def scenario(session: Session) -> None:
        assert (await session.client.post("/oauth/token", data=FORM)).status_code == 404

    play(scenario)
