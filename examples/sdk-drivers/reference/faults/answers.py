"""Clients that misread an answer."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
from client import ClientError

from faults.base import Changing, Faulty


class IntegersThroughFloats(Changing):
    """Integers pass through floats, so that big ones are rounded."""

    breaks = ("sdk-answer.integers",)

    def change(self, key: str, value: Any) -> Any:
        return int(float(value)) if type(value) is int else value


class IntegersCutTo64Bits(Changing):
    """Integers wrap around at 64 bits."""

    breaks = ("sdk-answer.integers",)

    def change(self, key: str, value: Any) -> Any:
        return value & (2**63 - 1) if type(value) is int else value


class FieldDropped(Changing):
    """The error of an instance, or of an entry, is dropped."""

    breaks = ("sdk-answer.instance", "sdk-answer.history")

    def change(self, key: str, value: Any) -> Any:
        return {name: each for name, each in value.items() if name != "error"} if isinstance(value, dict) else value


class UpdatedAtDropped(Changing):
    """updatedAt is not a field of the model."""

    breaks = ("sdk-answer.workflow", "sdk-answer.instance")

    def change(self, key: str, value: Any) -> Any:
        return {name: each for name, each in value.items() if name != "updatedAt"} if isinstance(value, dict) else value


class StageReadAsSend(Faulty):
    """Every stage of a history is decoded as a send, the first kind of the union."""

    breaks = ("sdk-answer.stage-kinds",)

    def decoded(self, operation: str, data: Any) -> Any:
        if operation == "getInstanceHistory":
            known = ("amount", "destination", "source", "metadata", "timestamp")
            for entry in data:
                entry["input"] = {name: each for name, each in entry["input"].items() if name in known}
        return data


class StageReadAsDelay(Faulty):
    """An update is decoded as a delay."""

    breaks = ("sdk-answer.stage-kinds",)

    def decoded(self, operation: str, data: Any) -> Any:
        for entry in data if operation == "getInstanceHistory" else ():
            if entry["name"] == "RunUpdate":
                entry["input"] = {"duration": "0s"}
        return data


class ActivityOutputLost(Faulty):
    """The outputs of activities are not read."""

    breaks = ("sdk-answer.activity-output",)

    def decoded(self, operation: str, data: Any) -> Any:
        for entry in data if operation == "getInstanceStageHistory" else ():
            entry.pop("output", None)
        return data


class ActivityInputEmptied(Faulty):
    """The input of an activity comes as an empty object."""

    breaks = ("sdk-answer.activity-input",)

    def decoded(self, operation: str, data: Any) -> Any:
        for entry in data if operation == "getInstanceStageHistory" else ():
            entry["input"] = {name: {} for name in entry["input"]}
        return data


class StagesEmptied(Changing):
    """The stages of a configuration come as empty maps."""

    breaks = ("sdk-answer.configuration",)

    def change(self, key: str, value: Any) -> Any:
        return {name: {} for name in value} if key == "stages" and isinstance(value, dict) else value


class TimesCutToSeconds(Changing):
    """Times are cut to whole seconds."""

    breaks = ("sdk-answer.instants",)

    def change(self, key: str, value: Any) -> Any:
        timed = key.endswith("At") and isinstance(value, str)
        return re.sub(r"(:\d\d)\.\d+", r"\1", value) if timed else value


class OffsetsIgnored(Changing):
    """The offset of a time is taken for UTC."""

    breaks = ("sdk-tolerance.timestamps",)

    def change(self, key: str, value: Any) -> Any:
        timed = key.endswith("At") and isinstance(value, str)
        return re.sub(r"[+-]\d\d:\d\d$", "Z", value) if timed else value


class LastElementLost(Faulty):
    """The last element of a list is lost."""

    breaks = ("sdk-answer.lists",)

    def decoded(self, operation: str, data: Any) -> Any:
        return data[:-1] if isinstance(data, list) else data


class ListsCutAtHundred(Faulty):
    """Lists are cut after a hundred elements."""

    breaks = ("sdk-tolerance.long-lists",)

    def decoded(self, operation: str, data: Any) -> Any:
        return data[:100] if isinstance(data, list) else data


class OnlyPerfectLists(Faulty):
    """A list is decoded only if each of its elements is perfect."""

    breaks = ("sdk-tolerance.odd-element",)

    def decoded(self, operation: str, data: Any) -> Any:
        for each in data if isinstance(data, list) else ():
            texts = [each[name] for name in ("updatedAt", "createdAt", "name") if name in each]
            times = [each[name] for name in ("createdAt", "updatedAt") if name in each]
            if not all(isinstance(text, str) for text in texts) or "soon" in times or each.get("terminated", 1) is None:
                raise ClientError("decode", 200, text="an element is not valid")
        return data


class UnknownFieldsRefused(Faulty):
    """A field that the model does not have is a decoding error."""

    breaks = ("sdk-tolerance.unknown-fields",)

    def decoded(self, operation: str, data: Any) -> Any:
        if "addedLater" in json.dumps(data):
            raise ClientError("decode", 200, text="unknown field addedLater")
        return data


class OptionalsDemanded(Faulty):
    """An instance without status is a decoding error."""

    breaks = ("sdk-tolerance.absent-optionals",)

    def decoded(self, operation: str, data: Any) -> Any:
        if operation == "getInstance" and "status" not in data:
            raise ClientError("decode", 200, text="status is missing")
        return data


class MediaTypeCompared(Faulty):
    """The content type must be application/json, letter by letter."""

    breaks = ("sdk-tolerance.media-type",)

    def read(self, answer: httpx.Response) -> Any:
        if answer.headers.get("content-type") != "application/json":
            raise ValueError("unexpected content type")
        return answer.json()
