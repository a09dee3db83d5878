"""Traces in; outcomes, causes and a verdict out. Live runs and recordings are judged by the same code."""
