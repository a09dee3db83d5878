"""Themes about stages that move money (feature ``ledger``)."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    Chain,
    History,
    Pause,
    Read,
    Send,
    Settle,
    StageConfig,
    StageHistory,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

ASSETS = ("USD/2", "EUR/2", "JPY", "BTC/8", "COIN")

# Longer than columns are often made.
_LONG_VALUE = "a value of some length " * 14


def send_from_world(d: Draft) -> None:
    """Transfers of small and huge amounts, with metadata, empty ones and none; one names an account to go through."""
    sends = []
    for _ in range(d.number(1, 3)):
        metadata = d.pick((None, {}, _metadata(d)))
        more = {} if metadata is None else {"metadata": metadata}
        sends.append(words.send("world", d.account(), d.amount(), d.pick(ASSETS), **more))
    sends.append(words.routed("world", d.account(), "via:x", d.amount()))
    instance = d.start(*sends)
    d.add(Until(instance, "ended"), *(StageHistory(instance, str(number)) for number in range(len(sends) + 1)))


def send_and_update(d: Draft) -> None:
    """Money to an account, then two changes of that account's metadata, each of which holds only its own."""
    account = d.account()
    first, second = ({name: f"the {name} one of {account}, by itself"} for name in ("first", "second"))
    updates = [words.update(account, metadata) for metadata in (_metadata(d) | first, second)]
    instance = d.start(words.send("world", account, d.amount()), *updates, *d.quick_stages(0, 1))
    d.add(StageHistory(instance, "0"), Until(instance, "ended"))
    d.add(*(StageHistory(instance, number) for number in "012"), History(instance))


def variables_in_money(d: Draft) -> None:
    """Variables in accounts, metadata and assets of one program."""
    source = "${who}"
    stages = (
        words.send("world", source, d.amount(), "${asset}", metadata={"note": "for ${who}: ${note}"}),
        words.update(source, {"note": "${note}", "k": "${who} and ${who}"}),
    )
    workflow = d.create(*stages)
    for _ in range(2):
        note, asset = d.pick(words.AWKWARD[1:8]), d.pick(ASSETS)
        instance = d.run(workflow, {"who": d.account(), "asset": asset, "note": note})
        stages_read = (StageHistory(instance, "0"), StageHistory(instance, "1"))
        d.add(Chain((Until(instance, "ended"), History(instance), *stages_read)))


def every_parameter(d: Draft) -> None:
    """Sends and updates with everything that they may hold; what becomes of them is open, but history tells it all.

    From one ledger to another money goes through an account that both sides name; a run's variables may name it all.
    Whether there are wallets and payments is not known.
    """
    ledger, stamp = d.pick(("other", "books-2")), d.pick(("2024-02-29T23:59:59Z", "2023-07-01T12:30:00.25+05:30"))
    names = {"ledger": ledger, "far": f"{ledger}-far", "via": "via:x", "who": d.account(), "psp": "stripe"}
    names["asset"] = d.pick(ASSETS)
    put = {name: f"${{{name}}}" for name in names}
    target = {"id": put["who"], "ledger": put["far"], "throughAccount": put["via"]}
    source = {"id": "payer:1", "ledger": put["ledger"], "throughAccount": put["via"], "allowOverdraft": True}
    accounts = {"source": {"account": source}, "destination": {"account": target}}
    amount = d.amount()
    money = {"amount": amount, "asset": put["asset"]}
    rich: StageConfig = {"send": {**accounts, "amount": money, "timestamp": stamp, "metadata": _metadata(d)}}
    account = {"id": put["who"], "ledger": put["ledger"], "metadata": _metadata(d)}
    wallets = {side: {"wallet": {"id": put["who"], "balance": put["far"]}} for side in ("source", "destination")}
    payments = {
        "source": {"payment": {"id": put["who"], "holdingAccount": put["via"], "ledger": put["ledger"]}},
        "destination": {"payment": {"psp": "${psp}", "type": "PAYOUT", "sourceAccount": put["far"]}},
    }
    between: StageConfig = {"send": {**d.pick((wallets, payments)), "amount": money}}
    # One as it is, for a server may replace variables, and lose what stands in their place.
    plain = names if d.flip() else put
    holders = {"source": "world", "destination": plain["who"]}
    one = {side: {"account": {"id": name, "ledger": plain["ledger"]}} for side, name in holders.items()}
    within: StageConfig = {"send": {**one, "amount": {"amount": amount, "asset": plain["asset"]}}}
    # The sends may fail, and so come last.
    instance = d.run(d.create({"update": {"account": account}}, within, rich, between), names)
    d.add(Until(instance, "started", 0), Settle(), History(instance))
    d.add(*(StageHistory(instance, number) for number in "012"))


def metadata_of_its_own(d: Draft) -> None:
    """A send with telling metadata, then one without, in the same instance and in one of another workflow; two updates
    of one account.
    """
    telling = f"only of {d.account()} 批准 {_LONG_VALUE}"
    rich = words.send("world", d.account(), d.amount(), metadata={"Note": telling})
    other = words.send("world", d.account(), d.amount(), metadata={"k": "another one's"})
    plain = words.send("world", d.account(), d.amount())
    account = d.account()
    updates = [words.update(account, {key: f"{key} of {account}, by itself"}) for key in ("note", "other")]
    # What is asked for once more is done once more.
    stages = (rich, *d.shuffled((other, plain)), *updates, rich, updates[0])
    first = d.start(*stages)
    d.add(Until(first, "ended"), *(StageHistory(first, str(number)) for number in range(1, len(stages))))
    if d.flip():
        second = d.start(words.send("world", d.account(), d.amount()))
        d.add(Until(second, "ended"), StageHistory(second, "0"))


