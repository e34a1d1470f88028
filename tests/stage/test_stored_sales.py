"""One sale stored offline, or given a tip, in a whole world: any message may fail, any party may die."""

from collections.abc import Iterator

import msgspec
import pytest
from storms import uncredited, wrong

from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import POINTS, Crash
from poslab.messages.funding import ClearingFile
from poslab.messages.people import Prompted
from poslab.party.contract import Posted, Send
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, midnight
from poslab.text import Text
from poslab.world.presets import PRESETS
from scenarios.schema.links import PEOPLE
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.play import Played, play


def one_purchase(shop: str, what: str, card: str, acts: tuple[tuple[str, int], ...], *faults: Injection) -> Scenario:
    """Bought at 10:15; acts with their amounts follow every ten minutes; then inquiries, some after all is healed."""
    world = PRESETS[shop]()
    terminals = tuple(msgspec.structs.replace(t, floor_limit_fen=50_000) for t in world.terminals)
    world = msgspec.structs.replace(world, terminals=terminals)
    begins = midnight(world.calendar.first_day)
    at = begins + 10 * HOUR + 15 * MINUTE
    bought = Purchase("victim", at, "T1", "cashier", 12_800, card, what=what)
    heal = Heal(begins + DAY + 11 * HOUR, HOUR)
    told = [Told(at, "cashier", bought.given)]
    for number, (act, amount_fen) in enumerate(acts, start=1):
        told.append(Told(at + number * 10 * MINUTE, "cashier", Prompted("victim", act, "T1", amount_fen, card)))
    inquiries = (at + HOUR, at + 2 * HOUR, heal.at + MINUTE, heal.at + 5 * MINUTE)
    told += [Told(when, "cashier", Prompted("", "balance", "T1", 0, card)) for when in inquiries]
    return Scenario(
        "stored", None, "stored", Text("存储", "stored"), None, None, world, "by-the-book", "reads-sms", (bought,),
        tuple(told), faults, (), heal, begins, begins + 4 * DAY + 14 * HOUR, Expectations(),
    )  # fmt: skip


def offline(shop: str, card: str, *faults: Injection) -> Scenario:
    return one_purchase(shop, "offline-sale", card, (), *faults)


def each_message(played: Played) -> Iterator[Injection]:
    said = dict.fromkeys(
        (line.party, effect.to, effect.message.kind)
        for line, _ in played.pairs
        for effect in line.effects
        if type(effect) is Send and effect.message.kind in ("0220", "0230")
    )
    assert len(said) >= 6
    for sender, to, kind in said:
        for fault in (Loss(), Delay(61 * SECOND), Duplicate(1_000), Duplicate(10 * MINUTE)):
            yield Injection("one", fault, links=((sender, to),), match=Match(kind), nth=1)


def each_crash(played: Played) -> Iterator[Injection]:
    roles = played.world.roles()
    heard = dict.fromkeys((line.party, given.kind) for line, given in played.pairs if roles[line.party] not in PEOPLE)
    for party, kind in heard:
        if kind in ("0220", "0230", "offline-sale-keyed", "adjustment-keyed", "connected", "slip-printed"):
            for point in POINTS:
                yield Injection("one", Crash(point, 2 * MINUTE), party=party, match=Match(kind), nth=1, optional=True)


@pytest.mark.parametrize("shop", ["corner-shop", "gateway-shop"])
@pytest.mark.parametrize("card", ["good-debit", "insufficient"])
def test_any_message_about_it_may_fail_and_any_party_may_die(shop: str, card: str) -> None:
    healthy = play(offline(shop, card), keep=True)
    for fault in (*each_message(healthy), *each_crash(healthy)):
        played = play(offline(shop, card, fault))
        told = (fault.fault, fault.links or fault.party, fault.match.kind)
        assert wrong(played) + uncredited(played) == [], told
        (purchase,) = played.result.purchases
        if fault.party != "T1":  # whose power may go before anything was stored
            assert purchase.end.charged_peak == (1 if card == "good-debit" else 0), told


def test_what_the_issuer_refuses_is_taken_back_from_the_merchant_and_lies_in_no_suspense() -> None:
    played = play(offline("gateway-shop", "insufficient"), keep=True)
    (purchase,) = played.result.purchases
    views = purchase.end.views
    assert (views.terminal, views.platform, views.host, views.issuer) == ("approved", "failed", "declined", "none")
    assert (purchase.end.truth, purchase.end.claim_open, purchase.end.places) == ("M0", False, ())
    assert purchase.end.diagnosis is not None and purchase.end.diagnosis.cause == "op-declined-taken-as-paid"
    balances: dict[str, int] = {}
    for line, _ in played.pairs:
        for effect in line.effects:
            if type(effect) is Posted and line.party == "host":
                for debit, credit, amount_fen in effect.postings:
                    balances[debit] = balances.get(debit, 0) + amount_fen
                    balances[credit] = balances.get(credit, 0) - amount_fen
    assert "A.short_suspense" in balances
    assert set(balances.values()) == {0}


