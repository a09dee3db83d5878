"""Options about the target: its address, access, limits, and TLS."""

from __future__ import annotations

from conformance.configuration.table.option import RUN, TARGET, Command, Kind, Option
from conformance.contract.operations import CORE_OPERATIONS

_TARGET_COMMANDS: frozenset[Command] = RUN | {"replay", "clean", "merge"}
_TLS_COMMANDS: frozenset[Command] = _TARGET_COMMANDS | {"proxy"}


def _target(
    name: str, text: str, metavar: str = "TEXT", kind: Kind = "text", *, many: bool = False, secret: bool = False
) -> Option:
    return Option(name, TARGET, text, metavar, kind, _TARGET_COMMANDS, many, elsewhere=True, secret=secret)


def _tls(name: str, text: str, metavar: str = "TEXT", kind: Kind = "path") -> Option:
    return Option(name, TARGET, text, metavar, kind, _TLS_COMMANDS, elsewhere=True)


OPTIONS: tuple[Option, ...] = (
    Option(
        "url",
        TARGET,
        "Base URL of the server, or the name of a target; none: the embedded reference server.",
        "URL|TARGET",
        commands=frozenset({"pytest"}),
    ),
    _target("header", "A header of every request.", "'NAME: VALUE'", "header", many=True),
    _target("token", "Bearer token.", "TOKEN", secret=True),
    _target("token-file", "A file that holds the bearer token; it is read again when it changes.", "FILE", "path"),
    _target("client-id", "OAuth2 client id.", "ID"),
    _target("client-secret", "OAuth2 client secret.", "SECRET", secret=True),
    _target("token-url", "OAuth2 token endpoint.", "URL"),
    _target("issuer", "OAuth2 issuer, whose metadata name the token endpoint.", "URL"),
    Option(
        "timeout",
        TARGET,
        "Time until a request counts as unanswered, in seconds or such as 500ms.",
        "TIME",
        "duration>0",
        _TARGET_COMMANDS,
        default="10s",
    ),
    Option(
        "max-rate", TARGET, "Requests a second at the most.", "N", "number", _TARGET_COMMANDS, unit="requests a second"
    ),
    Option(
        "max-body",
        TARGET,
        "How much of an answer's body is read, decoded, such as 500kB or 64MB.",
        "SIZE",
        "size",
        _TARGET_COMMANDS,
        default="16MiB",
    ),
    Option(
        "concurrency",
        TARGET,
        "Requests under way at a time; a run that waits for its end is not counted.",
        "N",
        "count",
        _TARGET_COMMANDS,
    ),
    Option("max-requests", TARGET, "Requests in all, those that remove what was made included.", "N", "count"),
    Option("read-only", TARGET, "Send GET only, and judge what that shows.", kind="flag"),
    Option(
        "exclude",
        TARGET,
        "An operation that is never called; what needs it is not exercised.",
        "OPERATION",
        "choice",
        choices=tuple(operation.id for operation in CORE_OPERATIONS),
        many=True,
    ),
    _tls("ca-file", "CA certificates (PEM) to trust.", "FILE"),
    _tls("cert", "Client certificate (PEM) for TLS.", "FILE"),
    _tls("cert-key", "Its key (PEM), where the certificate's file does not hold it.", "FILE"),
    _tls("insecure", "Accept any TLS certificate.", kind="flag"),
)
