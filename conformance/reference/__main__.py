"""``python -m conformance.reference``: serve in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from conformance.reference.app import create_app
from conformance.reference.engine.journal import UnusableDatabase
from conformance.reference.engine.timing import UnusableTiming
from conformance.reference.faults import UnknownFault
from conformance.reference.options import Noise, ServerOptions
from conformance.reference.process import CannotListen, Make, end_with_parent, serve


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.reference", description="Serve the reference server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds; 0.4 behaves like a slow real server")
    parser.add_argument("--jitter", action="store_true")
    parser.add_argument("--like", metavar="real|FILE", help="in time like a real server, or as a YAML file says")
    parser.add_argument("--runs-per-second", type=float, metavar="R", help="with --like: runs started a second at best")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clock-skew", type=float, default=0.0, help="seconds added to every timestamp")
    parser.add_argument("--database", default="", metavar="FILE", help="keep everything in this SQLite file")
    parser.add_argument("--restart-after", type=int, default=0, metavar="N", help="start again after every N requests")
    parser.add_argument("--noise", default="{}", metavar="JSON", help="what comes in between, as fields of Noise")
    parser.add_argument("--filled", type=int, default=0, metavar="N", help="hold N workflows of others, too")
    parser.add_argument("--auth", action="store_true")
    parser.add_argument("--token-lifetime", type=float, default=3600.0, help="seconds that a token lives")
    parser.add_argument("--client-id", default="conformance")
    parser.add_argument("--client-secret", default="conformance")
    parser.add_argument("--fault", action="append", default=[], dest="faults", metavar="NAME")
    parser.add_argument("--end-with-parent", action="store_true", help="end when standard input closes")
    return parser


def main(argv: list[str] | None = None, make: Make = create_app, protocol: type[asyncio.Protocol] | None = None) -> int:
    """Serve as the arguments say; gives the exit code: 2 for options it cannot serve with."""
    given = vars(_parser().parse_args(argv))
    if given.pop("end_with_parent"):
        end_with_parent()
    noise = Noise(**json.loads(given["noise"]))
    options = ServerOptions(**given | {"faults": tuple(given["faults"]), "noise": noise})
    try:
        return serve(options, make, protocol)
    except (UnknownFault, UnusableTiming, UnusableDatabase, CannotListen) as error:
        sys.stdout.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
