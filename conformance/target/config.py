"""How to reach a target: address, credentials, limits. Everything a user may set about it, checked on construction."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from conformance.contract.errors import UserError
from conformance.target.bodies import MAX_BODY
from conformance.target.coexistence.identity import new_run_id
from conformance.trace.secrets import Secrets
from conformance.wire.redaction import REDACTED, mask_url

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


class UnusableCertificate(UserError):
    """The client certificate or its key cannot be used."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"The client certificate {path} cannot be used: {reason}.",
            "Give PEM files, the key without a password: --cert FILE --cert-key FILE.",
        )


class UnreadableToken(UserError):
    """The file of the token cannot be read, or holds none."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The token file {path} cannot be used: {reason}.", "Give a file that holds the token alone.")


class TargetConfig(BaseModel):
    """A target. ``url`` may carry a path (a gateway's prefix); it is kept without a slash at its end.

    ``timeout_s``: seconds until an unanswered request counts as failed. ``max_rate``: requests a second,
    ``concurrency``: requests under way at a time, ``max_requests``: in all; None for no limit. ``read_only``: GET only.
    ``excluded``: actions that are never called. ``run_id`` stands in what is made and sent. ``max_body``: the bytes,
    decoded, that are read of a body. ``token_file`` holds a token; ``issuer`` tells the ``token_url`` that is not
    given. ``verify``: True, or a file of CA certificates in PEM; ``insecure`` accepts any certificate. ``cert`` and
    ``cert_key`` are the client's own, in PEM; without a key, the certificate's file holds it.
    Raises WrongUrl, IncompleteCredentials, UnreadableCertificates and UnusableCertificate; pydantic.ValidationError for
    values of a wrong type.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    token: str | None = Field(default=None, repr=False)
    token_file: Path | None = None
    client_id: str | None = None
    client_secret: str | None = Field(default=None, repr=False)
    token_url: str | None = None
    issuer: str | None = None
    timeout_s: float = Field(default=10.0, gt=0)
    concurrency: int | None = Field(default=None, ge=1)
    max_rate: float | None = Field(default=None, gt=0)
    max_body: int = Field(default=MAX_BODY, ge=1)
    verify: bool | str = True
    insecure: bool = False
    cert: str | None = None
    cert_key: str | None = None
    run_id: str = Field(default_factory=new_run_id)
    read_only: bool = False
    excluded: tuple[str, ...] = ()
    max_requests: int | None = Field(default=None, ge=1)

    def share_of(self, processes: int) -> TargetConfig:
        """That of one of several processes which use the target side by side: what is allowed is allowed to them all.

        Of the requests one share more is left to what comes after them.
        """
        rate, at_once, most = self.max_rate, self.concurrency, self.max_requests
        limits = {
            "max_rate": None if rate is None else rate / processes,
            "concurrency": None if at_once is None else max(1, at_once // processes),
            "max_requests": None if most is None else max(1, most // (processes + 1)),
        }
        return self.model_copy(update=limits)

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str) -> str:
        return checked_url(url)

    @field_validator("token_url", "issuer")
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
        given = {"client id": self.client_id, "client secret": self.client_secret}
        given["token url or issuer"] = self.token_url or self.issuer
        missing = [name for name, value in given.items() if not value]
        if 0 < len(missing) < len(given):
            raise IncompleteCredentials(missing)
        return self

    @model_validator(mode="after")
    def _usable_certificate(self) -> TargetConfig:
        if self.cert is not None:
            load_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), self.cert, self.cert_key)
        return self

    @property
    def prefix(self) -> str:
        """The path of the URL, without a slash at its end: what stands before every path of the API."""
        return urlsplit(self.url).path

    def secrets(self) -> Secrets:
        """What of it is shown nowhere."""
        basic = f"{self.client_id}:{self.client_secret}" if self.client_secret else None
        values = [value for text in self.headers.values() for value in (text, text.rpartition(" ")[2])]
        return Secrets([self.token, self.client_secret, basic, *values])

    def redacted(self) -> dict[str, Any]:
        """The settings as plain data with every secret replaced, fit for a report."""
        secrets = {name: REDACTED for name in ("token", "client_secret") if getattr(self, name) is not None}
        masked = dict.fromkeys(self.headers, REDACTED)
        urls = {name: mask_url(url) for name in ("token_url", "issuer") if (url := getattr(self, name)) is not None}
        return self.model_dump(mode="json") | secrets | {"headers": masked} | urls


def load_certificate(context: ssl.SSLContext, cert: str, key: str | None) -> None:
    """Let a context show a client certificate. Raises UnusableCertificate."""
    locked: list[bool] = []

    def password() -> str:
        # Without this, a key that needs a password would be asked for on the terminal.
        locked.append(True)
        return ""

    try:
        context.load_cert_chain(cert, key, password=password)
    except ssl.SSLError:
        reason = "its key is protected by a password" if locked else "it is no PEM certificate with its key"
        raise UnusableCertificate(cert, reason) from None
    except OSError as error:
        raise UnusableCertificate(cert, error.strerror or "it is not readable") from None


def is_this_machine(host: str) -> bool:
    """Whether a host's name means this machine."""
    return host.lower() in {"localhost", "::1", "[::1]"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def with_scheme(address: str) -> str:
    """An address as a URL: one without a scheme means http on this machine, and https anywhere else."""
    if "://" in address:
        return address
    host = address.strip().partition("/")[0].rpartition("@")[2]
    name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return f"{'http' if is_this_machine(name) else 'https'}://{address.strip()}"


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
