"""The directories and files that a run writes."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from conformance.contract.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class UnwritableDirectory(UserError):
    """The reports cannot be written where they should."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"Nothing can be written to {path}: {reason}.", "Give another --report-dir.")


class DirectoryInUse(UserError):
    """Another run writes there at this moment."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"Another run writes to {path} at this moment.", "Give another --report-dir, or wait for it.")


class UnwritableFile(UserError):
    """A file that the run should add to cannot be opened for writing."""

    def __init__(self, option: str, path: Path, reason: str) -> None:
        super().__init__(f"Nothing can be written to {path}: {reason}.", f"Give another --{option}.")


def default_report_dir(url: str | None, now: datetime) -> Path:
    """reports/<time>-<target>."""
    host = urlsplit(url).netloc.rpartition("@")[2] if url else "reference"
    return Path("reports") / f"{now:%Y%m%dT%H%M%S}-{re.sub(r'[^A-Za-z0-9.-]+', '-', host) or 'target'}"


def writable_directory(path: Path) -> Path:
    """The directory, made if missing. Raises UnwritableDirectory."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UnwritableDirectory(path, error.strerror or "it is not usable") from error
    return path


def new_directory(path: Path) -> Path:
    """The directory, made now; where there is one of this name already, one with a number at its end."""
    for name in itertools.chain([path.name], (f"{path.name}-{number}" for number in itertools.count(2))):
        made = path.with_name(name)
        try:
            made.parent.mkdir(parents=True, exist_ok=True)
            made.mkdir()
        except FileExistsError:
            if not path.parent.is_dir():
                raise UnwritableDirectory(path, "it is below a file") from None
            continue
        except OSError as error:
            raise UnwritableDirectory(path, error.strerror or "it is not usable") from error
        return made
    return path


@contextlib.contextmanager
def held(directory: Path) -> Iterator[None]:
    """Let no other run write to a directory, however this one ends. Raises DirectoryInUse."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise DirectoryInUse(directory) from None
    except OSError:
        # Some file systems know no locks.
        pass
    try:
        yield
    finally:
        os.close(descriptor)


def writable_file(option: str, path: Path) -> Path:
    """The file, made if missing; what it holds stays. Raises UnwritableFile."""
    try:
        path.open("ab").close()
    except OSError as error:
        raise UnwritableFile(option, path, error.strerror or "it is not usable") from error
    return path


def point_latest(directory: Path, *, instead: bool = True) -> None:
    """reports/latest shows the newest run that reached its server: a link, or a copy where links are not to be had.

    Without ``instead`` it stays as it is where there is one: what was found before is not lost from sight.
    """
    latest = directory.parent / "latest"
    if not instead and latest.exists():
        return
    if latest.is_dir() and not latest.is_symlink():
        shutil.rmtree(latest)
    new = latest.with_name(f".latest-{os.getpid()}")
    try:
        new.symlink_to(directory.name, target_is_directory=True)
        # At once, since another run may do the same.
        new.replace(latest)
    except OSError:
        new.unlink(missing_ok=True)
        shutil.copytree(directory, latest, dirs_exist_ok=True)
