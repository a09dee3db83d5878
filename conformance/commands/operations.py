"""`conformance operations`: what an API document offers."""

from __future__ import annotations

import click
from rich.table import Table

from conformance.commands.common.printing import show
from conformance.contract.api import V1
from conformance.contract.document import load_document


@click.command(short_help="List the operations that a document offers.")
@click.option("--spec", metavar="FILE|URL", help="Another OpenAPI document than the bundled one.")
@click.option("--allow-refs", is_flag=True, help="Follow its references to any file or URL.")
def operations(spec: str | None, allow_refs: bool) -> None:
    """List the operations of the API, and where the document has them."""
    document = load_document(spec, allow_refs=allow_refs)
    table = Table(box=None, pad_edge=False)
    for name in ("operation", "method", "path", "success"):
        table.add_column(name, no_wrap=True)
    for each in V1.operations:
        if each.id in document.operations:
            table.add_row(each.id, each.method, f"{document.prefix}{each.template}", str(each.success))
        else:
            table.add_row(each.id, each.method, "(not in this document)", "")
    show(table, wide=True)
