"""The `conformance` command as a program; `python -m conformance` is the same."""

from __future__ import annotations

import sys

try:
    from conformance.cli import main
    from conformance.commands.common.lost_output import lasting_output
except KeyboardInterrupt:
    # Nothing was begun, and where the imports were interrupted is of no use to anybody.
    sys.exit(130)

# What the interpreter may take to end: a thread that resolves a name, say, would keep it for minutes.
_ENDING_S = 5.0


def program() -> None:
    """Run the command, and end this process soon after its work is done, whatever still waits in it."""
    try:
        with lasting_output():
            main(prog_name="conformance")
    except SystemExit as ended:
        _end_soon(ended.code)
        raise


def _end_soon(code: object) -> None:
    # Most commands have nothing that could hold up their end, and do not load what a run needs.
    bounded = sys.modules.get("conformance.target.pacing.bounded")
    if bounded is not None:
        bounded.end_with(code if isinstance(code, int) else int(code is not None), _ENDING_S)


if __name__ == "__main__":
    program()
