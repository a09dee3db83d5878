"""The faults that a run without tokens can show."""

from __future__ import annotations

from conformance.reference.faults import FAULTS

WITHOUT_TOKENS = tuple(name for name, fault in FAULTS.items() if not fault.tokens)
"""Their names, in the order of the reference server's."""
