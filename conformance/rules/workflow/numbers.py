"""Integers in the parameters of stages: amounts of money, which must not lose a digit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from conformance.rules.evidence.answers import is_invalid
from conformance.rules.evidence.bodies import WorkflowView, later_workflows
from conformance.rules.evidence.comparing.differences import differs
from conformance.rules.evidence.comparing.equal_meaning import Difference
from conformance.rules.evidence.observation import Observation, Rule, upheld
from conformance.rules.evidence.trace_index import TraceIndex, WorkflowRecord
from conformance.rules.evidence.wording import contrast
from conformance.wire import exact_json

# The only integer that a stage's parameters document. What else a stage holds is open, and so is whether it is kept.
_AMOUNT = ("send", "amount", "amount")
# A larger number that passed through a binary float has lost digits.
_FLOAT_SAFE = 2**53
Path = tuple[Any, ...]
"""Keys and positions that lead to a value inside another value."""


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of everything in a JSON value that holds nothing else."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    else:
        yield path, value


def _amounts(stages: Any) -> Iterator[tuple[Path, int | Decimal]]:
    """(path, amount) of every amount of money in the stages of a configuration."""
    for number in range(len(stages) if isinstance(stages, list) else 0):
        path = (number, *_AMOUNT)
        amount = _at(stages, path)
        if exact_json.is_integer(amount):
            yield path, amount


def _at(value: Any, path: Path) -> Any:
    for key in path:
        if isinstance(value, dict):
            value = value.get(str(key))
        elif isinstance(value, list):
            value = dict(enumerate(value)).get(key)
        else:
            return None
    return value


def exact_numbers(index: TraceIndex) -> Iterator[Observation]:
    """Every read returns the amounts of money in the parameters of stages digit for digit.

    What else a stage holds has to be there: of a missing stage, or another one, `workflow.immutable` and others tell.
    Whether a negative amount is accepted is open, but not what becomes of it then.
    """
    accepted = [each for each in index.workflows.values() if not is_invalid(index, each.created)]
    sent: dict[str, dict[Path, int | Decimal]] = {each.id: dict(_amounts(_sent_stages(each))) for each in accepted}
    own = [(each.id, WorkflowView(each.created, each.workflow, "/data")) for each in accepted]
    for key, seen in [*own, *(later for later in later_workflows(index) if later[0] in sent)]:
        config = seen.body.get("config")
        stages = config.get("stages") if isinstance(config, dict) else None
        if not isinstance(stages, list):
            continue
        lost = [path for path, number in sent[key].items() if not _same_digits(_at(stages, path), number)]
        whole = _sent_stages(index.workflows[key])
        path = next((each for each in lost if _otherwise_same(whole, stages, each[:1])), None)
        if path is not None:
            pointer = "/".join(map(str, ("", *path)))
            found = Difference(f"{seen.pointer}/config/stages{pointer}", *_told(sent[key][path], _at(stages, path)))
            yield differs(found, seen.exchange, subject=key)
        if not lost and any(not -_FLOAT_SAFE <= number <= _FLOAT_SAFE for number in sent[key].values()):
            yield upheld(seen.exchange, subject=key)


def _same_digits(read: Any, sent: int | Decimal) -> bool:
    """Whether a number has its digits, and no point and no exponent, which readers of integers may refuse.

    Those of thousands of digits are decimals in any case.
    """
    return exact_json.equal(read, sent) and not (isinstance(sent, int) and isinstance(read, Decimal))


def _told(sent: int | Decimal, read: Any) -> tuple[str, str]:
    written_otherwise = isinstance(read, Decimal) and read == sent
    return (f"{sent}, digit for digit", str(read)) if written_otherwise else contrast(sent, read)


def _otherwise_same(sent: Any, read: Any, stage: Path) -> bool:
    """Whether a read has everything of a stage but its integers, and what stands beside one: an asset, say."""
    leaves = list(_leaves(_at(sent, stage)))
    beside = {path[:-1] for path, leaf in leaves if exact_json.is_integer(leaf)}
    others = [(path, leaf) for path, leaf in leaves if path[:-1] not in beside]
    return all(exact_json.equal(_at(read, (*stage, *path)), leaf) for path, leaf in others)


def _sent_stages(workflow: WorkflowRecord) -> Any:
    body = workflow.created.request_json
    return body.get("stages") if isinstance(body, dict) else None


RULES: dict[str, Rule] = {"workflow.exact-numbers": exact_numbers}
