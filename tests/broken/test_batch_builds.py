"""Broken builds of the batch: a host that books what it is told, terminals that lose, hide or never store a sale."""

from collections.abc import Sequence

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from poslab.faults.facts import Fact
from poslab.faults.injection import Injection
from poslab.messages.batch import END_EQUAL, END_UNEQUAL, SettlementResponse, UploadRequest
from poslab.messages.card import FinancialResponse
from poslab.messages.facts import StoreFailing, TotalsDamaged
from poslab.messages.people import Prompted, SaleKeyed
from poslab.party.contract import Effect, Input, Kept, Logged, Party, Posted, Send
from poslab.party.time import HOUR, MINUTE, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told
from terminal.machine import Terminal

PAYABLE = "A.merchant_payable.999000054110001.pending"


def evening(*faults: Injection, sales: int = 3) -> Scenario:
    """So many sales, hourly, and a settlement at 21:00."""
    base = story(*faults, sales=sales)
    settle = Told(base.begins + 21 * HOUR, "cashier", Prompted("", "settle", "T1"))
    return msgspec.structs.replace(base, told=(*base.told, settle))


def terminal(world: World) -> Terminal:
    return Terminal(world.terminal("T1"))


def books_what_it_is_told(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    if type(given) is not UploadRequest:
        return None
    return [Posted("", f"P1/{given.key}", (("A.scheme_receivable", PAYABLE, 100),)), *effects]


def test_a_host_that_moves_money_on_an_upload() -> None:
    caught(Build("host", Host, bend=books_what_it_is_told), evening(), "batch-upload-moves-nothing")


def loses_its_log(party: Party, given: Input, at: Instant) -> bool:
    """It makes room for the third sale by clearing what it has."""
    if type(given) is not SaleKeyed or given.about != "order-3":
        return False
    party.device.flash.log.fill(())  # type: ignore[attr-defined]
    return True


def test_a_terminal_that_clears_its_log_without_settling() -> None:
    caught(Build("T1", terminal, before=loses_its_log), evening(), "batch-names-every-slip")


def names_nothing(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    """It goes straight to the end of its upload."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is UploadRequest and effect.message.what != END_EQUAL:
            closing = msgspec.structs.replace(effect.message, what=END_UNEQUAL, details=(), count=0)
            effect = Send(effect.to, closing)
        bent.append(effect)
    return None if bent == list(effects) else bent


def test_a_terminal_that_ends_an_upload_that_it_never_made() -> None:
    counters = Injection("counters", Fact(TotalsDamaged(by_fen=100)), party="T1", start=story().begins + 20 * HOUR)
    caught(Build("T1", terminal, bend=names_nothing), evening(counters), "batch-names-every-slip")


def prints_all_the_same(party: Party, given: Input, at: Instant) -> bool:
    """It takes no notice of its store's trouble, and does not store the approval either."""
    if type(given) is not FinancialResponse or not party.device.store:  # type: ignore[attr-defined]
        return False
    party.device.store = ""  # type: ignore[attr-defined]
    return True


def stores_nothing(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    kept = [effect for effect in effects if not (type(effect) is Kept and effect.what == "approval")]
    return None if len(kept) == len(effects) else kept


def test_a_terminal_that_prints_a_slip_for_what_it_could_not_store() -> None:
    base = story()
    full = Injection("full", Fact(StoreFailing()), party="T1", start=base.purchases[0].at - MINUTE)
    caught(Build("T1", terminal, before=prints_all_the_same, bend=stores_nothing), story(full), "slip-honesty")


def never_hears_that_it_is_closed(
    party: Party, given: Input, at: Instant, effects: Sequence[Effect]
) -> list[Effect] | None:
    """It asks for the comparison and lets it be."""
    if type(given) is not SettlementResponse:
        return None
    return [effect for effect in effects if type(effect) is Logged]


def test_a_terminal_that_compares_its_batch_and_never_closes_it() -> None:
    caught(Build("T1", terminal, bend=never_hears_that_it_is_closed), evening(), "all-final")
