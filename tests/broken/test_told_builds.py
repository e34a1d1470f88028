"""Hosts and platforms that tell a merchant less of her money than was done with it, and one who does not listen."""

from collections.abc import Callable

import msgspec
import pytest
from bent import Build, caught, story

from acquirer.host.host import Host
from acquirer.platform.gateway import Gateway
from poslab.messages.facts import CorrectionOrdered
from poslab.messages.funding import AdjustmentNotice, LedgerFile, PayoutNotice
from poslab.messages.people import Prompted
from poslab.party.contract import Effect, Input, Party, Posted, Send
from poslab.party.time import HOUR, Instant
from poslab.world.world import World
from scenarios.people.merchant import Merchant
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Scenario, Told

AGREES = "merchant-book-agrees"


def given_back(hours: int = 36) -> Scenario:
    """A clerk has a sale of the first day given back, as many hours after its midnight; it is paid at hour 34."""
    base = story(sales=2, days=4)
    told = Told(base.begins + hours * HOUR, "host", CorrectionOrdered("victim"))
    return msgspec.structs.replace(base, told=(*base.told, told))


def taken_back() -> Scenario:
    """A clerk reverses a sale from the host before its clearing, and in the evening its till's batch shows the slip."""
    base = given_back(14)
    settled = Told(base.begins + 20 * HOUR, "cashier", Prompted("", "settle", "T1"))
    return msgspec.structs.replace(base, told=(*base.told, settled))


def refused() -> Scenario:
    """A sale stored at 10:15:30 on a card whose bank refuses it in the end."""
    base = story()
    terminals = tuple(msgspec.structs.replace(t, floor_limit_fen=50_000) for t in base.world.terminals)
    (bought,) = base.purchases
    bought = msgspec.structs.replace(bought, what="offline-sale", card="insufficient")
    inquiry = Told(bought.at + HOUR, "cashier", Prompted("", "balance", "T1", 0, "good-debit"))
    return msgspec.structs.replace(
        base,
        world=msgspec.structs.replace(base.world, terminals=terminals),
        purchases=(bought,),
        told=(Told(bought.at, "cashier", bought.given), inquiry),
    )


def written_off() -> Scenario:
    """A chargeback that its merchant will never pay."""
    return story(name="disp-chargeback/written-off")


def reversed_late() -> Scenario:
    """A sale without a slip, whose reversal comes after the clearing."""
    return story(name="net-reversal-exhausted/after-cut-off")


STORIES: dict[str, Callable[[], Scenario]] = {
    "given-back": given_back,
    "taken-back": taken_back,
    "refused": refused,
    "written-off": written_off,
    "reversed-late": reversed_late,
}


