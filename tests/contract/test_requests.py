from __future__ import annotations

import json

import pytest

from conformance.contract.bodies import LARGEST_BODY
from conformance.contract.requests import Classification
from tests.contract.classified import BAD_STAGE, MALFORMED, create, stage, verdict


@pytest.mark.parametrize(
    "body",
    [
        '{"stages":[]}',
        '{"name":"","stages":[{"noop":{}}]}',
        ' {"stages":[{"wait_event":{"event":"go ${order}"}}]}\n',
        json.dumps({"name": "größer 🎉", "stages": []}),
    ],
)
def test_valid_configurations(body: str) -> None:
    assert create(body) == Classification("valid")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "missing"),
        (b"", "missing"),
        (b"  ", "no plain JSON"),
        (b"{", "no plain JSON"),
        (b'{"stages":[NaN]}', "no plain JSON"),
        (b"\xff{", "no plain JSON"),
        ("[]", "not an object"),
        ('"x"', "not an object"),
        ("7", "not an object"),
        ("true", "not an object"),
        ("{}", "stages is missing"),
        ('{"stages":"x"}', "wrong JSON type"),
        ('{"stages":{}}', "wrong JSON type"),
        ('{"stages":[7]}', "stages[0] is not an object"),
        ('{"stages":[{"noop":{}},[]]}', "stages[1] is not an object"),
        ('{"stages":[],"name":5}', "name is of the wrong"),
        ('{"stages":[],"name":false}', "name is of the wrong"),
        ('{"stages":[{"bogus":{}}],"name":[]}', "name is of the wrong"),
        ('{"stages":"x","extra":null}', "stages is of the wrong"),
        ("null", "not an object"),
        ('{"stages":null}', "stages is null"),
        ('{"stages":[null]}', "stages[0] is not an object"),
    ],
)
def test_malformed_configurations(body: bytes | str | None, reason: str) -> None:
    found = create(body)
    assert verdict(found) == MALFORMED
    assert reason in found.reason


@pytest.mark.parametrize(
    "body",
    [
        '{"stages":[],"name":null}',
        '{"stages":[],"extra":1}',
        '{"Stages":[]}',
        '{"stages":"x","STAGES":[]}',
        '{"stages":[]} {}',
        '{"stages":[]}]',
        '{"stages":"x","stages":[]}',
        '{"stages":[],"name":"a\\u0000b"}',
        '{"stages":[],"name":"\\ud800"}',
        '{"stages":"x","\\udc00":1}',
        b'{"stages":[],"name":"\x00"}',
        b'\xef\xbb\xbf{"stages":[]}',
        b'{"stages":[],"name":"\xff"}',
        '{"stages":[' + "[" * 200 + "]" * 200 + "]}",
        '{"stages":[' + "[" * 90_000 + "]" * 90_000 + "]}",
        '{"stages":"x","n":1e99999999999999999999}',
        '{"stages":"' + "x" * LARGEST_BODY + '"}',
        "[" * 2_000,
    ],
)
def test_configurations_that_the_api_leaves_open(body: bytes | str) -> None:
    assert verdict(create(body)) == "open"


SEND = '{"send":{"source":{"account":{"id":"world"}},"destination":{"account":{"id":"b"}},"amount":%s}}'


@pytest.mark.parametrize(
    "text",
    [
        '{"noop":{}}',
        '{"delay":{"duration":"10ms"}}',
        '{"delay":{"until":"2026-11-23T22:46:44.27Z"}}',
        '{"delay":{"until":"2026-11-23T22:46:44+01:00"}}',
        '{"wait_event":{"event":" "}}',
        SEND % '{"asset":"USD/2","amount":0}',
        SEND % f'{{"asset":"USD/2","amount":{10**40}}}',
        '{"update":{"account":{"id":"b","ledger":"default","metadata":{"k":"v"}}}}',
    ],
)
def test_valid_stages(text: str) -> None:
    assert verdict(stage(text)) == "valid"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"noop":{},"delay":{"duration":"1s"}}',
        '{"bogus":{}}',
        '{"Noop":{}}',
        '{"noop":[]}',
        '{"noop":"x"}',
        '{"delay":{"duration":5}}',
        '{"delay":{"until":true}}',
        '{"delay":{"duration":"1s","until":"2026-11-23T22:46:44Z"}}',
        '{"delay":{"duration":5,"extra":1}}',
        '{"wait_event":{"event":["go"]}}',
        '{"send":{"source":"world"}}',
        '{"send":{"source":{"account":"world"}}}',
        '{"send":{"source":{"account":{"id":7}}}}',
        '{"send":{"source":{"account":{"id":"a","allowOverdraft":"yes"}}}}',
        '{"send":{"destination":{"payment":{"psp":"stripe","type":1}}}}',
        '{"send":{"metadata":{"k":1}}}',
        SEND % '{"asset":"USD/2","amount":1.5}',
        SEND % '{"asset":"USD/2","amount":"100"}',
        SEND % '{"asset":"USD/2","amount":true}',
        SEND % "100",
        '{"update":{"account":{"metadata":{"k":{}}}}}',
    ],
)
def test_bad_stages(text: str) -> None:
    assert verdict(stage(text)) == BAD_STAGE


@pytest.mark.parametrize(
    "text",
    [
        '{"noop":null}',
        '{"noop":{"extra":1}}',
        '{"delay":{}}',
        '{"delay":{"duration":null}}',
        '{"delay":{"duration":"1s","until":null}}',
        '{"delay":{"duration":"soon"}}',
        '{"delay":{"duration":"0s"}}',
        '{"delay":{"duration":"1m30s"}}',
        '{"delay":{"duration":"1.5s"}}',
        '{"delay":{"duration":"٣s"}}',
        '{"delay":{"duration":"99999999999h"}}',
        '{"delay":{"duration":"' + "9" * 5000 + 's"}}',
        '{"delay":{"until":"tomorrow"}}',
        '{"delay":{"until":"2026-02-30T00:00:00Z"}}',
        '{"delay":{"until":"2026-11-23t22:46:44z"}}',
        '{"delay":{"Duration":5}}',
        '{"wait_event":{}}',
        '{"wait_event":{"event":""}}',
        '{"send":{}}',
        '{"send":{"source":{"account":{"id":"a"},"wallet":{"id":"w"}}}}',
        SEND % '{"asset":"USD/2","amount":1.0}',
        SEND % '{"asset":"USD/2","amount":1e2}',
        SEND % '{"asset":"USD/2","amount":-1}',
        SEND % '{"asset":"USD/2","amount":null}',
        SEND % '{"asset":"","amount":1}',
        '{"send":{"destination":{"payment":{"psp":"stripe","type":"OTHER"}}}}',
        '{"update":{"account":{"id":"b","ledger":"default","metadata":{"k":null}}}}',
    ],
)
def test_stages_that_the_api_leaves_open(text: str) -> None:
    assert verdict(stage(text)) == "open"
