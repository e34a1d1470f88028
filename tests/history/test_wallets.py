"""What a merchant with a wallet is told where the acquirer keeps one of two sales back: papers, views, her book."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from poslab.history.merchant_book import BANK, FEES, RECEIVABLE, REFUNDS
from poslab.messages.files.settlement import ADJUSTMENT, PAYOUT, SALE
from poslab.party.time import DAY
from scenarios.schema.load import load
from scenarios.schema.story import Purchase, Told
from tests.history.test_papers import Papers, balances

HELD = """
schema: poslab/1
id: kept-back-beside-another
cause: disp-fraud-freeze
teaches: {zh: 冻结的一笔不能用别笔的钱付出, en: what is frozen is not paid out of another sale's money}
world: {preset: wallet-shop}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-credit}
  - {order: other, at: "11:15:30", terminal: T1, amount: "200.00", card: good-credit}
faults:
  - {id: order, fault: fact, party: host, order: victim, at: "T+1 09:00", give: FreezeOrdered,
     with: {order_no: ZF-1, rrn: "260000000001"}}
LIFTED
people: {cashier: by-the-book}
complaint: {order: victim, at: overdue}
until: "T+3 12:00"
expect: {violates: []}
"""
LIFTED = """  - {id: lifted, fault: fact, party: host, order: victim, at: "T+1 15:00", give: FreezeLifted,
     with: {order_no: ZF-1, rrn: "260000000001"}}"""
GIVEN_BACK = """
schema: poslab/1
id: given-back-beside-others
title: {zh: 调账与钱包, en: an adjustment and a wallet}
world: {preset: PRESET}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "1000.00", card: good-credit}
  - {order: other, at: "11:15:30", terminal: T1, amount: "200.00", card: good-credit}
  - {order: later, at: "T+1 11:15:30", terminal: T1, amount: "2000.00", card: good-credit}
  - {order: latest, at: "T+2 11:15:30", terminal: T1, amount: "500.00", card: good-credit}
faults:
  - {id: correct, fault: fact, party: host, order: victim, at: "WHEN", give: CorrectionOrdered}
until: "T+4 18:00"
"""


def papers(folder: Path, lifted: str) -> Papers:
    (folder / "story.yaml").write_text(HELD.replace("LIFTED", lifted), encoding="utf-8")
    return Papers(load(str(folder / "story.yaml")))


def test_an_adjustment_takes_from_a_wallet_what_the_sale_brought() -> None:
    """The fee is given back with it: nothing is left over at the platform, and nothing is missing."""
    scenario = load("net-reversal-exhausted/after-cut-off", world="wallet-shop")
    sold = scenario.purchases[0]
    later = Purchase("later", sold.at + 2 * DAY, sold.terminal, sold.cashier, 30_000, "good-credit")
    told = (*scenario.told, Told(later.at, later.cashier, later.given))
    found = Papers(
        replace(scenario, purchases=(*scenario.purchases, later), told=tuple(sorted(told, key=lambda told: told.at)))
    )
    found.agree()
    assert found.played.result.purchases[-1].end.credited == 1
    left = {account: fen for account, fen in found.books.balances.items() if account.startswith("P.") and fen}
    assert left == {}
    assert balances(found.own[0])[RECEIVABLE] == 0


def test_the_other_sale_is_paid_alone_and_its_fee_alone_is_told(tmp_path: Path) -> None:
    found = papers(tmp_path, "")
    found.agree()
    rows = [(row.kind, row.gross_fen, row.fee_fen) for row in found.detail.rows()]
    assert sorted(rows) == sorted(
        [(ADJUSTMENT, -12_800, -77), (SALE, 12_800, 77), (SALE, 20_000, 120), (PAYOUT, -19_880, 0)]
    )
    assert balances(found.own[0])[FEES] == 120
    assert balances(found.own[0])[RECEIVABLE] == 12_800
    victim, other = found.played.result.purchases
    assert (victim.end.views.payout, victim.end.views.merchant) == ("held", "not-credited")
    assert (other.end.views.payout, other.end.views.merchant) == ("success", "credited")


def test_what_is_let_go_is_paid_and_told_once(tmp_path: Path) -> None:
    found = papers(tmp_path, LIFTED)
    found.agree()
    assert [row.gross_fen for row in found.detail.rows() if row.kind == PAYOUT] == [-19_880, -12_723]
    assert balances(found.own[0])[FEES] == 197
    assert balances(found.own[0])[RECEIVABLE] == 0
    assert [purchase.end.credited for purchase in found.played.result.purchases] == [1, 1]


@pytest.mark.parametrize("when", ["T+1 09:00", "T+1 12:00"])  # before its payout, and after it
@pytest.mark.parametrize("preset", ["corner-shop", "wallet-shop", "whole-street"])
def test_of_a_fee_that_comes_back_through_a_wallet_she_is_told_once(
    tmp_path: Path, preset: str, when: str
) -> None:
    story = tmp_path / "story.yaml"
    story.write_text(GIVEN_BACK.replace("PRESET", preset).replace("WHEN", when), encoding="utf-8")
    found = Papers(load(str(story)))
    found.agree()
    own = balances(found.own[0])
    assert (own[BANK], own[FEES], own[REFUNDS], own[RECEIVABLE]) == (268_380, 1_620, 100_000, 0)
    assert not [account for account, left in found.books.balances.items() if account.startswith("P.") and left]
