"""By what each rule is proven: its scenes, mutations of simulated traces, and faults of the reference server.

    python -m benchmarks.rules.proofs [--write | --check]

Prints a Markdown table. ``--write`` puts it into docs/detection.md in place of the one that stands there; ``--check``
ends with code 1 where that one is not current.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter

from benchmarks.shared.measuring import ROOT
from conformance.contract.requirements import load_requirements
from conformance.contract.scenes import load_scenes
from conformance.reference.faults import FAULTS
from tests.rules.simulator import mutations_of_answers, mutations_of_causes, mutations_of_reads

_PAGE = ROOT / "docs" / "detection.md"
_BEGIN, _END = "<!-- printed by benchmarks.rules.proofs -->\n", "<!-- end -->"
_HEADING = "| requirement | scenes | mutations | faults |\n|---|---|---|---|\n"


def table() -> str:
    """A row for each requirement, and their sums."""
    mutations = Counter(
        each.rule
        for module in (mutations_of_reads, mutations_of_causes, mutations_of_answers)
        for each in module.MUTATIONS
    )
    faults = Counter(name for fault in FAULTS.values() for name in fault.breaks)
    scenes = {name: len(found) for name, found in load_scenes().items()}
    names = [each.id for each in load_requirements().requirements]
    rows = [f"| {name} | {scenes.get(name, 0)} | {mutations[name]} | {faults[name]} |" for name in names]
    total = f"| all {len(names)} | {sum(scenes.values())} | {mutations.total()} | {len(FAULTS)} |"
    return _HEADING + "\n".join([*rows, total]) + "\n"


def page(text: str) -> str:
    """The page with the table of today."""
    return re.sub(f"(?<={re.escape(_BEGIN)}).*?(?={re.escape(_END)})", table(), text, flags=re.DOTALL)


def main() -> int:
    """Print, write, or compare; 1 where the page is not current."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--write", action="store_true")
    doing.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    text = _PAGE.read_text("utf-8")
    if chosen.write:
        _PAGE.write_text(page(text), "utf-8")
    elif chosen.check:
        return int(page(text) != text)
    else:
        print(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
