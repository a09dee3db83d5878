"""Shards, the shares of a run that several machines play: how each is written, and how all are read for merging."""

from __future__ import annotations

import gzip
import io
import pickle
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from conformance import __version__
from conformance.campaign.concluding import RunOutcome
from conformance.configuration.options import RunOptions
from conformance.contract.errors import UserError
from conformance.reference.options import Noise, ServerOptions

SHARD = "shard.bin"
"""What a share leaves in its report directory for merging."""

_ROOMS = (
    "conformance.campaign.concluding",
    "conformance.campaign.schedule",
    "conformance.confirming.findings",
    "conformance.contract",
    "conformance.judging.places",
    "conformance.judging.tally",
    "conformance.results.model",
    "conformance.rules.evidence.observation",
    "conformance.trace",
    "conformance.wire",
)
_BUILTINS = {("builtins", "set"), ("builtins", "frozenset"), ("collections", "Counter"), ("decimal", "Decimal")}
_SETTINGS = ("seed", "profile", "max_time", "explore_time", "spec")


class UnusableShards(UserError):
    """What should be merged is not the shares of one run."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"These cannot be merged: {reason}.",
            "Name the report directory of each share of one run (conformance run --shard K/N), once.",
        )


@dataclass(frozen=True, slots=True)
class Shard:
    """One share: ``number`` (from 0) of ``of``, what all shares have in common, its target, and what it left.

    ``url`` is None for an embedded server, which behaved as ``embedded`` says. ``selected``: the requirements that -k
    and -m chose, None for all.
    """

    number: int
    of: int
    document: str
    suite: str
    settings: dict[str, Any]
    url: str | None
    embedded: dict[str, Any]
    selected: tuple[str, ...] | None
    seconds: float
    outcome: RunOutcome

    @property
    def server(self) -> ServerOptions:
        """How the embedded server was to behave."""
        given = dict(self.embedded)
        return ServerOptions(**(given | {"faults": tuple(given["faults"]), "noise": Noise(**given["noise"])}))


def shard_from(
    options: RunOptions, document: str, selected: Collection[str] | None, outcome: RunOutcome, seconds: float
) -> Shard:
    """The share that was played with some options; ``document`` is the digest of the API document."""
    settings = options.settings
    number, of = settings.shard
    return Shard(
        number=number,
        of=of,
        document=document,
        suite=__version__,
        settings={name: getattr(settings, name) for name in _SETTINGS},
        url=options.url,
        embedded=asdict(options.embedded),
        selected=None if selected is None else tuple(sorted(selected)),
        seconds=seconds,
        outcome=outcome,
    )


def write_shard(shard: Shard, directory: Path) -> None:
    """Leave a share for merging."""
    members = {name: getattr(shard, name) for name in shard.__slots__}
    (directory / SHARD).write_bytes(gzip.compress(pickle.dumps(members, pickle.HIGHEST_PROTOCOL), 5))


def read_shards(directories: Sequence[Path]) -> list[Shard]:
    """The shares in some directories, or in the directories below them, in their order. Raises UnusableShards."""
    files = [file for directory in directories for file in _files(directory)]
    shards = sorted((_read(file) for file in files), key=lambda each: each.number)
    facts = [_facts(each) for each in shards]
    for name, value in facts[0].items():
        if any(each[name] != value for each in facts):
            raise UnusableShards(f"they are of different runs: not all have the same {name}")
    twice = [number for number, count in Counter(each.number for each in shards).items() if count > 1]
    if twice:
        raise UnusableShards(f"share {twice[0] + 1} is there more than once")
    return shards


def _facts(shard: Shard) -> dict[str, object]:
    """What the shares of one run have in common, by its name for people."""
    return {
        "number of shares": shard.of,
        "API document": shard.document,
        "version of the suite": shard.suite,
        **{_spelt(name): shard.settings.get(name) for name in _SETTINGS},
        "selection (-k, -m)": shard.selected,
    }


def _spelt(setting: str) -> str:
    return f"--{setting.replace('_', '-')}"


def missing_of(shards: Sequence[Shard]) -> list[int]:
    """The numbers of the shares that are not there, counted from 1."""
    return sorted(set(range(1, shards[0].of + 1)) - {each.number + 1 for each in shards})


def targets_of(shards: Sequence[Shard]) -> list[list[RunOutcome]]:
    """What the shares left, those together that asked one server; each embedded server is one of its own."""
    groups: dict[object, list[RunOutcome]] = {}
    for each in shards:
        groups.setdefault(each.url if each.url is not None else each.number, []).append(each.outcome)
    return list(groups.values())


def _files(directory: Path) -> list[Path]:
    if (directory / SHARD).is_file():
        return [directory / SHARD]
    found = sorted(directory.glob(f"*/{SHARD}")) if directory.is_dir() else []
    if not found:
        raise UnusableShards(f"{directory} holds no share of a run")
    return found


class _Reader(pickle.Unpickler):
    """Reads the values that a share is made of, and nothing that could do anything."""

    def find_class(self, module: str, name: str) -> Any:
        ours = any(module == each or module.startswith(f"{each}.") for each in _ROOMS)
        if not ours and (module, name) not in _BUILTINS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a share")
        found = super().find_class(module, name)
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a share")
        return found


def _read(file: Path) -> Shard:
    try:
        members = _Reader(io.BytesIO(gzip.decompress(file.read_bytes()))).load()
        return Shard(**members)
    except OSError as error:
        raise UnusableShards(f"{file} cannot be read ({error.strerror or 'it is damaged'})") from error
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, TypeError, ValueError, KeyError) as error:
        raise UnusableShards(f"{file} is no share of a run, or one of another version of the suite") from error
