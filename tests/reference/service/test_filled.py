"""A server that holds workflows and instances of others shows them, and what its client makes besides."""

from __future__ import annotations

import httpx

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

_COUNT = 40


def test_it_holds_what_others_have_made() -> None:
    with ReferenceProcess(ServerOptions(filled=_COUNT)) as server, httpx.Client(base_url=server.url) as client:
        made = client.post("/workflows", json={"stages": [{"noop": {}}]}).json()["data"]
        workflows = client.get("/workflows").json()["data"]
        assert len(workflows) == _COUNT + 1
        assert workflows[-1] == made
        assert client.get(f"/workflows/{workflows[0]['id']}").json()["data"] == workflows[0]
        instances = client.get("/instances").json()["data"]
        assert len({each["id"] for each in instances}) == _COUNT
        assert client.get(f"/instances/{instances[3]['id']}").json()["data"] == instances[3]
        running = client.get("/instances", params={"running": "true"}).json()["data"]
        assert [each for each in instances if not each["terminated"]] == running
        assert client.get("/instances", params={"workflowID": made["id"]}).json()["data"] == []
        assert client.get("/workflows/none").status_code == 404
        assert client.get("/instances/none").status_code == 404
