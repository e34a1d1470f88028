"""Builds that give back more than was paid, or pay out what was given back, each caught."""

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from acquirer.host.payout_records import Payout
from poslab.messages.card import REFUND, FinancialNotice
from poslab.messages.people import Prompted
from poslab.party.contract import Effect, Input, Logged, Party
from poslab.party.time import DAY, MINUTE, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told


def refunded_twice() -> Scenario:
    """The whole sale is given back, and then once more."""
    base = story(name="op-wrong-reversal-type/refund-for-void")
    first = next(told for told in base.told if type(told.given) is Prompted and told.given.do == REFUND)
    told = [*base.told, Told(first.at + 5 * MINUTE, first.to, first.given)]
    return msgspec.structs.replace(base, told=tuple(sorted(told, key=lambda one: one.at)), complaints=())


class Forgetful(Host):
    """Does not add up what was given back of a payment before."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.refunded_fen = lambda rrn: 0  # type: ignore[method-assign]


def refunds(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the refunds."""
    return list(effects) if type(given) is FinancialNotice and given.what == REFUND else None


def test_a_host_that_refunds_more_than_the_sale() -> None:
    caught(Build("host", Forgetful, bend=refunds), refunded_twice(), "refunds-within-sale")


class Generous(Host):
    """Pays merchants as if nothing had been given back."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.owes_refund = lambda mid, key, about, amount_fen: None


def test_a_host_that_pays_out_what_was_given_back_overdraws_its_merchant() -> None:
    scenario = story(name="op-wrong-reversal-type/refund-for-void")
    caught(Build("host", Generous, bend=refunds), scenario, "money-conserved")


class TakesItTwice(Host):
    """Takes a refund from the payout of the day, and does not strike it off what the merchant owes."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        payouts = self.office.funding._payouts
        net = payouts._net

        def nets(due: list[Payout], minimum_fen: int, owed_fen: int, out: list[Effect]) -> list[str]:
            owed = list(payouts.refunds[due[0].mid])
            ordered = net(due, minimum_fen, owed_fen, out)
            if ordered:
                payouts.refunds[due[0].mid] = owed
            return ordered

        payouts._net = nets  # type: ignore[method-assign]


def takes_one(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the refunds that lessen a payout."""
    return list(effects) if any(type(e) is Logged and e.word == "refund-netted" for e in effects) else None


def test_a_host_that_takes_a_refund_from_one_payout_and_from_the_next() -> None:
    base = story(name="issuer-refund-slow/plain")
    sale = base.told[0]
    later = [
        Told(sale.at + days * DAY, sale.to, msgspec.structs.replace(sale.given, about=f"day-{days}", amount_fen=50_000))
        for days in (2, 3)
    ]
    told = tuple(sorted((*base.told, *later), key=lambda one: one.at))
    scenario = msgspec.structs.replace(base, told=told, complaints=())
    caught(Build("host", TakesItTwice, bend=takes_one), scenario, "refunds-within-sale")
