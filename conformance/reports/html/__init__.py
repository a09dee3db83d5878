"""The HTML report: one self-contained file, rendered from plain values by templates."""
