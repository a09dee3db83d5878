"""Combinations of options that are refused: options that contradict each other, and options that do nothing."""

from __future__ import annotations

from conformance.configuration.reading import Values
from conformance.configuration.sources import Sources
from conformance.configuration.table.lookup import options_of
from conformance.configuration.table.option import EMBEDDED
from conformance.contract.errors import UserError
from conformance.wire.redaction import redact_url

_WAYS: tuple[tuple[str, ...], ...] = (
    ("token",),
    ("token-file",),
    ("client-id", "client-secret", "token-url", "issuer"),
)
"""The options of each way to be authenticated."""


class EmbeddedOnly(UserError):
    """An option of the embedded server was given together with the address of another one."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(
            f"--{name} is for the embedded server and does nothing to {redact_url(url)}.",
            f"Leave out the URL, or --{name}.",
        )


class NeedsUrl(UserError):
    """An option says how another server is reached, and no other server was named."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"--{name} is for a server of yours, and no URL was given.",
            f"Give its URL, or leave out --{name} to test the embedded server.",
        )


class NeedsOption(UserError):
    """An option does nothing without another one."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(f"--{name} does nothing without --{other}.", f"Give --{other}, too, or leave out --{name}.")


class Contradiction(UserError):
    """Two options say different things about the same."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} contradict each other.", "Give one of them.")


def check_run(values: Sources, url: str | None) -> None:
    """Refuse what a run cannot use.

    What only the environment or the file says about a server may be meant for another command, so it is not refused.
    Raises EmbeddedOnly, NeedsUrl and NeedsOption.
    """
    for option in options_of("pytest"):
        if values.given(option.key):
            if url is None and option.elsewhere:
                raise NeedsUrl(option.name)
            if url is not None and option.section == EMBEDDED:
                raise EmbeddedOnly(option.name, url)
    check_known(values)


def check_known(values: Values) -> None:
    """Refuse strictness about nothing. Raises NeedsOption."""
    if values("strict-known") and not values("known"):
        raise NeedsOption("strict-known", "known")


def without_contradiction(values: Sources) -> Values:
    """The values with one way to be authenticated: the one that the strongest source has.

    A token of the environment, say, does not count where the user gave client credentials. Raises Contradiction where
    one source has several ways, and for two options about certificates, of which one may also raise NeedsOption.
    """
    if values("ca-file") and values("insecure"):
        raise Contradiction("--ca-file", "--insecure")
    if values("cert-key") and not values("cert"):
        raise NeedsOption("cert-key", "cert")
    ranks = {names: min(found) for names in _WAYS if (found := [r for n in names if (r := values.rank(n)) is not None])}
    if len(ranks) < 2:
        return values
    strongest = [names for names, rank in ranks.items() if rank == min(ranks.values())]
    if len(strongest) > 1:
        raise Contradiction(*(f"--{_first(values, names)}" for names in strongest[:2]))
    dropped = {name for names in ranks if names != strongest[0] for name in names}
    return lambda name: None if name in dropped else values(name)


def _first(values: Values, names: tuple[str, ...]) -> str:
    return next(name for name in names if values(name) is not None)


def check_loudness(quiet: bool, verbose: bool, verbosity: str | None) -> None:
    """Refuse two levels at once. Raises Contradiction."""
    said = [name for name, is_set in (("-q", quiet), ("-v", verbose), ("--verbosity", verbosity)) if is_set]
    if len(said) > 1:
        raise Contradiction(said[0], said[1])
