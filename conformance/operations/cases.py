"""The one module that touches schemathesis: it generates requests for an operation from an API document."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.errors import SchemathesisError

from conformance.contract.api import V1
from conformance.contract.document import ApiDocument
from conformance.drawing import draw, seed_alone
from conformance.operations import template
from conformance.operations.template import CaseTemplate
from conformance.wire import exact_json

_BASE = "http://generated.invalid"
_MODES: tuple[tuple[template.Mode, GenerationMode], ...] = (
    ("positive", GenerationMode.POSITIVE),
    ("negative", GenerationMode.NEGATIVE),
)
_Operation = APIOperation[Any, Any, Any, Any]
_Case = Case[Any]


class CaseGenerator:
    """Reads a document once, and generates cases for its operations. The same seed gives the same cases."""

    def __init__(self, document: ApiDocument) -> None:
        self._prefix = document.prefix
        # A configuration of its own: schemathesis would otherwise look for one in the user's directory.
        self._schema = schemathesis.openapi.from_dict(document.raw, config=schemathesis.Config())
        self._operations = dict(self._found())

    def generate(
        self,
        operation_id: str,
        *,
        phases: Sequence[template.Phase] = ("examples", "coverage", "fuzzing"),
        modes: Sequence[template.Mode] = ("positive", "negative"),
        max_fuzzed: int = 20,
        seed: int = 0,
    ) -> list[CaseTemplate]:
        """The distinct cases of an operation, none for one that the document lacks.

        ``max_fuzzed`` limits the fuzzing phase per mode; the other phases give what the document holds.
        """
        operation = self._operations.get(operation_id)
        if operation is None:
            return []
        found: dict[tuple[object, ...], CaseTemplate] = {}
        with seed_alone(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for phase in phases:
                for mode, case in self._cases(operation, phase, modes, (max_fuzzed, seed)):
                    made = self._template(operation_id, case, phase, mode)
                    if made is not None:
                        found.setdefault(made.request, made)
        return list(found.values())

    def _found(self) -> Iterator[tuple[str, _Operation]]:
        for result in self._schema.get_all_operations():
            operation = result.ok() if hasattr(result, "ok") else None
            if operation is None:
                continue
            known = V1.match(operation.method, operation.path, self._prefix)
            if known is not None:
                yield known.operation.action, operation

    def _cases(
        self,
        operation: _Operation,
        phase: template.Phase,
        modes: Sequence[template.Mode],
        fuzzing: tuple[int, int],
    ) -> Iterator[tuple[template.Mode, _Case]]:
        if phase == "examples":
            for strategy in operation.get_strategies_from_examples() if "positive" in modes else ():
                yield from (("positive", case) for case in _drawn(strategy, 1, fuzzing[1]))
            return
        for mode, generation in _MODES:
            if mode not in modes:
                continue
            if phase == "coverage":
                yield from ((mode, case) for case in self._covering(operation, generation))
            elif mode == "positive" or _can_be_negated(operation):
                strategy = operation.as_strategy(generation_mode=generation)
                yield from ((mode, case) for case in _drawn(strategy, *fuzzing))

    def _covering(self, operation: _Operation, generation: GenerationMode) -> Iterator[_Case]:
        config = self._schema.config.generation_for(operation=operation, phase="coverage")
        try:
            yield from self._schema.iter_coverage_cases(
                operation, generation_modes=[generation], generation_config=config
            )
        except (SchemathesisError, Unsatisfiable):
            # A document that schemathesis cannot cover in full still gives the cases found so far.
            return

    def _template(
        self, operation_id: str, case: _Case, phase: template.Phase, mode: template.Mode
    ) -> CaseTemplate | None:
        sent = case.as_transport_kwargs(base_url=_BASE)
        found = V1.match(sent["method"], urlsplit(sent["url"]).path, self._prefix)
        body = _body(sent)
        if found is None or found.operation.id != operation_id or not _plain(sent) or body is _UNSENDABLE:
            return None
        return CaseTemplate(
            operation=operation_id,
            params=tuple(found.params.items()),
            query=tuple(_pairs(sent.get("params") or {})),
            body=body,
            phase=phase,
            mode=mode,
            description=_description(case),
        )


_UNSENDABLE = b"\0unsendable"


def _drawn(strategy: SearchStrategy[_Case], count: int, number: int) -> list[_Case]:
    drawn: list[_Case] = []

    try:
        draw(strategy, count, number, drawn.append)
    except (SchemathesisError, Unsatisfiable):
        return drawn
    return drawn


def _can_be_negated(operation: _Operation) -> bool:
    """Whether there is anything to get wrong: a text in the path cannot be, and trying costs half a second."""
    typed = any(_type(parameter) not in {None, "string"} for parameter in operation.path_parameters)
    return typed or bool(len(operation.query)) or bool(len(operation.body))


def _type(parameter: Any) -> str | None:
    schema = parameter.definition.get("schema")
    return schema.get("type") if isinstance(schema, dict) else None


def _plain(sent: Mapping[str, Any]) -> bool:
    """A JSON request. What a server does with other media types the API does not say."""
    given = next((value for name, value in sent["headers"].items() if name.lower() == "content-type"), None)
    return given is None or given.split(";")[0].strip() == "application/json"


def _body(sent: Mapping[str, Any]) -> bytes | None:
    data = sent.get("data")
    if "json" in sent:
        try:
            return exact_json.encode(sent["json"])
        except (TypeError, ValueError):
            return _UNSENDABLE
    if data is None or isinstance(data, bytes):
        return data
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else _UNSENDABLE


def _pairs(params: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """Query parameters as pairs of text: a list repeats its name, an object shows its keys, as HTTP clients do."""
    for name, value in params.items() if isinstance(params, Mapping) else params:
        for item in value if isinstance(value, list | tuple | dict) else [value]:
            yield str(name), item if isinstance(item, str) else exact_json.dumps(item)


def _description(case: _Case) -> str:
    data = case.meta.phase.data if case.meta else None
    return str(getattr(data, "description", None) or "")
