"""How connections to a server are made: TLS, certificates, and the proxies of the environment."""

from __future__ import annotations

import functools
import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import httpx

from conformance.target.coexistence.identity import RUN_HEADER, USER_AGENT
from conformance.target.config import TargetConfig, is_this_machine, load_certificate

# Servers close an idle connection after 5 s, some after 1 s; using one at that very moment would look like a broken
# answer.
_KEEPALIVE_S = 0.8


class RawTarget(httpx.URL):
    """A URL whose path and query go on the wire as they are: httpx removes dot segments."""

    def __init__(self, url: httpx.URL, target: bytes) -> None:
        super().__init__(url)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        """Path and query as they are sent."""
        return self._target


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for a URL (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY); None without one.

    Nothing on this machine is reached by way of a proxy.
    """
    parts = urlsplit(url)
    if is_this_machine(parts.hostname or "") or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies_environment()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return found if found is None or "://" in found else f"http://{found}"


def http_client(url: str, context: ssl.SSLContext, *, run: str = "", reuse: bool = True) -> httpx.AsyncClient:
    """A client for a server; ``run`` is told to it, ``reuse``: whether a connection serves more than one exchange."""
    return httpx.AsyncClient(
        # Of the environment only the proxies count, and no .netrc.
        trust_env=False,
        proxy=proxy_for(url),
        verify=context,
        timeout=None,
        headers={"accept-encoding": "identity", "user-agent": USER_AGENT} | ({RUN_HEADER: run} if run else {}),
        limits=httpx.Limits(max_keepalive_connections=None if reuse else 0, keepalive_expiry=_KEEPALIVE_S),
    )


@functools.cache
def _trusting() -> ssl.SSLContext:
    """What trusts the usual authorities. To read their certificates takes tens of milliseconds each time."""
    return httpx.create_ssl_context(trust_env=False)


def ssl_context(config: TargetConfig) -> ssl.SSLContext:
    """One context for all clients of a target; for all targets, where it holds nothing of their configuration."""
    if config.verify is True and not config.insecure and config.cert is None:
        return _trusting()
    if config.insecure or config.verify is False:
        context = httpx.create_ssl_context(verify=False, trust_env=False)
    elif config.verify is True:
        context = httpx.create_ssl_context(trust_env=False)
    else:
        context = ssl.create_default_context(cafile=config.verify)
    if config.cert is not None:
        load_certificate(context, config.cert, config.cert_key)
    return context
