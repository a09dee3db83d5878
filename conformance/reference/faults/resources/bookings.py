"""Faults of bookings: in which ledger a stage books, how often, and with what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from conformance.reference.engine.parameters import as_integer
from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.faults.fault import alter, fault, map_numbers
from conformance.reference.faults.resources.parts import ordering, updating, with_metadata
from conformance.reference.faults.resources.workflows import stored_as
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

_CLIENTS = 2
Transact = Callable[[Execution, str, Json, bool], None]


@fault("stage-history.effect")
def third_ledgers_book_in_the_second(server: Server) -> None:
    """An instance has two clients of ledgers: what is for a third ledger is booked in the second one."""
    known: defaultdict[str, list[str]] = defaultdict(list)

    def client(execution: Execution, ledger: str) -> str:
        kept = known[execution.instance_id]
        if ledger not in kept and len(kept) < _CLIENTS:
            kept.append(ledger)
        return ledger if ledger in kept else kept[-1]

    def make(transact: Transact) -> Transact:
        return lambda execution, ledger, *booked: transact(execution, client(execution, ledger), *booked)

    alter(server.stage_kinds, "_transact", make)
    updating(server, lambda execution, account: account | {"ledger": client(execution, account["ledger"])})


@fault("stage-history.effect")
def second_legs_lose_metadata(server: Server) -> None:
    """Of a send between two ledgers the first transaction alone has the metadata."""
    booked = set[tuple[str, int]]()

    def make(transact: Transact) -> Transact:
        def once(execution: Execution, ledger: str, posted: Json, overdraft: bool) -> None:
            leg = (execution.instance_id, execution.stage)
            transact(execution, ledger, posted | {"metadata": {}} if leg in booked else posted, overdraft)
            booked.add(leg)

        return once

    alter(server.stage_kinds, "_transact", make)


@fault("run.completes")
def through_accounts_need_two_ledgers(server: Server) -> None:
    """A send that names an account to go through fails where both its accounts are in one ledger."""

    def checked(execution: Execution, given: Json) -> Json:
        written = execution.stages[execution.stage]["send"].get("source", {}).get("account", {})
        ledgers = {given.get(side, {}).get("account", {}).get("ledger") for side in ("source", "destination")}
        if "throughAccount" in written and len(ledgers) == 1:
            raise StageFailed("nothing to go through within one ledger")
        return given

    ordering(server, "send", checked)


@fault("stage-history.activities")
def sends_of_nothing_book_nothing(server: Server) -> None:
    """A send of the amount 0 ends well, and creates no transaction."""

    def make(transact: Transact) -> Transact:
        def booked(execution: Execution, ledger: str, posted: Json, overdraft: bool) -> None:
            if as_integer(posted["postings"][0]["amount"]) != 0:
                transact(execution, ledger, posted, overdraft)

        return booked

    alter(server.stage_kinds, "_transact", make)


@fault("stage-history.effect")
def updates_end_at_equals_signs(server: Server) -> None:
    """An update writes a value of metadata up to its first equals sign: pairs are handed on as key=value."""
    updating(server, with_metadata(lambda metadata: {key: text.partition("=")[0] for key, text in metadata.items()}))


@fault("stage-history.effect")
def prefixes_of_keys_lost(server: Server) -> None:
    """An update writes what stands behind the last slash of a key of metadata: example.com/tier is tier."""
    updating(server, with_metadata(lambda metadata: {key.rpartition("/")[2]: text for key, text in metadata.items()}))


@fault("stage-history.effect")
def overdrafts_are_of_the_world(server: Server) -> None:
    """A send from an account with allowOverdraft is booked from the account world."""

    def changed(_: Execution, given: Json) -> Json:
        account = given.get("source", {}).get("account", {})
        world = {"source": {"account": account | {"id": "world"}}} if account.get("allowOverdraft") else {}
        return given | world

    ordering(server, "send", changed)


@fault("workflow.exact-numbers")
def amounts_without_sign(server: Server) -> None:
    """An amount below 0 is kept without its sign."""
    alter(server.engine, "create_workflow", stored_as(lambda config: map_numbers(config, abs)))


FAULTS = (
    third_ledgers_book_in_the_second,
    second_legs_lose_metadata,
    through_accounts_need_two_ledgers,
    sends_of_nothing_book_nothing,
    updates_end_at_equals_signs,
    prefixes_of_keys_lost,
    overdrafts_are_of_the_world,
    amounts_without_sign,
)
