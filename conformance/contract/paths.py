"""The directory of the bundled specification."""

from __future__ import annotations

from pathlib import Path

from conformance.contract.errors import UserError

DOCUMENT = "orchestration-v1.yaml"
REQUIREMENTS = "requirements.yaml"
SDK_REQUIREMENTS = "sdk-requirements.yaml"


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
