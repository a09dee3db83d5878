"""Drivers for tests: the demonstration one, and small programs that keep to the protocol or break it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = [sys.executable, str(ROOT / "examples" / "sdk-drivers" / "reference")]
HELLO = 'print(\'{"type":"hello","protocol":1,"sdk":"test"}\', flush=True)\n'


def program(body: str, *, hello: bool = True) -> list[str]:
    """A driver that says hello and then runs this Python; ``calls()`` gives the calls as they come."""
    prelude = """
        import json, os, sys, time

        def say(**message):
            print(json.dumps(message), flush=True)

        def calls():
            for line in sys.stdin:
                message = json.loads(line)
                if message["type"] == "bye":
                    return
                yield message
    """
    return [sys.executable, "-c", textwrap.dedent(prelude) + (HELLO if hello else "") + textwrap.dedent(body)]
