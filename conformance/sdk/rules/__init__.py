"""Rules for SDKs: one per requirement of the group sdk, each a pure function of what was played."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from conformance.sdk.drawing.case import Played, Seen
from conformance.sdk.rules import answers, clients, errors, requests

SdkRule: TypeAlias = Callable[[Played], Iterator[Seen]]

SDK_RULES: Mapping[str, SdkRule] = {**requests.RULES, **answers.RULES, **errors.RULES, **clients.RULES}
"""The rules by the ids of their requirements; `sdk-driver.protocol` is judged by whoever talks to the driver."""
