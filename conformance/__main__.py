"""`python -m conformance` is the `conformance` command."""

from __future__ import annotations

from conformance.cli import main

main(prog_name="conformance")
