"""Validating responses against the schemas of an API document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

from conformance.contract.document import ApiDocument, load_document
from conformance.contract.schema.compiled import CompiledSchema, Compiler, SchemaProblem
from conformance.contract.schema.oas import error_schema, success_schema

Side = Literal["input", "output"]

HISTORY_KINDS: Mapping[str, str] = {
    "RunNoop": "StageNoop",
    "RunDelay": "StageDelay",
    "RunWaitEvent": "StageWaitEvent",
    "RunSend": "StageSend",
    "RunUpdate": "Update",
}
"""The schema of a history entry's input by the entry's name."""

ACTIVITY_SCHEMAS: Mapping[Side, str] = {
    "input": "WorkflowInstanceHistoryStageInput",
    "output": "WorkflowInstanceHistoryStageOutput",
}


class ResponseSchemas:
    """The compiled schemas of a document; what it lacks is taken from the bundled one.

    Build one per run: compiling takes longer than a validation. Raises UnreadableDocument for a schema that cannot be
    compiled. Values are those of ``exact_json``: a Decimal without fraction counts as an integer, a bool never does.
    """

    def __init__(self, document: ApiDocument) -> None:
        self._api = document.api
        self._compilers = (Compiler(document), Compiler(load_document()))
        self._success = {key: self._for_success(key) for key in document.api.by_action}
        self._kinds = {name: self._named(schema) for name, schema in HISTORY_KINDS.items()}
        self._activities = {side: self._named(schema) for side, schema in ACTIVITY_SCHEMAS.items()}

    def problems(self, operation_id: str, status: int, value: Any) -> tuple[SchemaProblem, ...]:
        """How a success body violates the schema of its operation, inputs of history entries included.

        ``status`` other than the operation's own success yields nothing: there is no schema to hold it to.
        """
        checked = self._checked(operation_id, status)
        if checked is None:
            return ()
        found = checked.problems(value)
        if operation_id == "getInstanceHistory":
            inputs = tuple(self._input_problems(value))
            # Where the kind says what is wrong, "matches none of the kinds" adds nothing.
            said = {problem.pointer for problem in inputs}
            found = (*(problem for problem in found if problem.pointer not in said), *inputs)
        return found

    def undocumented(self, operation_id: str, status: int, value: Any) -> tuple[str, ...]:
        """JSON pointers of the fields of a success body that no schema names.

        Free-form maps (stages of a configuration, metadata, vars, raw) are not judged; the input of a history entry is
        held to the parameters of the kind that its name implies.
        """
        checked = self._checked(operation_id, status)
        if checked is None:
            return ()
        if operation_id != "getInstanceHistory":
            return checked.undocumented(value)
        outer = tuple(pointer for pointer in checked.undocumented(value) if pointer.split("/")[3:4] != ["input"])
        return outer + tuple(self._undocumented_inputs(value))

    def error_problems(self, value: Any) -> tuple[SchemaProblem, ...]:
        """How the body of a refusal violates Error."""
        return self._error.problems(value)

    def undocumented_in_error(self, value: Any) -> tuple[str, ...]:
        """JSON pointers of the fields of a refusal's body that Error does not name."""
        return self._error.undocumented(value)

    def activity_problems(self, name: str, which: Side, value: Any) -> tuple[SchemaProblem, ...]:
        """How a stage-history entry's input or output is not valid for the activity that the entry names.

        ``value`` is the object that holds one key, the activity's name. Outputs of activities for which the API
        documents none are not judged.
        """
        checked = self._activities[which]
        if not isinstance(value, dict):
            return checked.problems(value)
        if name not in self._activities["input"].fields:
            return (SchemaProblem("", f"{name!r} is no activity of the API"),)
        if name not in checked.fields:
            return ()
        if tuple(value) != (name,):
            return (SchemaProblem("", f"must hold exactly the key {name}, but holds {', '.join(value) or 'none'}"),)
        return checked.problems(value)

    def config_problems(self, value: Any) -> tuple[SchemaProblem, ...]:
        """How a request body violates WorkflowConfig: an object with an array of objects, and a name that is text."""
        return self._config.problems(value)

    @cached_property
    def _config(self) -> CompiledSchema:
        return self._named("WorkflowConfig")

    @cached_property
    def _error(self) -> CompiledSchema:
        schema = error_schema(self._compilers[0].document)
        return self._compilers[0].compile(schema) if schema is not None else self._bundled("Error")

    def _checked(self, operation_id: str, status: int) -> CompiledSchema | None:
        return self._success[operation_id] if status == self._api.by_action[operation_id].success else None

    def _for_success(self, operation_id: str) -> CompiledSchema | None:
        for compiler in self._compilers:
            schema = success_schema(compiler.document, operation_id)
            if schema is not None:
                return compiler.compile(schema)
        return None

    def _named(self, name: str) -> CompiledSchema:
        return self._compilers[0].named(name) or self._bundled(name)

    def _bundled(self, name: str) -> CompiledSchema:
        checked = self._compilers[1].named(name)
        if checked is None:
            raise KeyError(name)
        return checked

    def _input_problems(self, value: Any) -> Iterator[SchemaProblem]:
        for index, entry in _entries(value):
            name = entry.get("name")
            kind = self._kinds.get(name) if isinstance(name, str) else None
            if kind is not None and "input" in entry:
                yield from kind.problems(entry["input"], f"/data/{index}/input")
            elif isinstance(name, str) and kind is None:
                yield SchemaProblem(f"/data/{index}/name", f"{name!r} is no activity that runs a stage")

    def _undocumented_inputs(self, value: Any) -> Iterator[str]:
        for index, entry in _entries(value):
            kind = self._kinds.get(str(entry.get("name")))
            if kind is not None:
                yield from kind.undocumented(entry.get("input"), f"/data/{index}/input")


def _entries(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    data = value.get("data") if isinstance(value, dict) else None
    for index, entry in enumerate(data if isinstance(data, list) else ()):
        if isinstance(entry, dict):
            yield index, entry
