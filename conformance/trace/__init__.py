"""What traffic leaves behind: exchanges, and the traces they form. Judged by `conformance.rules`, made by anybody."""

from conformance.trace.exchange import Exchange, Failure, Request, Response
from conformance.trace.settling import Control, Settling
from conformance.trace.trace import Trace

__all__ = ["Control", "Exchange", "Failure", "Request", "Response", "Settling", "Trace"]
