"""The directory of the bundled specification, and reading what lies there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from conformance.contract.errors import UserError

DOCUMENT = "orchestration-v1.yaml"
REQUIREMENTS = "requirements.yaml"
SDK_REQUIREMENTS = "sdk-requirements.yaml"


# The loader of libyaml is ten times as fast, but not in every build of PyYAML.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SpecsMissing(UserError):
    """The installation lacks its data files."""

    def __init__(self) -> None:
        super().__init__(
            "The bundled specification (specs/) is missing from this installation.",
            "Reinstall the package, or run from a complete checkout.",
        )


def specs_dir() -> Path:
    """The directory of the data files: inside the package when installed, beside it in a checkout.

    Raises SpecsMissing when neither holds the API document.
    """
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "specs", package.parent / "specs"):
        if (candidate / DOCUMENT).is_file():
            return candidate
    raise SpecsMissing


def read_yaml(path: Path) -> Any:
    """What a bundled file holds."""
    return yaml.load(path.read_bytes(), Loader=_LOADER)
