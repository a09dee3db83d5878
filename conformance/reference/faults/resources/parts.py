"""Faults of the parts of a send or an update: who holds the money, and what is lost for want of another part."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.faults.fault import alter, fault
from conformance.reference.faults.resources.workflows import changed_stages, stored_as
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

_SIDES = ("source", "destination")
_COLUMN = 255


def _accounts(server: Server, change: Callable[[Json], Json]) -> None:
    """Store sends with the accounts of both sides changed."""

    def held(holder: Json) -> Json:
        return {key: change(item) if key == "account" else item for key, item in holder.items()}

    def changed(kind: str, given: Json) -> Json:
        sides = {side: held(given[side]) for side in _SIDES if side in given} if kind == "send" else {}
        return given | sides

    alter(server.engine, "create_workflow", stored_as(changed_stages(changed)))


@fault("workflow.create-echo")
def accounts_in_lower_case(server: Server) -> None:
    """The accounts of a send, and their ledgers, are kept in lower case, unless variables name them."""

    def lowered(account: Json) -> Json:
        return {
            key: text.lower() if key in ("id", "ledger") and "${" not in text else text for key, text in account.items()
        }

    _accounts(server, lowered)


@fault("workflow.create-echo")
def overdraft_needs_a_ledger(server: Server) -> None:
    """An account of a send keeps its allowOverdraft only beside a ledger."""
    _accounts(server, lambda one: {key: one[key] for key in one if key != "allowOverdraft" or "ledger" in one})


@fault("workflow.create-echo")
def timestamped_sends_lose_metadata(server: Server) -> None:
    """A send with a timestamp does not keep its metadata."""

    def changed(_: str, given: Json) -> Json:
        return {key: item for key, item in given.items() if key != "metadata" or "timestamp" not in given}

    alter(server.engine, "create_workflow", stored_as(changed_stages(changed)))


def _booked(server: Server, change: Callable[[Json], Json]) -> None:
    """Book transactions as ``change`` makes them; the activity's input tells what was ordered."""
    plain = server.ledger.create_transaction

    def book(name: str, posted: Json, overdraft: bool) -> Json:
        return plain(name, change(posted), overdraft)

    alter(server.ledger, "create_transaction", lambda _: book)


@fault("stage-history.effect")
def booked_accounts_lowered(server: Server) -> None:
    """Money is booked between accounts whose names are in lower case."""

    def lowered(posting: Json) -> Json:
        return posting | {side: posting[side].lower() for side in _SIDES}

    _booked(server, lambda posted: posted | {"postings": [lowered(each) for each in posted["postings"]]})


@fault("stage-history.effect")
def booked_metadata_cut(server: Server) -> None:
    """Values of metadata are cut after 255 characters when money is booked."""

    def cut(posted: Json) -> Json:
        return posted | {"metadata": {key: text[:_COLUMN] for key, text in posted["metadata"].items()}}

    _booked(server, cut)


def ordering(server: Server, kind: str, change: Callable[[Execution, Json], Json]) -> None:
    """Run stages of a kind as ``change`` makes their parameters; it may raise StageFailed."""
    plain = server.stage_kinds.kinds[kind]

    async def run(execution: Execution, given: Json) -> None:
        await plain(execution, change(execution, given))

    server.stage_kinds.kinds[kind] = run


def updating(server: Server, change: Callable[[Execution, Json], Json]) -> None:
    """Update accounts as ``change`` makes them."""

    def changed(execution: Execution, given: Json) -> Json:
        return {"account": change(execution, given["account"])} if "account" in given else given

    ordering(server, "update", changed)


def with_metadata(change: Callable[[Json], Json]) -> Callable[[Execution, Json], Json]:
    """Accounts with their metadata changed."""
    return lambda _, account: account | {"metadata": change(account["metadata"])}


@fault("stage-history.effect")
def updates_in_lower_case(server: Server) -> None:
    """Keys of metadata are in lower case when an account is updated."""
    updating(server, with_metadata(lambda metadata: {key.lower(): text for key, text in metadata.items()}))


def _failing(server: Server, why: str, fails: Callable[[Json], bool]) -> None:
    """Fail at sends for which ``fails``."""

    def checked(_: Execution, given: Json) -> Json:
        if fails(given):
            raise StageFailed(why)
        return given

    ordering(server, "send", checked)


@fault("run.completes")
def empty_metadata_fail_sends(server: Server) -> None:
    """A send whose metadata hold nothing fails."""
    _failing(server, "metadata: cannot be blank", lambda given: given.get("metadata") == {})


@fault("run.completes")
def accounts_need_two_parts(server: Server) -> None:
    """A send to an account whose name has no colon fails."""

    def alone(given: Json) -> bool:
        account = given.get("destination", {}).get("account")
        return account is not None and ":" not in account["id"]

    _failing(server, "invalid name of an account", alone)


@fault("run.variables", "history.stages")
def wallets_as_written(server: Server) -> None:
    """Variables are not replaced in the wallets of a send."""

    def make(open_stage: Callable[[Execution, int, str, Json], None]) -> Callable[[Execution, int, str, Json], None]:
        def opened(execution: Execution, number: int, kind: str, given: Json) -> None:
            written = execution.stages[number][kind]
            sides = {side: written[side] for side in _SIDES if "wallet" in written.get(side, {})}
            open_stage(execution, number, kind, given | sides)

        return opened

    alter(server.engine, "open_stage", make)


FAULTS = (
    accounts_in_lower_case,
    overdraft_needs_a_ledger,
    timestamped_sends_lose_metadata,
    booked_accounts_lowered,
    booked_metadata_cut,
    updates_in_lower_case,
    empty_metadata_fail_sends,
    accounts_need_two_parts,
    wallets_as_written,
)