def several_ledgers(d: Draft) -> None:
    """One account in four ledgers, changed in each by itself. Whether there are others than the default one is open."""
    account = d.account()
    ledgers = ("default", *d.shuffled(("books-2", "Books-3", "books-10")))
    updates = [words.update(account, {"of": f"{account} in {ledger}"}, ledger) for ledger in ledgers]
    instance = d.start(*updates)
    d.add(Until(instance, "ended"), *(StageHistory(instance, str(number)) for number in range(len(updates))))


def wait_after_money(d: Draft) -> None:
    """A stage that waits right after an update hears its event; meanwhile another instance sends to that account."""
    event, account = d.event(), d.account()
    stages = (words.send("world", account, d.amount()), words.update(account, _metadata(d)), words.wait_for(event))
    instance = d.start(*stages, words.noop())
    d.add(Until(instance, "waiting", 2))
    other = d.start(words.send("world", account, d.amount()))
    d.add(Until(other, "ended"), Read(other), Settle())
    d.add(Send(instance, event), Settle(), Read(instance), History(instance))


def money_at_once(d: Draft) -> None:
    """Several instances send to one account at the same instant, each with its own metadata; no one is in the way."""
    event, account = d.event(), d.account()
    booked = words.send("world", account, d.amount(), metadata={"note": "for ${who}"})
    workflow = d.create(words.wait_for(event), booked, *d.quick_stages(0, 1))
    instances = [d.run(workflow, {"who": f"client {number}"}) for number in range(d.number(2, 4))]
    d.add(*(Until(instance, "waiting", 0) for instance in instances))
    d.add(Together(tuple(Send(instance, event) for instance in instances)))
    d.add(*(Until(instance, "ended") for instance in instances))
    d.add(*(view for instance in instances for view in (Read(instance), StageHistory(instance, "1"))))


def overdrawn(d: Draft) -> None:
    """An account without money cannot send: the instance ends with an error, and the later stages never start."""
    empty = f"empty:{d.number(0, 10**9)}"
    before = d.quick_stages(0, 1)
    failing = words.send(empty, d.account(), 1 + d.number(0, 99), d.pick(ASSETS))
    workflow = d.create(*before, failing, *d.quick_stages(1, 2))
    instance = d.run(workflow, wait=d.flip())
    d.add(Until(instance, "ended"), Read(instance), History(instance), Pause(d.number(0, 50)))
    d.add(StageHistory(instance, str(len(before))), StageHistory(instance, str(len(before) + 1)))


def funded_then_spent(d: Draft) -> None:
    """An account is funded, spends what it got, more than that, and nothing; the last two a ledger may refuse."""
    account, asset = f"purse:{d.number(0, 10**9)}", d.pick(ASSETS)
    spent, amount = d.account(), d.amount()
    ways = (("world", account, amount), (account, spent, amount), (account, spent, amount), (account, spent, 0))
    stages = [words.send(source, target, some, asset) for source, target, some in ways]
    stages[2]["send"]["source"]["account"]["allowOverdraft"] = True
    instance = d.start(*stages)
    d.add(Until(instance, "ended"), *(StageHistory(instance, number) for number in "123"))


def _metadata(d: Draft) -> dict[str, str]:
    """One to three entries; more often several, since a server may lose all but one."""
    keys = d.some(("k", "Note", "order_id", "orderId", "a.b", "ключ", "1h", "null", "007"), 1, 3)
    if d.flip():
        keys[0] = words.TELLING_KEY
    texts = (words.TELLING_VALUE, d.pick((*words.AWKWARD[:8], _LONG_VALUE)), d.pick(words.LOOKALIKES))
    return {key: d.pick(texts) for key in keys}


_MONEY = ("stage-history.activities", "stage-history.effect", "stage-history.started")

THEMES = (
    Theme("send-from-world", send_from_world, (*_MONEY, "run.completes", "workflow.exact-numbers"), 4, "ledger"),
    Theme("send-and-update", send_and_update, _MONEY, 3, "ledger"),
    Theme("variables-in-money", variables_in_money, ("run.variables", *_MONEY), 2, "ledger"),
    Theme("every-parameter", every_parameter, ("history.stages", "stage-history.effect", "run.variables"), 1, "ledger"),
    Theme(
        "metadata-of-its-own", metadata_of_its_own, ("stage-history.effect", "stage-history.activities"), 1, "ledger"
    ),
    Theme("several-ledgers", several_ledgers, ("stage-history.effect",), 1, "ledger"),
    Theme("wait-after-money", wait_after_money, ("event.matching", *_MONEY), 1, "ledger"),
    Theme("money-at-once", money_at_once, ("run.completes", "stage-history.effect"), 2, "ledger"),
    Theme("overdrawn", overdrawn, ("history.agrees", "stage-history.not-started"), 3, "ledger"),
    Theme("funded-then-spent", funded_then_spent, _MONEY, 1, "ledger"),
)
