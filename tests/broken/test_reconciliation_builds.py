"""Broken builds of reconciliation: a host that closes its eyes to a difference, and is caught within a cycle."""

from collections.abc import Sequence

import msgspec
from bent import Build, caught, story

from acquirer.host.fees import Fees, Tariff
from acquirer.host.host import Host
from acquirer.platform.gateway import Gateway
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.history.fee_rates import day_rates, rises
from poslab.history.roll_forward import RollForward
from poslab.messages.people import Prompted
from poslab.money import share
from poslab.party.contract import Effect, Input, Logged, Party
from poslab.party.time import DAY, HOUR, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told
from scenarios.stage.play import play


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


class DearTariff(Tariff):
    """It charges more than the contract says."""

    def of(self, mid: str, card: str, amount_fen: int) -> Fees:
        fees = super().of(mid, card, amount_fen)
        return fees._replace(merchant_fen=share(amount_fen, 6_300, 2_000))


class DearHost(Host):
    """Charges by such a tariff."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding._clearing._tariff = DearTariff(world)


def test_a_host_that_charges_more_than_agreed_is_named_by_every_sale_and_by_its_rate() -> None:
    scenario = story(sales=2)
    fold = RollForward(scenario.world)
    play(scenario, instead={"host": DearHost}, also=[fold])
    days = fold.end()
    assert [(found.why, found.amount_fen) for found in days[-1].matched.breaks] == [("fee-differs", 17)] * 2
    [rise] = rises(day_rates(fold.ledger_until(days[-1].date), fold.contracts))
    assert (rise.since, rise.from_ppm, rise.extra_fen) == ("20260105", 5_000, 34)
    assert abs(rise.to_ppm - 6_300) < 50


def names_no_missing_line(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    return without("file-break", effects)


def test_a_host_that_does_not_say_which_sale_its_file_lacks() -> None:
    scenario = msgspec.structs.replace(story(name="acq-capture-missing/file-omit"), complaints=())
    caught(Build("host", Host, bend=names_no_missing_line), scenario, "credit-has-debit")


def names_no_missing_order(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    return without("ledger-break", effects)


def test_a_platform_that_does_not_say_which_order_its_ledger_lacks() -> None:
    base = story(name="plat-order-stuck/plain")
    scenario = msgspec.structs.replace(base, complaints=(), until=base.until + 3 * DAY)
    caught(Build("platform", Gateway, bend=names_no_missing_order), scenario, "found-in-one-cycle")
