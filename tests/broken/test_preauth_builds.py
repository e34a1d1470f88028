"""Builds that mistake a hold for money, each caught."""

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from bank.issuer import Issuer
from poslab.messages.card import COMPLETION, PREAUTH, AuthorisationRequest, FinancialRequest
from poslab.messages.people import Prompted
from poslab.party.contract import Became, Effect, Input, Party, Posted
from poslab.party.time import HOUR, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told


def issuer(world: World) -> Party:
    return Issuer(world, world.issuers[0])


def debits_what_it_holds(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not AuthorisationRequest or given.what != PREAUTH:
        return None
    posted = Posted(given.about, f"P1/{given.key}/{given.rrn}", (
        (f"I.cardholder.{given.card}", "I.clearing_payable", given.amount_fen),
    ))  # fmt: skip
    place = next(number for number, effect in enumerate(effects) if type(effect) is Became)
    return [*effects[: place + 1], posted, *effects[place + 1 :]]


def test_an_issuer_that_turns_a_hold_into_a_debit() -> None:
    build = Build("issuer", issuer, bend=debits_what_it_holds)
    caught(build, story(name="op-preauth-not-sale/held"), "hold-pays-nobody")


def completed_for(amount_fen: int) -> Scenario:
    base = story(name="op-preauth-not-sale/held")
    bought = base.purchases[0]
    told = Told(bought.at + HOUR, bought.cashier, Prompted(bought.order, "complete", bought.terminal, amount_fen))
    return msgspec.structs.replace(base, told=(*base.told, told), complaints=())


class KnowsNoLimit(Issuer):
    """Completes whatever is asked."""

    def __init__(self, world: World) -> None:
        super().__init__(world, world.issuers[0])
        self.desk.completion_limit_ppm = 10**9


class Trusting(Host):
    """Leaves it to others to look at the amount."""

    def __init__(self, world: World) -> None:
        network = msgspec.structs.replace(world.network, completion_limit_ppm=10**9)
        super().__init__(msgspec.structs.replace(world, network=network))


def completes(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the completions."""
    return list(effects) if type(given) is FinancialRequest and given.what == COMPLETION else None


def test_a_host_and_an_issuer_that_let_a_completion_exceed_its_limit() -> None:
    scenario = completed_for(20_000)
    both = {"host": Trusting, "issuer": KnowsNoLimit}
    build = Build("issuer", KnowsNoLimit, bend=completes)
    caught(build, scenario, "hold-pays-nobody", beside={"host": both["host"]})


class CapturesHolds(Host):
    """Takes an approved hold for a sale."""


def captures(party: Party, given: Input, at: Instant) -> bool:
    assert isinstance(party, Host)
    office = party.office
    found = False
    for attempt in list(office.attempts.open.values()):
        if (
            attempt.what == PREAUTH
            and attempt.state == "held"
            and not office.funding.is_cleared(attempt.business_date, attempt.name)
        ):
            office.funding.capture(
                attempt.about, attempt.business_date, attempt.name, attempt.rrn, attempt.mid, attempt.card,
                attempt.amount_fen,
            )  # fmt: skip
            found = True
    return found


def test_a_host_that_claims_a_hold_in_its_file() -> None:
    build = Build("host", CapturesHolds, before=captures)
    caught(build, story(name="op-preauth-not-sale/held"), "hold-pays-nobody", "credit-has-debit")
