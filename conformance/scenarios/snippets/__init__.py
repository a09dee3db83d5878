"""Scenarios as scripts that anybody can run against any URL: a shell script with curl, and Python with httpx."""

from conformance.scenarios.snippets.check import Check, Part
from conformance.scenarios.snippets.program import python
from conformance.scenarios.snippets.shared import Setting, forms_of
from conformance.scenarios.snippets.shell import curl

__all__ = ["Check", "Part", "Setting", "curl", "forms_of", "python"]
