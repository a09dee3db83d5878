"""Traces as if some of their workflows had been created with other stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.trace import Exchange, Trace
from conformance.wire import exact_json

Edits = Mapping[str, Callable[[list[Any]], list[Any]]]
"""By the id of a workflow what becomes of its stages."""


def reconfigured(trace: Trace, edits: Edits) -> Trace:
    """The trace with other stages of some workflows, in whatever shows these, and in what created them."""
    return replace(trace, exchanges=tuple(_reconfigured(each, edits) for each in trace.exchanges))


def _reconfigured(exchange: Exchange, edits: Edits) -> Exchange:
    if exchange.response is None or not isinstance(exchange.json, dict):
        return exchange
    body = exact_json.encode(_in_answer(exchange.json, edits))
    changed = replace(exchange, response=replace(exchange.response, body=body))
    made = exchange.data.get("id") if isinstance(exchange.data, dict) else None
    if exchange.operation != "createWorkflow" or not isinstance(made, str) or made not in edits:
        return changed
    config = _in_config(exchange.request_json, edits[made])
    return replace(changed, request=replace(exchange.request, body=exact_json.encode(config)))


def _in_answer(shown: Any, edits: Edits) -> Any:
    if isinstance(shown, list):
        return [_in_answer(each, edits) for each in shown]
    if not isinstance(shown, dict):
        return shown
    if isinstance(shown.get("id"), str) and shown["id"] in edits and "config" in shown:
        return {**shown, "config": _in_config(shown["config"], edits[shown["id"]])}
    return {key: _in_answer(each, edits) for key, each in shown.items()}


def _in_config(config: Any, edit: Callable[[list[Any]], list[Any]]) -> Any:
    listed = config.get("stages") if isinstance(config, dict) else None
    return {**config, "stages": edit(listed)} if isinstance(listed, list) else config
