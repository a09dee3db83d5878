"""What a run has made and not removed yet, in memory and on disk, so that it is found again whatever happens."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO

from conformance.target.ids import answered_id, ended_ids
from conformance.target.removal import may_be_left
from conformance.trace import Exchange
from conformance.wire import exact_json

Kind = Literal["workflow", "instance"]

_JOURNALS = "made*.ndjson"


@dataclass(frozen=True, slots=True)
class Made:
    """Something that a run made. ``workflow``: that of an instance, "" of a workflow. ``created``: its createdAt."""

    kind: Kind
    id: str
    workflow: str = field(default="", compare=False)
    created: str = field(default="", compare=False)


class Journal:
    """A file that records line by line what was made and what is gone. It is deleted once nothing is left."""

    def __init__(self, path: Path, url: str, run: str) -> None:
        self._path = path
        self._file: TextIO = path.open("w", encoding="utf-8")
        self.write({"url": url, "run": run})

    @classmethod
    def in_directory(cls, directory: Path, number: int, url: str, run: str) -> Journal:
        """That of one of the processes that share a run."""
        return cls(directory / _JOURNALS.replace("*", f"-{number}" if number else ""), url, run)

    def write(self, line: Mapping[str, Any]) -> None:
        """Add a line. It is handed to the system at once: killing the process loses nothing.

        A full disk does not keep the run from removing what it made; the disk itself is reported elsewhere.
        """
        with contextlib.suppress(OSError):
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def close(self, left: Iterable[Made]) -> None:
        """Keep the file where something is left."""
        with contextlib.suppress(OSError):
            self._file.close()
        if not any(True for _ in left):
            self._path.unlink(missing_ok=True)


class Footprint:
    """What a target holds of a run: from every exchange it learns what was made and what is gone."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._left: dict[tuple[Kind, str], Made] = {}
        self._ever: set[int] = set()

    def __len__(self) -> int:
        return len(self._left)

    @property
    def ever(self) -> bool:
        """Whether this run has made anything, whatever became of it."""
        return bool(self._ever)

    @property
    def left(self) -> tuple[Made, ...]:
        """What is there, as far as is known: instances first, since they are removed first."""
        return tuple(sorted(self._left.values(), key=lambda made: made.kind))

    def made_by_us(self, id_: str) -> bool:
        """Whether this run was given the id for something that it made, also if that is gone by now."""
        return hash(id_) in self._ever

    def note(self, exchange: Exchange) -> None:
        """Take note of what an exchange has made, ended or removed."""
        action, params = exchange.operation, exchange.params
        if action == "createWorkflow" and exchange.ok:
            self._add("workflow", exchange)
        elif action == "runWorkflow" and exchange.ok:
            self._add("instance", exchange, params.get("workflowID", ""))
            self._end(exchange)
        elif action == "deleteWorkflow" and (exchange.ok or exchange.status == 404):
            self._remove("workflow", params["flowId"])
        elif action == "cancelEvent" and not may_be_left(exchange):
            self._remove("instance", params["instanceID"])
        elif action == "getInstance" or (action == "listInstances" and exchange.query("workflowID") is not None):
            # The list of all instances may hold very many of others.
            self._end(exchange)

    def find(self, made: Made) -> None:
        """Take note of something that was made, such as a list shows in the run's name."""
        if (made.kind, made.id) in self._left:
            return
        self._left[made.kind, made.id] = made
        self._ever.add(hash(made.id))
        if self._journal is not None:
            told = {"made": made.kind, "id": made.id, "workflow": made.workflow, "created": made.created}
            self._journal.write({name: text for name, text in told.items() if text})

    def lose(self, made: Made) -> None:
        """Take note that something is not there any more."""
        self._remove(made.kind, made.id)

    def close(self) -> None:
        """Nothing is made any more."""
        if self._journal is not None:
            self._journal.close(self.left)

    def _end(self, exchange: Exchange) -> None:
        for instance_id in ended_ids(exchange):
            self._remove("instance", instance_id)

    def _add(self, kind: Kind, exchange: Exchange, workflow: str = "") -> None:
        id_ = answered_id(exchange)
        if id_ is not None:
            self.find(Made(kind, id_, workflow, str(exchange.data.get("createdAt", ""))))

    def _remove(self, kind: Kind, id_: str) -> None:
        if self._left.pop((kind, id_), None) is not None and self._journal is not None:
            self._journal.write({"gone": kind, "id": id_})


@dataclass(frozen=True, slots=True)
class Journalled:
    """The content of a run's journal: its target, its id, and what is left."""

    url: str
    run: str
    left: tuple[Made, ...]


def read_journals(directory: Path) -> list[Journalled]:
    """The journals in the directory of a run that left something behind; a line that was cut is passed over."""
    return [found for path in sorted(directory.glob(_JOURNALS)) if (found := _read_journal(path)) is not None]


def forget(directory: Path) -> None:
    """Remove the journals in a directory, once the target is gone with all that it held."""
    for path in directory.glob(_JOURNALS):
        path.unlink(missing_ok=True)


def _read_journal(path: Path) -> Journalled | None:
    lines = [exact_json.parse_or_none(line) for line in path.read_bytes().splitlines()]
    told = [line for line in lines if isinstance(line, dict)]
    if not told or not isinstance(told[0].get("url"), str):
        return None
    left: dict[tuple[str, str], Made] = {}
    for line in told[1:]:
        id_ = str(line.get("id"))
        if line.get("made") in ("workflow", "instance"):
            more = (str(line.get(name, "")) for name in ("workflow", "created"))
            left[line["made"], id_] = Made(line["made"], id_, *more)
        left.pop((str(line.get("gone")), id_), None)
    return Journalled(told[0]["url"], str(told[0].get("run")), tuple(sorted(left.values(), key=lambda made: made.kind)))
