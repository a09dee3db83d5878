"""Rules about what an SDK hands to its caller when the server answered well."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from conformance.sdk.drawing.case import Played, PlayedStep, Seen
from conformance.sdk.rules.comparing import Area, Leaf, compare
from conformance.wire import exact_json

AREAS: Mapping[str, frozenset[Area]] = {
    "sdk-answer.server-info": frozenset(["field"]),
    "sdk-answer.workflow": frozenset(["field"]),
    "sdk-answer.instance": frozenset(["field"]),
    "sdk-answer.history": frozenset(["field"]),
    "sdk-answer.stage-kinds": frozenset(["kind"]),
    "sdk-answer.stage-history": frozenset(["field"]),
    "sdk-answer.activity-input": frozenset(["input"]),
    "sdk-answer.activity-output": frozenset(["output"]),
    "sdk-answer.configuration": frozenset(["free"]),
    "sdk-answer.integers": frozenset(["number"]),
    "sdk-answer.instants": frozenset(["instant"]),
    "sdk-answer.text": frozenset(["text"]),
    "sdk-answer.lists": frozenset(["list"]),
}
"""What each requirement looks at in the answers of its own cases."""


def _read(requirement: str, areas: Collection[Area]) -> Callable[[Played], Iterator[Seen]]:
    """A rule about the last answer: an SDK that cannot read the ordinary one before it has another defect."""

    def rule(played: Played) -> Iterator[Seen]:
        if played.case.theme == requirement and _taken(played):
            yield from _held(requirement, areas, played.steps[-1])

    return rule


def _held(requirement: str, areas: Collection[Area], played_step: PlayedStep) -> Iterator[Seen]:
    expected = "the caller gets what the server sent"
    if not played_step.ok:
        yield Seen(requirement, False, played_step, expected, f"the caller got {played_step.result}")
        return
    leaves = [leaf for leaf in _leaves(played_step) if leaf.area in areas]
    wrong = next((leaf for leaf in leaves if not leaf.equal), None)
    if wrong is not None:
        where = wrong.pointer or "the answer"
        yield Seen(
            requirement,
            False,
            played_step,
            f"{expected}: {wrong.expected} at {where}",
            f"{wrong.observed} at {where}",
            wrong.pointer,
        )
    elif leaves:
        yield Seen(requirement, True, played_step)


# A send without any field is {}, as a noop is: which of them an SDK reads is asked by another requirement.
_ELSEWHERE: Mapping[str, Area] = {"sdk-tolerance.absent-optionals": "kind"}


def _tolerated(requirement: str) -> Callable[[Played], Iterator[Seen]]:
    """A rule about an unusual answer that follows an ordinary one: only what the ordinary one did not lose counts."""
    elsewhere = _ELSEWHERE.get(requirement)

    def rule(played: Played) -> Iterator[Seen]:
        if played.case.theme != requirement or not _taken(played):
            return
        ordinary, played_step = played.steps
        expected = "the caller gets what the server sent, as of an ordinary answer"
        if not played_step.ok:
            yield Seen(requirement, False, played_step, expected, f"the caller got {played_step.result}")
            return
        lost = {_anywhere(leaf.pointer) for leaf in _leaves(ordinary) if not leaf.equal}
        leaves = [leaf for leaf in _leaves(played_step) if leaf.area != elsewhere]
        wrong = [leaf for leaf in leaves if not leaf.equal and _anywhere(leaf.pointer) not in lost]
        said = f"{wrong[0].observed} at {wrong[0].pointer}, where {wrong[0].expected} was sent" if wrong else ""
        yield Seen(requirement, not wrong, played_step, expected, said, wrong[0].pointer if wrong else "")

    return rule


def _taken(played: Played) -> bool:
    """Whether every call was made, and the ordinary one succeeded, if there was one before."""
    made = all(played_step.broken is None and played_step.matching() for played_step in played.steps)
    return made and all(played_step.ok for played_step in played.steps[:-1])


def _anywhere(pointer: str) -> str:
    """A pointer without the positions in lists."""
    return "/".join("*" if part.isdigit() else part for part in pointer.split("/"))


def _leaves(played_step: PlayedStep) -> list[Leaf]:
    sent = exact_json.parse_or_none(played_step.step.answer.body)
    assert played_step.result is not None
    return compare(played_step.operation, sent, played_step.result.data)


def _no_content(played: Played) -> Iterator[Seen]:
    for played_step in played.steps:
        answer = played_step.step.answer
        if answer.status == 204 and answer.fate == "answer" and played_step.broken is None and played_step.matching():
            expected = "a 204 is a success without data"
            upheld = played_step.ok and played_step.result is not None and played_step.result.data in (None, {}, "")
            yield Seen("sdk-answer.no-content", upheld, played_step, expected, f"the caller got {played_step.result}")


def _odd_element(played: Played) -> Iterator[Seen]:
    """What is at stake are the other elements: they are looked for by their count, whatever became of the odd one."""
    requirement = "sdk-tolerance.odd-element"
    if played.case.theme == requirement and _taken(played):
        played_step = played.steps[1]
        data = played_step.result.data if played_step.result is not None else None
        upheld = isinstance(data, list) and len(data) >= 2
        expected = "the other elements of the list reach the caller"
        yield Seen(requirement, upheld, played_step, expected, f"the caller got {played_step.result}")


_TOLERANCE = (
    "unknown-fields",
    "absent-optionals",
    "empty-status",
    "media-type",
    "chunked",
    "gzip",
    "timestamps",
    "long-lists",
    "nulls",
)

RULES: Mapping[str, Callable[[Played], Iterator[Seen]]] = {
    **{name: _read(name, areas) for name, areas in AREAS.items()},
    **{name: _tolerated(name) for name in (f"sdk-tolerance.{each}" for each in _TOLERANCE)},
    "sdk-answer.no-content": _no_content,
    "sdk-tolerance.odd-element": _odd_element,
}
