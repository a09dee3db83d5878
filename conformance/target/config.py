"""How to reach a target: address, credentials, limits. Everything a user may set about it, checked on construction."""

from __future__ import annotations

import re
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from conformance.contract.errors import UserError
from conformance.trace.redaction import REDACTED, mask_url

READ_SCOPE = "orchestration:read"
WRITE_SCOPE = "orchestration:write"


class WrongUrl(UserError):
    """The address of the target, or of its token endpoint, is not an http(s) URL."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"{mask_url(url)!r} is not a usable URL: {reason}.", "Give something like http://localhost:8080."
        )


class IncompleteCredentials(UserError):
    """OAuth2 settings that belong together were not all given."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"The OAuth2 client credentials lack {', '.join(missing)}.",
            "Give client id, client secret and token URL together, or none of them.",
        )


class UnreadableCertificates(UserError):
    """The file of CA certificates is none."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The CA file {path} cannot be used: {reason}.", "Give a readable file of PEM certificates.")


class TargetConfig(BaseModel):
    """A target. ``url`` may carry a path (a gateway's prefix); it is kept without a slash at its end.

    ``timeout_s``: seconds until an unanswered request counts as failed. ``max_rate``: requests a second, None for no
    limit. ``verify``: True, or a file of CA certificates in PEM; ``insecure`` accepts any certificate.
    Raises WrongUrl, IncompleteCredentials and UnreadableCertificates; pydantic.ValidationError for values of a wrong
    type.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    token_url: str | None = None
    scopes: tuple[str, ...] = (READ_SCOPE, WRITE_SCOPE)
    timeout_s: float = Field(default=10.0, gt=0)
    max_concurrency: int = Field(default=64, ge=1)
    max_rate: float | None = Field(default=None, gt=0)
    verify: bool | str = True
    insecure: bool = False

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str) -> str:
        return checked_url(url)

    @field_validator("token_url")
    @classmethod
    def _usable_endpoint(cls, url: str | None) -> str | None:
        return None if url is None else checked_url(url, queries=True)

    @field_validator("verify")
    @classmethod
    def _readable(cls, verify: bool | str) -> bool | str:
        if isinstance(verify, str):
            try:
                ssl.create_default_context(cafile=verify)
            except OSError as error:
                # The reason of a TLS error is a name in capitals; that of a file is a sentence.
                no_pem = isinstance(error, ssl.SSLError)
                raise UnreadableCertificates(verify, "it holds no PEM" if no_pem else error.strerror or "") from error
        return verify

    @model_validator(mode="after")
    def _whole_credentials(self) -> TargetConfig:
        given = {name: getattr(self, name) for name in ("client_id", "client_secret", "token_url")}
        missing = [name.replace("_", " ") for name, value in given.items() if not value]
        if 0 < len(missing) < len(given):
            raise IncompleteCredentials(missing)
        return self

    @property
    def prefix(self) -> str:
        """The path of the URL, without a slash at its end: what stands before every path of the API."""
        return urlsplit(self.url).path

    def redacted(self) -> dict[str, Any]:
        """The settings as plain data with every secret replaced, fit for a report."""
        secrets = {name: REDACTED for name in ("token", "client_secret") if getattr(self, name) is not None}
        masked = dict.fromkeys(self.headers, REDACTED)
        token_url = mask_url(self.token_url) if self.token_url else None
        return self.model_dump(mode="json") | secrets | {"headers": masked, "token_url": token_url}


def with_scheme(address: str) -> str:
    """An address as a URL: one without a scheme means http on this machine, and https anywhere else."""
    if "://" in address:
        return address
    host = address.strip().partition("/")[0].rpartition("@")[2]
    name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    local = name.lower() in {"localhost", "[::1]"} or re.fullmatch(r"127(\.\d{1,3}){3}", name)
    return f"{'http' if local else 'https'}://{address.strip()}"


def checked_url(url: str, *, queries: bool = False) -> str:
    """The URL, with the scheme that it may lack, and without a slash at its end; ``queries``: it may have one.

    Raises WrongUrl.
    """
    url = with_scheme(url)
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        httpx.URL(url.strip())
    except (ValueError, httpx.InvalidURL) as error:
        raise WrongUrl(url, str(error)) from error
    if parts.scheme not in {"http", "https"}:
        raise WrongUrl(url, "it does not begin with http:// or https://")
    if not parts.hostname or port == 0:
        raise WrongUrl(url, "it names no host" if not parts.hostname else "port 0 cannot be reached")
    if parts.username is not None:
        raise WrongUrl(url, "credentials belong in a token or header, not in the URL")
    if not parts.path.isascii() or " " in url.strip():
        raise WrongUrl(url, "it holds characters that have to be percent-encoded")
    if (parts.query and not queries) or parts.fragment:
        raise WrongUrl(url, "it must end with its path, without query or fragment")
    return url.strip() if parts.query else url.strip().rstrip("/")
