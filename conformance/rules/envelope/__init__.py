"""Rules of the group `envelope`: the form of every answer: status, media type, schema and error shape."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.rules.envelope import answers, refusals, server_info
from conformance.rules.evidence.observation import Rule

RULES: Mapping[str, Rule] = {**answers.RULES, **server_info.RULES, **refusals.RULES}
