"""Finding recordings: in files, compressed files, archives, directories, and on standard input."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from conformance.contract.errors import UserError

STDIN = "-"
OWN = "exchanges.har"
"""The recording in the directory of a run's reports, which may be compressed."""
OWN_ANSWERS = "_ownAnswers"
"""The field of a recording's log that says that this suite itself answered."""
_ENDINGS = (".har", ".har.gz", ".zip")


class NotAHar(UserError):
    """The file is no HAR document, or one of its entries is broken."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"{path} is not a usable HAR file: {reason}.",
            "Export it again as HAR 1.2 with content (in a browser: 'Save all as HAR with content').",
        )


class OwnAnswers(UserError):
    """What answered in a recording is this suite itself, whose answers are odd on purpose."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            f"{path} holds the calls of an SDK, answered by a small server of this suite that is odd on purpose: there "
            "is no server to judge.",
            "`conformance sdk` has judged the SDK by them: see report.html in the same directory.",
        )


class NoRecording(UserError):
    """There is no such file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no recording {path}.", "Give a HAR file, or the directory of a run's reports.")


@dataclass(frozen=True, slots=True)
class Recording:
    """One HAR document: the name that reports call it by, and its bytes."""

    name: str
    content: bytes


def recordings(paths: Sequence[Path]) -> Iterator[Recording]:
    """The HAR documents that paths lead to: ``-`` is standard input. Raises NotAHar, NoRecording.

    A directory is searched, but for one that a run wrote: that stands for the run's own recording. Where only the
    compressed form of a file is there, that is read.
    """
    for path in paths:
        if str(path) == STDIN:
            yield from _unpacked("standard input", sys.stdin.buffer.read())
            continue
        files = _in_directory(path) if path.is_dir() else [path]
        for file in files:
            packed = file.with_name(f"{file.name}.gz")
            try:
                content = (packed if packed.exists() and not file.exists() else file).read_bytes()
            except FileNotFoundError as error:
                raise NoRecording(file) from error
            except OSError as error:
                raise NotAHar(file, error.strerror or "it cannot be read") from error
            yield from _unpacked(str(file), content)


def _in_directory(path: Path) -> list[Path]:
    if (path / OWN).exists() or (path / f"{OWN}.gz").exists():
        return [path / OWN]
    files = sorted(each for each in path.rglob("*") if each.name.lower().endswith(_ENDINGS) and each.is_file())
    if not files:
        raise NotAHar(path, f"no file in it ends with {', '.join(_ENDINGS)}")
    return files


def _unpacked(name: str, content: bytes) -> Iterator[Recording]:
    """What a file holds, judged by its first bytes and not by its name."""
    try:
        if content[:2] == b"\x1f\x8b":
            yield from _unpacked(name, gzip.decompress(content))
        elif content[:2] == b"PK":
            yield from _members(name, content)
        else:
            yield Recording(name, content)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise NotAHar(name, f"it cannot be read ({error})") from error


def _members(name: str, content: bytes) -> Iterator[Recording]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = [each for each in archive.namelist() if each.lower().endswith(_ENDINGS)]
        if not inside:
            raise NotAHar(name, f"nothing in it ends with {', '.join(_ENDINGS)}")
        for each in sorted(inside):
            yield from _unpacked(f"{name}/{PurePosixPath(each).name}", archive.read(each))
