from __future__ import annotations

from conformance.reference.options import ServerOptions
from conformance.target import TargetConfig
from conformance.target.authentication.oauth import Grant
from conformance.target.authentication.presenting import Presented
from conformance.trace.secrets import Secrets
from conformance.wire.redaction import mask_url, redact_headers, redact_query, redact_url

LONG = "s3cret/with+odd=chars \u00fc"


def test_a_secret_is_found_in_every_form() -> None:
    secrets = Secrets([LONG, "conformance"])
    assert secrets.mask(f"a {LONG} b") == "a [redacted] b"
    for form in ("s3cret%2Fwith%2Bodd%3Dchars%20%C3%BC", "czNjcmV0L3dpdGgrb2RkPWNoYXJzIMO8"):
        assert secrets.mask_bytes(f"<{form}>".encode()) == b"<[redacted]>"
    assert secrets.mask("conformance is a word, and no secret") == "conformance is a word, and no secret"


def test_nothing_secret_is_in_a_repr() -> None:
    config = TargetConfig(
        url="http://h", token=LONG, headers={"X": LONG}, client_id="i", client_secret=LONG, token_url="http://h"
    )
    for each in (config, Grant(LONG, None, None, None), Presented("altered", LONG)):
        assert LONG not in repr(each)
    assert ServerOptions().client_secret == "conformance"


def test_headers_and_parameters_that_hold_credentials_are_redacted() -> None:
    open_ones = [("WWW-Authenticate", "Bearer"), ("accept", "c")]
    shown = redact_headers([("X-Auth-Token", "a"), ("Cookie", "b"), *open_ones])
    assert shown == [("X-Auth-Token", "[redacted]"), ("Cookie", "[redacted]"), *open_ones]
    pairs = [("access_token", "a"), ("workflowID", "b")]
    assert redact_query(pairs) == [("access_token", "[redacted]"), ("workflowID", "b")]
    assert redact_url("http://u:p@h/x?workflowID=b&access_token=a") == "http://h/x?workflowID=b&access_token=[redacted]"
    assert mask_url("https://u:p@h/doc?key=1&b=2") == "https://h/doc?key=[redacted]&b=[redacted]"
    assert mask_url("redis://u:p@h:1/0") == "redis://h:1/0"
    assert redact_url("http://[bad") == "http://[bad"
