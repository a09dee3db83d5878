"""Finding the API on a server that does not have it at the address that was given."""

from __future__ import annotations

import asyncio

from conformance.contract.calls import Call
from conformance.target.config import TargetConfig
from conformance.target.errors import TargetError
from conformance.target.pacing.bounded import Overdue, within
from conformance.target.pacing.deadline import ENDLESS, Deadline
from conformance.target.probe import version_of
from conformance.target.recorder import Recorder
from conformance.target.sender import send
from conformance.target.target import Target
from conformance.trace import Exchange
from conformance.trace.roles import Role

USUAL_PREFIXES = ("/api/orchestration", "/orchestration", "/v1")
"""Where gateways mount the API, the most frequent first."""

_PATIENCE_S = 5.0


def locate(config: TargetConfig, deadline: Deadline = ENDLESS) -> TargetConfig:
    """The target with the prefix below which it serves the API.

    It is the same target where the API is at the address itself, at none of the usual prefixes, or where no HTTP answer
    comes: probing tells why. A few GETs are sent, each with a few seconds to be answered.
    """
    try:
        return within(_locate(config, deadline), lambda: deadline.cleanup)
    except Overdue:
        return config


async def _locate(config: TargetConfig, deadline: Deadline) -> TargetConfig:
    for prefix in ("", *USUAL_PREFIXES):
        candidate = config.model_copy(update={"url": f"{config.url}{prefix}"})
        answer = await _ask(candidate, deadline)
        if answer is None or answer.response is None:
            break
        if _is_the_api(answer):
            return candidate
    return config


async def _ask(config: TargetConfig, deadline: Deadline) -> Exchange | None:
    """The answer to a request for the version, or for workflows where there is no version; None where none comes."""
    async with Target(config, deadline=deadline) as target:
        client = target.client(Recorder(), Role.PROBE)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                info = await send(client, target.api.prepare(Call("getServerInfo")))
                if info.response is None or _is_the_api(info):
                    return info
                return await send(client, target.api.prepare(Call("listWorkflows")))
        except (TimeoutError, TargetError):
            return None
        finally:
            await client.aclose()


def _is_the_api(exchange: Exchange) -> bool:
    """Whether a target serves the API here: it tells a version, or lists workflows."""
    return version_of(exchange) is not None or isinstance(exchange.data, list)
