from __future__ import annotations

import pytest

from conformance.target import TargetConfig, WrongUrl
from conformance.target.config import IncompleteCredentials


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8080",
        "ftp://x",
        "http://",
        "http://h:99999",
        "http://h:0",
        "http://u:p@h",
        "http://h?a=1",
        "http://[",
        "http://a b",
        "http://h/ü",
        "",
    ],
)
def test_a_wrong_url_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(WrongUrl) as caught:
        TargetConfig(url=url)
    assert caught.value.message.endswith(".")
    assert "u:p" not in str(caught.value)


def test_a_gateway_prefix_is_kept_without_its_slash() -> None:
    config = TargetConfig(url="https://gateway/api/orchestration/")
    assert (config.url, config.prefix) == ("https://gateway/api/orchestration", "/api/orchestration")


def test_credentials_come_whole() -> None:
    with pytest.raises(IncompleteCredentials, match="lack client secret, token url"):
        TargetConfig(url="http://h", client_id="me")


def test_no_secret_is_shown() -> None:
    config = TargetConfig(
        url="http://h",
        token="secret-1",
        headers={"X-Key": "secret-2"},
        client_id="me",
        client_secret="secret-3",
        token_url="http://auth/token",
    )
    assert "secret-" not in repr(config.redacted())
    assert config.redacted()["headers"] == {"X-Key": "[redacted]"}