def test_the_platform_has_no_order_before_it_was_sent() -> None:
    scenario = offline("gateway-shop", "good-debit")
    unsent = msgspec.structs.replace(scenario, told=scenario.told[:1])
    (purchase,) = play(unsent).result.purchases
    assert (purchase.end.views.platform, purchase.end.claim_open) == ("none", True)
    (item,) = play(unsent).result.open_items
    assert (item.what, item.owner) == ("offline-unsent", "merchant")


# --- tips and adjustments


def cleared(played: Played) -> list[int]:
    """Amounts in clearing files of the host."""
    files = {
        (effect.message.file_no, effect.message.part): effect.message
        for line, _ in played.pairs
        if line.party == "host"
        for effect in line.effects
        if type(effect) is Send and type(effect.message) is ClearingFile
    }
    return [line.amount_fen for file in files.values() for line in file.lines]


@pytest.mark.parametrize("shop", ["corner-shop", "gateway-shop"])
@pytest.mark.parametrize("what", ["sale", "offline-sale"])
@pytest.mark.parametrize(
    ("acts", "amount_fen"),
    [
        ((("tip", 14_000),), 14_000),
        ((("adjust", 9_000),), 9_000),
        ((("tip", 14_000), ("balance", 0), ("adjust", 13_000)), 13_000),
        ((("tip", 14_000), ("balance", 0), ("tip", 14_500), ("balance", 0), ("adjust", 12_800)), 12_800),
    ],
)
def test_the_last_amount_is_cleared_and_every_fen_is_somewhere(
    shop: str, what: str, acts: tuple[tuple[str, int], ...], amount_fen: int
) -> None:
    before = (("balance", 0),) if what == "offline-sale" else ()
    played = play(one_purchase(shop, what, "good-credit", (*before, *acts)), keep=True)
    broken = [(check.id, check.breaches) for check in played.result.invariants if check.verdict == "broken"]
    assert broken == []
    (purchase,) = played.result.purchases
    assert (purchase.end.charged_peak, purchase.end.charged_net, purchase.end.credited) == (1, 1, 1)
    assert cleared(played) == [amount_fen]
    assert sum(place.amount for place in purchase.end.places) == amount_fen


def test_a_tip_that_the_card_does_not_pay_leaves_the_sale_as_it_was() -> None:
    played = play(one_purchase("corner-shop", "sale", "good-debit", (("tip", 12_800 + 5_000_001),)), keep=True)
    assert [check.id for check in played.result.invariants if check.verdict == "broken"] == []
    assert cleared(played) == [12_800]


@pytest.mark.parametrize("shop", ["corner-shop", "gateway-shop"])
def test_a_tip_may_fail_at_any_hop_like_any_notice(shop: str) -> None:
    acts = (("tip", 14_000),)
    healthy = play(one_purchase(shop, "sale", "good-credit", acts), keep=True)
    for fault in (*each_message(healthy), *each_crash(healthy)):
        played = play(one_purchase(shop, "sale", "good-credit", acts, fault), keep=True)
        told = (fault.fault, fault.links or fault.party, fault.match.kind)
        broken = [(c.id, c.breaches) for c in played.result.invariants if c.verdict == "broken" and c.id != "explained"]
        assert broken == [], told
        (purchase,) = played.result.purchases
        away = sum(place.amount for place in purchase.end.places)
        assert away in (12_800, 14_000) if purchase.end.charged_net else away == 0, told
        assert purchase.end.charged_net or fault.match.kind == "connected", told  # the sale itself was not sent


def test_a_sale_with_a_tip_is_voided_with_its_tip() -> None:
    acts = (("tip", 14_000), ("balance", 0), ("void", 0))
    played = play(one_purchase("corner-shop", "sale", "good-credit", acts), keep=True)
    assert [(c.id, c.breaches) for c in played.result.invariants if c.verdict == "broken"] == []
    (purchase,) = played.result.purchases
    assert (purchase.end.views.terminal, purchase.end.charged_net, cleared(played)) == ("voided", 0, [])


def test_a_settlement_sends_what_only_a_settlement_may_send() -> None:
    scenario = offline("gateway-shop", "good-debit")
    terminals = tuple(msgspec.structs.replace(t, offline_send="at-settlement") for t in scenario.world.terminals)
    world = msgspec.structs.replace(scenario.world, terminals=terminals)
    evening = Told(scenario.begins + 21 * HOUR, "cashier", Prompted("", "settle", "T1"))
    told = tuple(sorted((*scenario.told, evening), key=lambda entry: entry.at))
    unsettled = play(msgspec.structs.replace(scenario, world=world)).result
    settled = play(msgspec.structs.replace(scenario, world=world, told=told)).result
    assert [result.purchases[0].end.views.terminal for result in (unsettled, settled)] == ["offline-unsent", "approved"]
    assert (settled.purchases[0].end.charged_net, settled.purchases[0].end.credited) == (1, 1)
    assert [check.id for check in settled.invariants if check.verdict == "broken"] == []
