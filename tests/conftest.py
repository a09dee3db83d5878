"""What all tests have in common."""

from __future__ import annotations

import os
import sys

# Tests start the suite some hundred times. Where the environment says that no bytecode is written, each start would
# compile all of its modules anew, which takes longer than most of these tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
