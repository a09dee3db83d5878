from __future__ import annotations

from typing import Any

import pytest

from conformance.target import TargetConfig, WrongUrl
from conformance.target.config import IncompleteCredentials


@pytest.mark.parametrize(
    "url",
    [
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


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080/api/", "http://127.0.0.1:8080/api"),
        ("127.1.2.3", "http://127.1.2.3"),
        ("[::1]:80", "http://[::1]:80"),
        ("staging.example", "https://staging.example"),
        ("staging.example:8443/v1", "https://staging.example:8443/v1"),
        ("127.0.0.1.example", "https://127.0.0.1.example"),
        ("localhost.example:1", "https://localhost.example:1"),
        ("http://staging.example", "http://staging.example"),
    ],
)
def test_an_address_without_a_scheme_means_http_on_this_machine_and_https_elsewhere(address: str, url: str) -> None:
    assert TargetConfig(url=address).url == url


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


@pytest.mark.parametrize(
    ("given", "expected"),
    [((None, None, None), (None, None, None)), ((10.0, 8, 100), (5.0, 4, 33)), ((1.0, 1, 1), (0.5, 1, 1))],
)
def test_processes_side_by_side_share_what_is_allowed(given: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    names = ("max_rate", "concurrency", "max_requests")
    shared = TargetConfig(url="http://h", **dict(zip(names, given, strict=True))).share_of(2)
    assert tuple(getattr(shared, name) for name in names) == expected
