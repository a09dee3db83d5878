"""A small double-entry ledger in memory, the one behind ``send`` and ``update``."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from conformance.reference.engine.clock import Clock, rfc3339
from conformance.reference.engine.parameters import as_integer
from conformance.reference.wire.exact_json import Json

WORLD = "world"
"""The account that money comes from: it may owe any amount."""


class InsufficientFunds(Exception):
    """The source holds less than the amount, and was not allowed an overdraft."""


@dataclass
class Book:
    """One ledger: balances by account and asset, metadata by account, transactions in order."""

    balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    metadata: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    transactions: list[Json] = field(default_factory=list)


class Ledger:
    """All ledgers of a server; one comes into being when it is first used."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.books: defaultdict[str, Book] = defaultdict(Book)

    def create_transaction(self, name: str, posted: Json, overdraft: bool) -> Json:
        """Book a PostTransaction of one posting; gives the Transaction. Raises InsufficientFunds."""
        book, posting = self.books[name], posted["postings"][0]
        self._move(book, posting, overdraft)
        transaction = {
            "id": len(book.transactions) + 1,
            "postings": posted["postings"],
            "timestamp": posted.get("timestamp") or rfc3339(self._clock.now()),
            "metadata": posted["metadata"],
            "reverted": False,
        }
        book.transactions.append(transaction)
        return transaction

    def _move(self, book: Book, posting: Json, overdraft: bool) -> None:
        source, asset, amount = posting["source"], posting["asset"], as_integer(posting["amount"]) or 0
        held = book.balances[source, asset]
        if held < amount and source != WORLD and not overdraft:
            raise InsufficientFunds(f"account {source} does not hold enough {asset}")
        book.balances[source, asset] -= amount
        book.balances[posting["destination"], asset] += amount

    def add_metadata(self, name: str, account: str, metadata: dict[str, str]) -> None:
        """Add to an account's metadata on ledger ``name``."""
        self.books[name].metadata[account].update(metadata)
