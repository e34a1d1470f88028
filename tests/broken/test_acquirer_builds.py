"""Builds that mix two acquirers up, each caught by a check that is named here."""

from typing import Any

import msgspec
from bent import Build, caught

from acquirer.host.host import Host
from acquirer.switch.clearing import ClearingDesk
from acquirer.switch.switch import Switch
from bank.rail import Rail
from poslab.messages.funding import ClearingFile, PayoutOrder
from poslab.party.contract import Effect, Input, Party, Posted, Send
from poslab.party.time import Instant
from poslab.world.presets import two_acquirers
from poslab.world.world import Acquirer, World
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Scenario

OURS, THEIRS = (merchant.mid for merchant in two_acquirers().merchants)


def story() -> Scenario:
    """A shop with a sale at each of its acquirers, cleared and paid."""
    base = load("ok-lump-sum", world="two-acquirers")
    assert {base.world.acquirer_of(base.world.terminal(p.terminal).mid).address for p in base.purchases} == {
        "host",
        "host-b",
    }
    return msgspec.structs.replace(base, expect=Expectations())


def first_host(world: World) -> Party:
    return Host(world.seen_by("host"))


def books_for_the_other(party: Party, given: Input, at: Instant, effects: Any) -> list[Effect] | None:
    """What is owed to our merchant is booked as owed to theirs."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Posted:
            postings = tuple((d.replace(OURS, THEIRS), c.replace(OURS, THEIRS), fen) for d, c, fen in effect.postings)
            effect = Posted(effect.about, effect.entry, postings)
        bent.append(effect)
    return None if bent == list(effects) else bent


def test_an_acquirer_that_books_what_is_owed_to_anothers_merchant() -> None:
    caught(Build("host", first_host, bend=books_for_the_other), story(), "books-balance")


def claims_for_the_other(party: Party, given: Input, at: Instant, effects: Any) -> list[Effect] | None:
    """Its file claims its own sales as theirs."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is ClearingFile:
            lines = tuple(msgspec.structs.replace(line, mid=THEIRS) for line in effect.message.lines)
            effect = Send(effect.to, msgspec.structs.replace(effect.message, lines=lines), effect.attempt)
        bent.append(effect)
    return None if bent == list(effects) else bent


def test_an_acquirer_whose_file_claims_sales_of_anothers_merchant() -> None:
    caught(Build("host", first_host, bend=claims_for_the_other), story(), "credit-has-debit")


def pays_with_the_others_money(world: World) -> Party:
    """An acquirer that takes the first one's accounts at the rail for its own."""
    mine = world.seen_by("host-b")
    known = {field: getattr(mine.acquirer, field) for field in Acquirer.__struct_fields__}
    return Host(msgspec.structs.replace(mine, acquirer=Acquirer(**known)))


def from_the_other(party: Party, given: Input, at: Instant, effects: Any) -> list[Effect] | None:
    orders = [e.message for e in effects if type(e) is Send and type(e.message) is PayoutOrder]
    return list(effects) if any(order.payer == "R.account.A.reserve" for order in orders) else None


def test_a_payout_of_one_acquirer_that_is_paid_from_the_others_account() -> None:
    build = Build("host-b", pays_with_the_others_money, bend=from_the_other)
    caught(build, story(), "one-payout", "mirrors-agree")


class KnowsOneAcquirer(ClearingDesk):
    """Whatever file is settled, the first acquirer is paid for it."""

    def _whose(self, file_no: str) -> Acquirer:
        return self._first


def settles_with_the_first(world: World) -> Party:
    switch = Switch(world)
    switch.exchange.clearing = KnowsOneAcquirer(world, switch.exchange.book)
    return switch


def files_of_the_other(party: Party, given: Input, at: Instant, effects: Any) -> list[Effect] | None:
    return list(effects) if type(given) is ClearingFile and given.file_no.endswith("-host-b") else None


def test_a_network_that_pays_one_acquirer_for_anothers_sales() -> None:
    build = Build("switch", settles_with_the_first, bend=files_of_the_other)
    caught(build, story(), "mirrors-agree", "all-final")


def gives_back_to_the_first(party: Party, given: Input, at: Instant, effects: Any) -> list[Effect] | None:
    """What a bank sends back goes to the first acquirer, whoever paid it."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Posted and effect.entry.startswith("P5b/"):
            postings = tuple((d, c.replace(".A.host-b.", ".A."), fen) for d, c, fen in effect.postings)
            effect = Posted(effect.about, effect.entry, postings)
        bent.append(effect)
    return None if bent == list(effects) else bent


def test_a_rail_that_gives_a_payout_back_to_another_acquirer() -> None:
    base = load("bank-maintenance-window/refused", world="two-acquirers")
    scenario = msgspec.structs.replace(
        base,
        told=tuple(
            msgspec.structs.replace(told, given=msgspec.structs.replace(told.given, terminal="T2"))
            for told in base.told
        ),
        injections=tuple(msgspec.structs.replace(fault, party="bank-b") for fault in base.injections),
        expect=Expectations(),
        complaints=(),
    )
    caught(Build("rail", Rail, bend=gives_back_to_the_first), scenario, "mirrors-agree")
