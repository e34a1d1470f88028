"""Broken clearing, payout, rail and account bank, each caught by a check that is named here."""

import msgspec
from bent import Build, caught, story

from acquirer.host.fees import Fees, Tariff
from acquirer.host.host import Host
from acquirer.host.payout_records import Apart
from acquirer.switch.switch import Switch
from bank.account_bank import AccountBank
from bank.accounts import FROZEN
from bank.rail import Rail
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.messages.facts import WriteOffApproved
from poslab.messages.funding import (
    ClearingFile,
    CreditOrder,
    PayoutOrder,
    PayoutQuery,
    TransferOrder,
    part_no_of,
    payout_no_of,
    payout_try_of,
    sale_payout_no_of,
)
from poslab.party.contract import Became, Effect, Input, Party, Posted, Reminder, Send
from poslab.party.time import SECOND, Instant
from poslab.world.presets import corner_shop
from poslab.world.world import World

RAIL_HOST = (("rail", "host"),)
SHOP = corner_shop().merchants[0]


def bank(world: World) -> Party:
    return AccountBank(world, world.banks[0])


# --- the account bank


def its_order(given: Input) -> str:
    return payout_try_of(given.payout_no, given.try_no) if isinstance(given, CreditOrder | PayoutOrder) else ""


def test_a_bank_that_credits_a_repeated_order_again() -> None:
    unheard = Injection("unheard", Loss(), links=(("bank", "rail"),), match=Match("credit-answer"), nth=1)
    build = Build("bank", bank, forgets=its_order)
    caught(build, story(unheard), "one-payout", "books-balance", "mirrors-agree")


class KnowsNoFreeze(AccountBank):
    """Credits frozen accounts."""

    def obstacle(self, given: CreditOrder, at: Instant) -> str:
        reason = super().obstacle(given, at)
        return "" if reason == "ACCOUNT_FROZEN" else reason


