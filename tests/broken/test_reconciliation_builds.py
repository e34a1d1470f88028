"""Broken builds of reconciliation: a host that closes its eyes to a difference, and is caught within a cycle."""

from collections.abc import Sequence

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.messages.people import Prompted
from poslab.party.contract import Effect, Input, Logged, Party
from poslab.party.time import HOUR, Instant
from scenarios.schema.story import Scenario, Told


def without(word: str, effects: Sequence[Effect]) -> list[Effect] | None:
    kept = [effect for effect in effects if not (type(effect) is Logged and effect.word == word)]
    return None if len(kept) == len(effects) else kept


def settled(name: str) -> Scenario:
    """A scenario of the library whose cashier settles at 21:00."""
    base = story(name=name)
    settle = Told(base.begins + 21 * HOUR, "cashier", Prompted("", "settle", "T1"))
    return msgspec.structs.replace(base, told=(*base.told, settle))


def names_no_difference(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    return without("batch-break", effects)


def test_a_host_that_closes_a_batch_over_a_sale_without_a_slip() -> None:
    caught(
        Build("host", Host, bend=names_no_difference), settled("net-reversal-exhausted/dropped"), "found-in-one-cycle"
    )


def forgets_open_payouts(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    return without("payout-break", effects)


def test_a_host_that_never_misses_a_payout_without_an_outcome() -> None:
    deaf = Injection("deaf", Loss(), links=(("rail", "bank"),), match=Match("credit-order"))
    caught(Build("host", Host, bend=forgets_open_payouts), story(deaf, days=4), "found-in-one-cycle")
