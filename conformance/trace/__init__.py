"""Exchanges, and the traces they form. Whoever makes traffic leaves them, and `conformance.rules` judges them."""

from conformance.trace.exchange import Exchange, Failure, Request, Response
from conformance.trace.settling import Control, Settling
from conformance.trace.trace import Trace

__all__ = ["Control", "Exchange", "Failure", "Request", "Response", "Settling", "Trace"]
