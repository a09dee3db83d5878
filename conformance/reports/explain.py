"""What a requirement means, why it matters, and how a violation of it looks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from conformance.contract.requirements import Requirement
from conformance.contract.scenes import Scene, timeline

_JUDGED = {
    "S": "from single responses and what was sent before them",
    "A": "at once, for every request sent after the answer to its cause",
    "E": "eventually, once the settle time measured on the target has passed",
}


def explain(requirement: Requirement, scenes: Sequence[Scene] = ()) -> RenderableType:
    """A requirement for the terminal, with a timeline of each scene."""
    heading = Text.assemble(
        (requirement.id, "bold"), "  ", (requirement.level, "bold red" if _must(requirement) else "yellow")
    )
    parts: list[RenderableType] = [heading, Text(requirement.statement), Text()]
    told = [(f"Scene: {scene.clause}", "\n".join(timeline(scene))) for scene in scenes]
    for title, body in [*explanation(requirement), *told]:
        parts += [Text(title, style="bold"), Padding(Text(body), (0, 0, 1, 2), expand=False)]
    return Group(*parts)


def explanation(requirement: Requirement) -> list[tuple[str, str]]:
    """Titled paragraphs about a requirement."""
    judged = "; ".join(_JUDGED[mode] for mode in "SAE" if mode in requirement.judged)
    parts = [
        ("Why it matters", requirement.why),
        ("A violation", requirement.violation),
        ("How it is judged", judged),
        ("Basis", requirement.basis),
        ("Operations", ", ".join(requirement.operations)),
        (
            "Applies",
            f"only where the target offers the feature {requirement.feature}" if requirement.feature else "always",
        ),
    ]
    return [(title, body) for title, body in parts if body]


def _must(requirement: Requirement) -> bool:
    return requirement.level == "MUST"