def frozen_and_credited(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    assert isinstance(party, AccountBank)
    if type(given) is not CreditOrder or party._accounts[given.account_no].state != FROZEN:
        return None
    return list(effects)


def test_a_bank_that_credits_a_frozen_account() -> None:
    def make(world: World) -> Party:
        return KnowsNoFreeze(world, world.banks[0])

    build = Build("bank", make, bend=frozen_and_credited)
    caught(build, story(name="acct-frozen/both"), "frozen-direction")


# --- the rail


def test_a_rail_that_takes_a_repeated_order_again() -> None:
    twice = Injection("twice", Duplicate(SECOND), links=(("host", "rail"),), match=Match("payout-order"))
    build = Build("rail", Rail, forgets=its_order)
    caught(build, story(twice), "one-payout", "books-balance")


def keeps_a_fen(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Posted and effect.entry.startswith("P4c/"):
            debit, credit, amount_fen = effect.postings[0]
            effect = Posted(effect.about, effect.entry, ((debit, credit, amount_fen - 1),))
        bent.append(effect)
    return None if bent == effects else bent


def test_a_rail_that_keeps_a_fen_of_what_it_delivers() -> None:
    caught(Build("rail", Rail, bend=keeps_a_fen), story(), "mirrors-agree")


# --- the acquirer


def orders_under_a_new_number(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if not isinstance(given, Reminder) or given.kind != "payout-status-overdue":
        return None
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is PayoutQuery:
            number = f"{effect.message.payout_no}-again"
            again = PayoutOrder("", number, 1, SHOP.mid, SHOP.bank, SHOP.account_no, SHOP.account_name, 12_736)
            effect = Send(effect.to, again, effect.attempt)
        bent.append(effect)
    return None if bent == effects else bent


def test_an_acquirer_that_sends_a_payout_again_under_a_new_number() -> None:
    silent = Injection("silent", Loss(), links=RAIL_HOST, match=Match("payout-status"))
    caught(Build("host", Host, bend=orders_under_a_new_number), story(silent), "one-payout")


class RoundsDown(Tariff):
    """Fees in whole fen, what is left of them forgotten."""

    def of(self, mid: str, card: str, amount_fen: int) -> Fees:
        fees = super().of(mid, card, amount_fen)
        rate = self._merchant[mid][self._products[card]][0]
        return fees._replace(merchant_fen=min(fees.merchant_fen, amount_fen * rate // 1_000_000))


class CheapHost(Host):
    """Charges by such a tariff."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding._clearing._tariff = RoundsDown(world)


def half_a_fen(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    files = [e.message for e in effects if type(e) is Send and type(e.message) is ClearingFile]
    return list(effects) if any(line.amount_fen == 12_900 for file in files for line in file.lines) else None


def test_an_acquirer_that_rounds_its_fees_down() -> None:
    # 0.5 % of 129.00 is 64.5 fen.
    build = Build("host", CheapHost, bend=half_a_fen)
    caught(build, story(amount_fen=12_900), "fees-half-up")


def claims_twice(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is ClearingFile and effect.message.part == 1:
            file = effect.message
            effect = Send(effect.to, msgspec.structs.replace(file, lines=(*file.lines, file.lines[0])))
        bent.append(effect)
    return None if bent == effects else bent


def test_an_acquirer_that_claims_a_sale_twice_in_a_file() -> None:
    caught(Build("host", Host, bend=claims_twice), story(), "one-payout", "credit-has-debit")


def leaves_out_the_last(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is ClearingFile and len(effect.message.lines) > 1:
            file = effect.message
            effect = Send(effect.to, msgspec.structs.replace(file, lines=file.lines[:-1]))
        bent.append(effect)
    return None if bent == effects else bent


def test_an_acquirer_whose_file_leaves_out_a_sale() -> None:
    build = Build("host", Host, bend=leaves_out_the_last)
    caught(build, story(sales=3), "credit-has-debit")


def skips_a_state(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent = [effect for effect in effects if not (type(effect) is Became and effect.after == "taken")]
    return None if len(bent) == len(effects) else bent


def test_a_payout_that_skips_a_state() -> None:
    caught(Build("host", Host, bend=skips_a_state), story(), "legal-transitions")


# --- own cash


class ForgetsItsAdvances(Host):
    """Pays a sale at once, and once more when it is cleared."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        desk = self.office.funding._instant
        desk.advanced_fen = lambda rrn: 0  # type: ignore[method-assign]
        self.office.funding._clearing.advanced_fen = desk.advanced_fen
        desk.cleared = lambda sale, out: (sale.net_fen, False)  # type: ignore[method-assign]
        payouts = self.office.funding._payouts

        def schedule_apart(date: str, sale: Apart, net_fen: int, at: Instant, out: list[Effect]) -> None:
            payout_no = part_no_of(sale_payout_no_of(sale.mid, date, sale.rrn), 1)
            beside: dict[str, str | int] = {"rrn": sale.rrn, "of": payout_no_of(sale.mid, date)}
            payouts._schedule(payout_no, sale.mid, date, net_fen, beside, sale.about, at, out)

        payouts.schedule_apart = schedule_apart  # type: ignore[method-assign]


def advances(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts what is paid out of own cash."""
    return list(effects) if any(type(e) is Posted and e.entry.startswith("P11a/") for e in effects) else None


def test_an_acquirer_that_forgets_at_t_plus_1_what_it_has_advanced() -> None:
    at_once = story(name="plat-instant-payout-off/window")
    caught(Build("host", ForgetsItsAdvances, bend=advances), at_once, "one-payout")


# --- the network


def settles_more_than_was_claimed(
    party: Party, given: Input, at: Instant, effects: list[Effect]
) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is TransferOrder and effect.message.payer == "R.account.N":
            order = effect.message
            effect = Send(effect.to, msgspec.structs.replace(order, amount_fen=order.amount_fen + 1), effect.attempt)
        bent.append(effect)
    return None if bent == effects else bent


def test_a_network_that_settles_more_than_the_file_claims() -> None:
    caught(Build("switch", Switch, bend=settles_more_than_was_claimed), story(), "money-conserved")


def needs_one(party: Party, given: Input, at: Instant) -> bool:
    """Whoever approves, somebody is said to have approved before."""
    if not isinstance(given, WriteOffApproved):
        return False
    assert isinstance(party, Host)
    party.office.funding.write_offs.held.approved.setdefault(given.item, "somebody")
    return True


def test_an_acquirer_that_writes_off_with_one_approval() -> None:
    scenario = story(name="disp-chargeback/written-off")
    second = next(injection for injection in scenario.injections if injection.id == "second")
    one = msgspec.structs.replace(scenario, injections=tuple(it for it in scenario.injections if it is not second))
    caught(Build("host", Host, before=needs_one), one, "write-off-needs-two")


class CoversNothing(Host):
    """Lets other merchants' money stand in for a debt."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.debts.cover = self.forget  # type: ignore[method-assign]
        self.forgot = 0

    def forget(self, date: str, held: object, out: list[Effect]) -> None:
        self.forgot += bool(self.office.funding.debts.find("D260000000001"))


def covers_nothing(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    assert isinstance(party, CoversNothing)
    return list(effects) if party.forgot else None


def test_an_acquirer_that_lets_the_reserve_stand_in_for_a_debt() -> None:
    build = Build("host", CoversNothing, bend=covers_nothing)
    caught(build, story(name="disp-chargeback/written-off"), "money-conserved")
