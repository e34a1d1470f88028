"""What the catalogue advises about an account is carried out, and the money arrives."""

import msgspec
import pytest

from poslab.messages.disputes import DisputeAnswered
from poslab.messages.facts import (
    AccountChangeRequested,
    AccountSet,
    RecallAnswered,
    RecallRequested,
    RepayoutApplied,
    WithdrawalPressed,
)
from poslab.party.contract import Input, Posted
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.world.accounts import Account
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Told
from scenarios.stage.play import Played, play

SHOP = "999000054110001"
ACCOUNT = "999100000001"

Act = tuple[int, str, Input]
"""Hours after the midnight of the world's first day, to whom, and what is told."""

SECOND = Account("999100000888", "示例小店", statements_to="merchant")
"""A Class I account that the merchant has besides the one on file."""

CORRECTED = AccountChangeRequested(mid=SHOP, account_no=ACCOUNT, account_name="示例小店")
MOVED = AccountChangeRequested(mid=SHOP, account_no=SECOND.account_no, account_name=SECOND.owner)
OPENED = AccountSet(account_no=ACCOUNT)
APPLIED = RepayoutApplied(mid=SHOP)

CURES: dict[str, tuple[Act, ...]] = {
    "acct-number-wrong/plain": ((36, "host", CORRECTED),),
    "acct-frozen/both": ((36, "bank", OPENED),),
    "acct-name-mismatch/plain": ((36, "host", CORRECTED),),
    "acct-closed-dormant/closed": ((60, "host", MOVED),),
    "acct-closed-dormant/dormant": ((60, "bank", OPENED),),
    "acct-class-limit/net-daily": ((36, "host", MOVED),),
    "acct-class-limit/yearly": ((36, "host", MOVED),),
    "bank-inbound-suspense/returned": ((72, "host", CORRECTED),),
}
"""Scenario → what people do about it, in the days when the acquirer still tries by itself."""


def cured(name: str, *acts: Act, days: int = 8, world: str | None = None) -> Played:
    scenario = load(name, world=world)
    bank = msgspec.structs.replace(scenario.world.banks[0], accounts=(SECOND,))
    scenario = msgspec.structs.replace(scenario, world=msgspec.structs.replace(scenario.world, banks=(bank,)))
    begins = midnight(scenario.world.calendar.first_day)
    done = tuple(Told(begins + hours * HOUR, to, given) for hours, to, given in acts)
    told = sorted((*scenario.told, *done), key=lambda each: each.at)
    until = max(scenario.until, begins + days * DAY)
    return play(msgspec.structs.replace(scenario, told=tuple(told), until=until, expect=Expectations()), keep=True)


def is_there(played: Played) -> bool:
    """Whether the victim is paid; while not, the run names an open item for somebody."""
    result = played.result
    assert result.verdict in ("pass", "manual"), (result.reason, [each for each in result.invariants if each.breaches])
    end = next(purchase for purchase in played.result.purchases if purchase.order == "victim").end
    there = (end.truth, end.views.payout, end.views.merchant, end.credited) == ("M2", "success", "credited", 1)
    assert there == (result.verdict == "pass")
    return there


@pytest.mark.parametrize("world", [None, "wallet-shop"])
@pytest.mark.parametrize("name", CURES)
def test_with_its_remedy_carried_out_the_money_is_there(name: str, world: str | None) -> None:
    """Where a platform pays out of wallets, it hears from the acquirer of the account that was reviewed."""
    assert not is_there(cured(name, world=world))
    assert is_there(cured(name, *CURES[name], world=world))


@pytest.mark.parametrize(("world", "payer"), [(None, "host"), ("wallet-shop", "platform")])
@pytest.mark.parametrize("name", CURES)
def test_after_the_last_try_the_merchant_applies_to_whoever_pays_her(name: str, world: str | None, payer: str) -> None:
    late = tuple((hours + 5 * 24, to, given) for hours, to, given in CURES[name])
    asked = ((8 * 24, payer, APPLIED),)
    assert is_there(cured(name, *late, *asked, days=11, world=world))


