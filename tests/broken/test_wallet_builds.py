"""Platforms whose wallets hold what never came, or that pay what is not in them, each caught."""

import msgspec
import pytest
from bent import Build, caught

from acquirer.platform.gateway import Gateway
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.messages.card import OrderNotice
from poslab.messages.funding import CreditOrder, LedgerFile
from poslab.party.contract import Effect, Input, Party, Posted
from poslab.party.time import DAY, HOUR, SECOND, Instant
from poslab.world.world import World
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Scenario, Told


def in_wallet_shop(name: str, *faults: Injection) -> Scenario:
    base = load(name, world="wallet-shop")
    return msgspec.structs.replace(
        base,
        complaints=(),
        injections=(*base.injections, *faults),
        until=max(base.until, base.begins + 4 * DAY),
        expect=Expectations(),
    )


def books_what_it_is_told(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Fills the wallet by the notice of success, whatever comes of the sale."""
    if type(given) is not OrderNotice or given.state != "success":
        return None
    assert isinstance(party, Gateway) and party.ledger is not None
    mid = next(iter(party.ledger._withdrawals._merchants))
    entry = f"P18b/{given.key}/{given.rrn}"
    return [*effects, Posted(given.about, entry, (("P.unallocated", f"P.wallet.{mid}", given.amount_fen),))]


@pytest.mark.parametrize("name", ["net-response-lost", "ok-not-due"])
def test_a_platform_that_books_an_order_without_its_line(name: str) -> None:
    caught(Build("platform", Gateway, bend=books_what_it_is_told), in_wallet_shop(name), "wallets-backed")


def does_not_know_a_file_that_it_has(party: Party, given: Input, at: Instant) -> bool:
    assert isinstance(party, Gateway) and party.ledger is not None
    held = party.ledger.held
    if not isinstance(given, LedgerFile) or f"{given.file_no}/{given.part}" not in held.files:
        return False
    held.files.remove(f"{given.file_no}/{given.part}")
    return True


def test_a_platform_that_takes_a_repeated_file_again() -> None:
    """The money of the next day's sale is booked to the sale of the day before, once more."""
    twice = Injection("twice", Duplicate(12 * HOUR), links=(("host", "platform"),), match=Match("ledger-file"), nth=1)
    base = in_wallet_shop("ok-not-due", twice)
    first = base.told[0]
    again = Told(first.at + DAY, first.to, msgspec.structs.replace(first.given, about="next-day"))
    scenario = msgspec.structs.replace(base, told=(*base.told, again))
    caught(Build("platform", Gateway, before=does_not_know_a_file_that_it_has), scenario, "wallets-backed")


def its_credit(given: Input) -> str:
    return f"{given.payout_no}/{given.try_no}" if isinstance(given, CreditOrder) else ""


def test_a_platform_that_takes_the_notice_of_its_money_twice() -> None:
    twice = Injection("twice", Duplicate(SECOND), links=(("rail", "platform"),), match=Match("credit-order"))
    build = Build("platform", Gateway, forgets=its_credit)
    caught(build, in_wallet_shop("ok-not-due", twice), "wallets-backed", "books-balance")


class NeverEmpties(Gateway):
    """Pays a wallet out, and leaves in it what it has paid."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        assert self.ledger is not None
        ledger = self.ledger
        withdraw = ledger._withdraw

        def withdraws(mid: str, at: Instant, out: list[Effect]) -> None:
            lines = list(ledger.held.wallets.get(mid, []))
            withdraw(mid, at, out)
            if lines:
                ledger.held.wallets[mid] = lines

        ledger._withdraw = withdraws  # type: ignore[method-assign]


def pays(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts what leaves a wallet."""
    return list(effects) if any(type(e) is Posted and e.entry.startswith("P18c/") for e in effects) else None


def test_a_platform_that_pays_out_of_an_empty_wallet() -> None:
    caught(Build("platform", NeverEmpties, bend=pays), in_wallet_shop("ok-not-due"), "wallets-backed")
