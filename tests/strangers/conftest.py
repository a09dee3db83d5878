"""Servers that nobody here wrote, started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.strangers.prism import Prism, install

SPEC = Path(__file__).parents[2] / "specs" / "orchestration-v1.yaml"


@pytest.fixture(scope="session")
def prism() -> Iterator[Prism]:
    """Prism serving the bundled document."""
    install()
    with Prism(SPEC) as started:
        yield started


@pytest.fixture
def restless_prism(tmp_path: Path) -> Iterator[Prism]:
    """Prism serving a document whose example of an instance never terminates."""
    install()
    document = tmp_path / "restless.yaml"
    ended = 'terminated: true, terminatedAt: "2026-11-23T22:46:35.161Z",'
    text = SPEC.read_text("utf-8")
    assert ended in text
    document.write_text(text.replace(ended, "terminated: false,"), "utf-8")
    with Prism(document) as started:
        yield started
