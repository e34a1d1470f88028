"""What the diagnosis advises on the funding leg is done by the people it is meant for, and ends well; what it warns of
is done as well, and ends no better."""

from functools import cache

import msgspec
import pytest

from poslab.diagnosis.actions import ACTIONS
from poslab.world.accounts import Account
from poslab.world.presets import two_acquirers
from scenarios.experiments.clerks import BEHIND_THE_COUNTER, Matter
from scenarios.experiments.judging import Advised, advised
from scenarios.schema.load import load
from scenarios.schema.story import Purchase, Scenario

CURED = {
    "acct-bound-to-other/account": ("correct-binding", "recover-payout"),
    "acct-class-limit/net-daily": ("change-account", "apply-repayout"),
    "acct-class-limit/yearly": ("change-account", "apply-repayout"),
    "acct-closed-dormant/closed": ("change-account", "apply-repayout"),
    "acct-closed-dormant/dormant": ("reactivate-account", "change-account", "apply-repayout"),
    "acct-frozen/both": ("unfreeze-account", "change-account", "apply-repayout"),
    "acct-name-mismatch/plain": ("change-account", "apply-repayout"),
    "acct-number-wrong/plain": ("correct-account", "apply-repayout"),
    "acct-review-suspended/kyc": ("upload-documents",),
    "acct-review-suspended/change-pending": ("upload-documents",),
    "acct-risk-hold/plain": ("hand-in-evidence",),
    "acq-capture-missing/capture-skip": ("claim-payment",),
    "acq-capture-missing/file-omit": ("claim-payment",),
    "disp-chargeback/plain": ("represent",),
    "disp-fraud-freeze/sale": ("hand-in-evidence", "follow-authority"),
    "disp-retrieval-hold/before-payout": ("answer-retrieval",),
    "disp-retrieval-hold/after-payout": ("answer-retrieval",),
    "disp-chargeback/partial": ("represent",),
    "plat-instant-payout-off/manual": ("press-withdraw",),
    "plat-order-stuck/plain": ("book-by-hand",),
}
"""Scenario → what of its advice a machine hears of. Nobody pays the merchant without, and it is paid with it."""

LEFT = (
    "acct-bound-to-other/terminal", "acct-class-limit/per-sale", "acct-frozen/out-only",
    "acq-clearing-job-late/delayed", "acq-clearing-job-late/fail-once",
    "acq-payout-unknown/not-credited", "acq-payout-unknown/credited",
    "bank-inbound-suspense/applied", "bank-inbound-suspense/returned", "bank-maintenance-window/queued",
    "bank-maintenance-window/refused", "disp-fraud-freeze/account", "disp-negotiated-refund/full",
    "disp-negotiated-refund/none", "issuer-refund-slow/plain", "ok-lump-sum/plain", "ok-not-due/weekend",
    "plat-instant-payout-off/limit", "plat-notify-lost/plain", "plat-second-clearing/abscond",
    "plat-second-clearing/delay", "rail-holiday-or-window/holiday",
)  # fmt: skip
"""Scenarios in which patience is the remedy, or nothing that is done at once pays the merchant."""


def with_another_account(scenario: Scenario) -> Scenario:
    """The merchant has a second account, at the same bank."""
    world = scenario.world
    merchant = world.merchants[0]
    second = Account("999100000888", merchant.account_name, statements_to=merchant.address)
    banks = tuple(
        msgspec.structs.replace(bank, accounts=(*bank.accounts, second)) if bank.address == merchant.bank else bank
        for bank in world.banks
    )
    return msgspec.structs.replace(scenario, world=msgspec.structs.replace(world, banks=banks))


@cache
def asked(name: str) -> Advised:
    return advised(with_another_account(load(name)), seed="1")


@pytest.mark.parametrize("name", CURED)
def test_whoever_does_as_is_said_is_paid(name: str) -> None:
    found = asked(name)
    assert found.findings == ()
    assert found.cause == name.partition("/")[0]
    assert found.remedies == CURED[name]
    assert found.left.unpaid
    assert found.remedied.money == (0, 0, 0)


@pytest.mark.parametrize("name", LEFT)
def test_whoever_does_as_is_said_is_no_worse_off_and_what_never_to_do_is_no_better(name: str) -> None:
    found = asked(name)
    assert found.findings == ()
    assert found.cause == name.partition("/")[0]
    assert found.remedied.money == found.left.money


def test_money_is_neither_paid_twice_nor_given_back_twice_by_what_is_warned_of() -> None:
    done = {word for name in LEFT for word in asked(name).nevers}
    assert {"demand-second-payout", "refund-twice", "swipe-again", "change-account", "refund"} <= done


def test_what_is_done_behind_the_counter_is_an_action_of_the_catalogue() -> None:
    assert set(BEHIND_THE_COUNTER) <= set(ACTIONS)




def test_clerks_turn_to_the_acquirer_whose_contract_it_is() -> None:
    """The sale on T2 is the other acquirer's: to the first one it would be nobody's payment."""
    world = two_acquirers()
    for terminal, host in (("T1", "host"), ("T2", "host-b")):
        merchant = world.merchant(world.terminal(terminal).mid)
        sale = Purchase("o", 0, terminal, "cashier", 100, "good-debit")
        for word in ("claim-payment", "apply-repayout", "correct-account", "represent", "upload-documents"):
            ((does, _), *_) = BEHIND_THE_COUNTER[word]
            assert [to for to, _ in does(Matter(world, sale, merchant, "270000000001"))] == [host], word
