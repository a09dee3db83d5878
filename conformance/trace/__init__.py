"""Exchanges, and the traces they form. Whoever makes traffic leaves them, and `conformance.rules` judges them."""

from conformance.trace.exchange import (
    ENOUGH_LOST,
    UNSENT,
    Exchange,
    Failure,
    Headers,
    Loss,
    Request,
    Response,
    TokenKind,
)
from conformance.trace.settling import Control, Settling
from conformance.trace.trace import Trace

__all__ = [
    "ENOUGH_LOST",
    "UNSENT",
    "Control",
    "Exchange",
    "Failure",
    "Headers",
    "Loss",
    "Request",
    "Response",
    "Settling",
    "TokenKind",
    "Trace",
]