def telling(change: Callable[[AdjustmentNotice], AdjustmentNotice | None]) -> Build:
    """A host that tells of adjustments otherwise, or not at all."""

    def bend(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
        bent: list[Effect] = []
        for effect in effects:
            if type(effect) is Send and type(effect.message) is AdjustmentNotice:
                told = change(effect.message)
                if told is None:
                    continue
                effect = Send(effect.to, told, effect.attempt)
            bent.append(effect)
        return None if bent == list(effects) else bent

    return Build("host", Host, bend=bend)


@pytest.mark.parametrize("name", STORIES)
def test_a_host_that_tells_nothing_of_it(name: str) -> None:
    caught(telling(lambda notice: None), STORIES[name](), AGREES)


@pytest.mark.parametrize("name", STORIES)
def test_a_host_that_tells_of_less(name: str) -> None:
    build = telling(lambda notice: msgspec.structs.replace(notice, amount_fen=notice.amount_fen - 100))
    caught(build, STORIES[name](), AGREES)


def test_a_host_that_keeps_the_fee_of_what_it_gave_back() -> None:
    caught(telling(lambda notice: msgspec.structs.replace(notice, fee_fen=0)), given_back(), AGREES)


def test_a_host_that_gives_a_fee_back_of_which_it_never_told() -> None:
    caught(telling(lambda notice: msgspec.structs.replace(notice, fee_fen=64)), given_back(24), AGREES)


@pytest.mark.parametrize("name", ["given-back", "reversed-late"])
def test_a_host_that_is_wrong_about_the_slip(name: str) -> None:
    build = telling(lambda notice: msgspec.structs.replace(notice, has_slip=not notice.has_slip))
    caught(build, STORIES[name](), AGREES)


def tells_too_little(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """A host whose notice of a payout tells of a fen less than it has kept."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is PayoutNotice and effect.message.fees_fen:
            less = msgspec.structs.replace(effect.message, fees_fen=effect.message.fees_fen - 1)
            effect = Send(effect.to, less, effect.attempt)
        bent.append(effect)
    return None if bent == list(effects) else bent


@pytest.mark.parametrize(
    "name", ["", "plat-instant-payout-off/just-missed", "disp-chargeback/partial", "month-of-a-corner-shop"]
)
def test_a_host_that_tells_of_fewer_fees_than_it_took(name: str) -> None:
    caught(Build("host", Host, bend=tells_too_little), story(name=name), AGREES)


def second_host(world: World) -> Host:
    return Host(world.seen_by("host-b"))


def test_the_other_acquirer_of_a_street_with_wallets_that_tells_of_fewer_fees() -> None:
    """A platform stands before the first one alone: this one tells its merchant itself."""
    scenario = msgspec.structs.replace(load("ok-lump-sum", world="whole-street"), expect=Expectations())
    assert {purchase.terminal for purchase in scenario.purchases} >= {"T2"}
    caught(Build("host-b", second_host, bend=tells_too_little), scenario, AGREES)


def with_a_wallet(name: str, world: str) -> Scenario:
    return msgspec.structs.replace(load(name, world=world), complaints=(), expect=Expectations())


@pytest.mark.parametrize("world", ["wallet-shop", "whole-street"])
@pytest.mark.parametrize("name", ["ok-lump-sum", "disp-chargeback/partial", "month-of-a-corner-shop"])
def test_a_platform_that_tells_of_fewer_fees_than_the_acquirer_took(name: str, world: str) -> None:
    caught(Build("platform", Gateway, bend=tells_too_little), with_a_wallet(name, world), AGREES)


def files_too_little(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """An acquirer whose file for the platform has a fen less of fees in each line."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is LedgerFile:
            lines = tuple(msgspec.structs.replace(line, fee_fen=line.fee_fen - 1) for line in effect.message.lines)
            effect = Send(effect.to, msgspec.structs.replace(effect.message, lines=lines), effect.attempt)
        bent.append(effect)
    return None if bent == list(effects) else bent


def test_a_host_whose_file_for_the_platform_has_fewer_fees_than_it_took() -> None:
    caught(Build("host", Host, bend=files_too_little), with_a_wallet("ok-lump-sum", "wallet-shop"), AGREES)


def merchant(world: World) -> Merchant:
    return Merchant(mids={each.mid for each in world.merchants})


def books_no_adjustment(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """A merchant to whom what she is told of adjustments is nothing."""
    if type(given) is not AdjustmentNotice or not effects:
        return None
    return [effect for effect in effects if type(effect) is not Posted]


@pytest.mark.parametrize("name", [name for name in STORIES if name != "reversed-late"])
def test_a_merchant_who_books_no_adjustment(name: str) -> None:
    """Of a sale without a slip whose fee she was never told of there is nothing to book."""
    caught(Build("merchant", merchant, bend=books_no_adjustment), STORIES[name](), AGREES)


def books_it_twice(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """A merchant who books an adjustment under two names."""
    if type(given) is not AdjustmentNotice or not effects:
        return None
    again = [Posted(each.about, f"{each.entry}/2", each.postings) for each in effects if type(each) is Posted]
    return [*effects, *again]


def test_a_merchant_who_books_an_adjustment_twice() -> None:
    caught(Build("merchant", merchant, bend=books_it_twice), given_back(), AGREES)
