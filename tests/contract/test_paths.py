from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract import paths
from conformance.contract.errors import UserError


def test_an_error_says_what_happened_and_what_to_do() -> None:
    assert str(UserError("It broke.", "Mend it.")) == "It broke. Mend it."
    assert str(UserError("It broke.")) == "It broke."


def test_an_installation_without_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "conformance" / "contract" / "paths.py"
    monkeypatch.setattr(paths, "__file__", str(module))
    with pytest.raises(paths.SpecsMissing, match="Reinstall"):
        paths.specs_dir()


def test_the_package_holds_its_data_when_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = tmp_path / "conformance" / "specs"
    specs.mkdir(parents=True)
    (specs / paths.DOCUMENT).touch()
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "conformance" / "contract" / "paths.py"))
    assert paths.specs_dir() == specs