def test_a_wallet_is_paid_out_when_its_merchant_presses_withdraw() -> None:
    pressed = (36, "platform", WithdrawalPressed(mid=SHOP))
    assert not is_there(cured("plat-instant-payout-off/manual"))
    assert is_there(cured("plat-instant-payout-off/manual", pressed))
    assert is_there(cured("plat-instant-payout-off/manual", pressed, pressed))  # the second time there is nothing left


def test_who_has_refunded_a_part_may_win_the_rest_back_that_was_charged_back() -> None:
    name = "disp-chargeback/partly-refunded"
    represented = (10 * 24, "host", DisputeAnswered(rrn="260000000001", answer="represent"))
    for acts, net, owed_fen in (((), 0, 12_800), ((represented,), 1, 6_400)):
        played = cured(name, *acts, days=60)
        end = next(purchase for purchase in played.result.purchases if purchase.order == "victim").end
        assert (end.truth, end.charged_net, end.credited) == ("M1", net, 0)
        assert sum(fen for _, fen in given_back(played)) == owed_fen


def given_back(played: Played) -> list[tuple[str, int]]:
    """What the card's bank gave the cardholder back by refund and chargeback, and took again."""
    signs = {"P8b": 1, "P10a": 1, "P10c": -1}
    found = []
    for line, _ in played.pairs:
        for effect in line.effects:
            if line.party == "issuer" and isinstance(effect, Posted) and effect.entry.partition("/")[0] in signs:
                kind = effect.entry.partition("/")[0]
                found.append((kind, signs[kind] * effect.postings[0][2]))
    return found


def test_what_went_to_a_stranger_comes_back_and_is_paid_to_the_right_account() -> None:
    """The account is corrected, the acquirer asks for the return, the stranger consents (P15, then P5c)."""
    stranger = Account("999100000777", "别人")
    scenario = load("ok-not-due/t-plus-1")
    shop, bank = scenario.world.merchants[0], scenario.world.banks[0]
    shop = msgspec.structs.replace(shop, filed_account_no=stranger.account_no, filed_account_name=stranger.owner)
    bank = msgspec.structs.replace(bank, accounts=(stranger,))
    world = msgspec.structs.replace(scenario.world, merchants=(shop,), banks=(bank,))
    begins = midnight(world.calendar.first_day)
    acts: tuple[Act, ...] = (
        (36, "host", CORRECTED),
        (62, "host", RecallRequested(mid=SHOP)),
        (63, "bank", RecallAnswered(account_no=stranger.account_no)),
    )
    done = tuple(Told(begins + hours * HOUR, to, given) for hours, to, given in acts)
    scenario = msgspec.structs.replace(
        scenario,
        world=world,
        told=(*scenario.told, *done),
        complaints=(),
        until=begins + 7 * DAY,
        expect=Expectations(),
    )
    assert is_there(play(scenario))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("bank-maintenance-window/queued", "payout-without-credit"),
        ("acq-payout-unknown/not-credited", "payout-unknown"),
    ],
)
def test_a_payout_that_reconciliation_has_named_is_an_open_item_since_its_day(name: str, what: str) -> None:
    scenario = load(name)
    begins = midnight(scenario.world.calendar.first_day)
    for_ever = tuple(msgspec.structs.replace(injection, lasts=None) for injection in scenario.injections)
    wanted = msgspec.structs.replace(
        scenario, injections=for_ever, heal=None, until=begins + 58 * HOUR + 30 * MINUTE, expect=Expectations()
    )
    (item,) = play(wanted).result.open_items
    assert (item.order, item.what, item.owner, item.since) == ("victim", what, "acquirer", "2026-01-06 00:00:00")
    assert item.due == "2026-01-07"
