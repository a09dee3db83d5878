"""The directories and files that a run writes."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from conformance.contract.errors import UserError


class UnwritableDirectory(UserError):
    """The reports cannot be written where they should."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"Nothing can be written to {path}: {reason}.", "Give another --report-dir.")


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


def writable_file(option: str, path: Path) -> Path:
    """The file, made if missing; what it holds stays. Raises UnwritableFile."""
    try:
        path.open("ab").close()
    except OSError as error:
        raise UnwritableFile(option, path, error.strerror or "it is not usable") from error
    return path


def point_latest(directory: Path) -> None:
    """reports/latest shows the newest run: a link, or a copy where links are not to be had."""
    latest = directory.parent / "latest"
    if latest.is_symlink():
        latest.unlink()
    elif latest.is_dir():
        shutil.rmtree(latest)
    try:
        latest.symlink_to(directory.name, target_is_directory=True)
    except OSError:
        shutil.copytree(directory, latest)
