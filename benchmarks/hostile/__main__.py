"""The whole suite against every way in which a server can misbehave.

    python -m benchmarks.hostile [--only deep,gzip-bomb] [--shares 1,0.2] [--seed 0]

Each behaviour answers every request, or a share of them at random moments; a run has 6 s, so it has to end within 16.
The table tells what each run took, the most memory that its processes held together, its verdict, what failed,
and what is wrong: a run that is late or large, a report that is missing, a false alarm, a violation that was not seen,
control characters on the terminal.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.hostile.behaviours import BEHAVIOURS
from benchmarks.hostile.trial import Trial, play
from benchmarks.shared.measuring import stamp

_SHOWN = 3


def _row(trial: Trial) -> str:
    verdict = trial.results.get("verdict", "-")
    failed = ", ".join(trial.failed[:_SHOWN]) + (
        f" +{len(trial.failed) - _SHOWN}" if len(trial.failed) > _SHOWN else ""
    )
    wrong = "; ".join(trial.problems) or "-"
    measured = f"{trial.wall_s:.1f} | {trial.peak_mb:.0f}"
    return f"| {trial.behaviour.name} | {trial.share:g} | {measured} | {verdict} | {failed or '-'} | {wrong} |"


def main() -> int:
    """Run and print; gives 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--shares", default="1,0.2")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    names = [name for name in chosen.only.split(",") if name] or list(BEHAVIOURS)
    print("| behaviour | share | s | MB | verdict | failed | wrong |\n|---|---|---|---|---|---|---|", flush=True)
    wrong = total = 0
    for name in names:
        for share in map(float, chosen.shares.split(",")):
            trial = play(name, share, chosen.seed)
            total += 1
            wrong += bool(trial.problems)
            print(_row(trial), flush=True)
    print(f"\n{total - wrong} of {total} runs did well; {len(BEHAVIOURS)} behaviours.{stamp()}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
