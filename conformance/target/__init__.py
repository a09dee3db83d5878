"""Reaching a server: configuration, one factory of recorded clients, authentication, limits."""

from conformance.target.client import Client
from conformance.target.config import TargetConfig, WrongUrl
from conformance.target.errors import NotAnOrchestrationServer, TargetError, TokenRefused, Unauthorised, Unreachable
from conformance.target.locating import locate
from conformance.target.pacing.lag import LoopLag
from conformance.target.probe import ServerInfo, probe
from conformance.target.recorder import Recorder
from conformance.target.sender import RequestOptions, Sender, send
from conformance.target.target import Target

__all__ = [
    "Client",
    "LoopLag",
    "NotAnOrchestrationServer",
    "Recorder",
    "RequestOptions",
    "Sender",
    "ServerInfo",
    "Target",
    "TargetConfig",
    "TargetError",
    "TokenRefused",
    "Unauthorised",
    "Unreachable",
    "WrongUrl",
    "locate",
    "probe",
    "send",
]
