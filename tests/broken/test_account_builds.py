"""Broken builds of what becomes of a payout at its bank, each caught by a check that is named here."""

import msgspec
from bent import Build, caught, story

from bank.account_bank import AccountBank, ParkedDue
from bank.rail import Rail
from poslab.faults.facts import Fact
from poslab.faults.injection import Injection
from poslab.messages.facts import AccountSet
from poslab.messages.funding import CreditAnswer, CreditOrder, PayoutStatus
from poslab.party.contract import Became, Effect, Input, Party, Posted, Send
from poslab.party.time import DAY, HOUR, Instant, midnight
from poslab.world.world import World
from scenarios.schema.story import Scenario

ACCOUNT = "999100000001"


def bank(world: World) -> Party:
    return AccountBank(world, world.banks[0])


def parked() -> Scenario:
    return story(name="bank-inbound-suspense/applied")


# --- the account bank


class ClerkAppliesAll(AccountBank):
    """Whose clerk applies what is parked, whatever has become of the account meanwhile."""

    def obstacle(self, given: CreditOrder, at: Instant) -> str:
        reason = super().obstacle(given, at)
        return "" if reason == "ACCOUNT_FROZEN" else reason


def applied_while_frozen(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    return list(effects) if type(given) is ParkedDue else None


def test_a_clerk_who_applies_parked_money_to_a_frozen_account() -> None:
    scenario = parked()
    noon = midnight(scenario.world.calendar.first_day) + DAY + 12 * HOUR
    freeze = Injection("frozen", Fact(AccountSet("", ACCOUNT, "frozen", "both"), None), party="bank", start=noon)
    scenario = msgspec.structs.replace(scenario, injections=(*scenario.injections, freeze))
    build = Build("bank", lambda world: ClerkAppliesAll(world, world.banks[0]), bend=applied_while_frozen)
    caught(build, scenario, "frozen-direction")


def once_more(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not ParkedDue:
        return None
    again = [Posted("", f"{effect.entry}-again", effect.postings) for effect in effects if type(effect) is Posted]
    return [*effects, *again]


def test_a_clerk_who_applies_parked_money_twice() -> None:
    caught(Build("bank", bank, bend=once_more), parked(), "one-payout", "money-conserved")


def keeps_it(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """It tells the rail that the money comes back, and leaves it in the account."""
    if type(given) is not CreditOrder:
        return None
    of = f"{given.payout_no}/{given.try_no}"
    if not any(type(effect) is Became and effect.after == "credited" for effect in effects):
        return None
    said = Send("rail", CreditAnswer("", given.payout_no, given.try_no, "returned", "NAME_NOT_CORRECT"))
    return [*effects, Became("", of, "credited", "returned"), said]


def test_a_bank_that_says_it_gives_back_what_it_leaves_in_the_account() -> None:
    caught(Build("bank", bank, bend=keeps_it), story(), "final-is-final")


# --- the rail


def lies(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not CreditAnswer or given.state != "credited":
        return None
    return [*effects, Send("host", PayoutStatus("", given.payout_no, given.try_no, "returned", "RISK"))]


def test_a_rail_that_tells_of_a_return_that_never_was() -> None:
    caught(Build("rail", Rail, bend=lies), story(days=4), "final-is-final", "mirrors-agree")
