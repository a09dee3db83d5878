"""What rules say of the scenes: which exchanges show it, expected and observed, how it is proven, and of what.

    python -m tests.rules.told

writes it to ``told.json``, which the tests compare: whoever changes what a rule says sees it there, and reads it once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance.contract.scenes import Scene, load_scenes
from conformance.rules import ALL_RULES
from tests.rules.scenes import played

FILE = Path(__file__).with_name("told.json")


def told() -> dict[str, Any]:
    """By requirement and clause: what its rule says of the violation, and of the nearest legal neighbour."""
    return {
        requirement: {str(scene.clause): _of_scene(scene) for scene in scenes}
        for requirement, scenes in load_scenes().items()
        if requirement in ALL_RULES
    }


def _of_scene(scene: Scene) -> dict[str, list[str]]:
    endings = {"violated": scene.violated, "legal": scene.legal}
    return {name: list(_observations(scene, ending)) for name, ending in endings.items()}


def _observations(scene: Scene, ending: Any) -> Iterator[str]:
    for seen in ALL_RULES[scene.requirement](played(scene.steps, ending).index()):
        shown = ",".join(map(str, seen.exchanges))
        about = " ".join(each for each in (seen.subject, seen.pointer) if each)
        words = f": {seen.expected} — but {seen.observed}" if not seen.upheld else ""
        yield f"{'upheld' if seen.upheld else 'violated'} {shown} {seen.proof} ({about}){words}"


if __name__ == "__main__":
    FILE.write_text(json.dumps(told(), indent=1, ensure_ascii=False) + "\n", "utf-8")
