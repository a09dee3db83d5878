"""`conformance operations`: what an API document offers."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.commands.common.printing import show
from conformance.configuration.reading import read
from conformance.configuration.sources import sources
from conformance.contract.api import V1
from conformance.contract.document import load_document


def _operations(**given: Any) -> None:
    values = sources(values_of(given), with_target=False)
    document = load_document(read(values, "spec"), allow_refs=read(values, "allow-refs"))
    table = Table(box=None, pad_edge=False)
    for name in ("operation", "method", "path", "success"):
        # A narrow terminal folds paths, so that every word can be read.
        table.add_column(name, no_wrap=name != "path", overflow="fold")
    for each in V1.operations:
        if each.id in document.operations:
            table.add_row(each.id, each.method, f"{document.prefix}{each.template}", str(each.success))
        else:
            table.add_row(each.id, each.method, "(not in this document)", "")
    show(table, wide=True)


operations = SectionedCommand(
    "operations",
    callback=_operations,
    params=option_parameters("operations"),
    help="List the operations of the API, and where the document has them.",
    short_help="List the operations that a document offers.",
)
