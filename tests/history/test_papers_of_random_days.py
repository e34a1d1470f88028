"""Random days of several merchants, with refunds, chargebacks and capped fees: every line rounds half-up, and what a
file adds up to is what the ledgers moved."""

from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from poslab.messages.disputes import ChargebackRaised
from poslab.messages.files.settlement import PAYOUT, SALE
from poslab.messages.people import Prompted
from poslab.party.time import DAY, HOUR, MINUTE, Instant
from poslab.text import Text
from poslab.world.presets import market
from poslab.world.world import World
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from tests.history.test_papers import BEGINS, Papers

RATES = ((5_000, 2_000), (5_500, None), (6_217, 2_500))
"""Of each merchant: ppm of a debit sale, and the most that it costs in fen; always more than it costs the acquirer."""
ENDS: Instant = BEGINS + 14 * DAY + 11 * HOUR


def three_shops() -> World:
    world = market(3, 1)
    merchants = tuple(
        msgspec.structs.replace(
            merchant, debit_rate_ppm=ppm, debit_cap_fen=cap, credit_rate_ppm=ppm + 1_001, refund_credit_fen=10_000_000
        )
        for merchant, (ppm, cap) in zip(world.merchants, RATES, strict=True)
    )
    return msgspec.structs.replace(world, merchants=merchants)


class Sold(NamedTuple):
    minute: int
    terminal: str
    amount_fen: int
    card: str
    after: str
    """What becomes of it: nothing, a refund of all or half of it, or a chargeback."""


SALES = st.lists(
    st.builds(
        Sold,
        st.integers(0, 3 * DAY // MINUTE // 7).map(lambda n: n * 7),
        st.sampled_from(("T1", "T2", "T3")),
        st.one_of(st.integers(1, 50_000), st.integers(390_000, 1_000_000)),
        st.sampled_from(("good-debit", "good-credit")),
        st.sampled_from(("", "", "refund", "half", "chargeback")),
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda sold: sold.minute,
)


def _refund(bought: Purchase, amount_fen: int) -> Prompted:
    return Prompted(bought.order, "refund", bought.terminal, amount_fen, bought.card)


def told(sales: list[Sold], world: World) -> Scenario:
    """Sales from Monday to Wednesday, refunds on Friday, chargebacks on Friday as well, and the week after them."""
    cashiers = {terminal.address: terminal.cashier for terminal in world.terminals}
    purchases = tuple(
        Purchase(f"order-{n}", BEGINS + sold.minute * MINUTE, sold.terminal, cashiers[sold.terminal], sold.amount_fen,
                 sold.card)
        for n, sold in enumerate(sales)
    )  # fmt: skip
    friday = BEGINS + 4 * DAY + 10 * HOUR
    prompts = [
        Told(friday + n * 5 * MINUTE, bought.cashier, _refund(bought, fen))
        for n, (bought, sold) in enumerate(zip(purchases, sales, strict=True))
        if sold.after in ("refund", "half") and (fen := sold.amount_fen // (2 if sold.after == "half" else 1))
    ]
    charged = [
        Told(friday + 2 * HOUR + n * MINUTE, "issuer", ChargebackRaised(rrn=f"26{n + 1:010d}"))
        for n, sold in enumerate(sales)
        if sold.after == "chargeback"
    ]
    said = (*(Told(bought.at, bought.cashier, bought.given) for bought in purchases), *prompts, *charged)
    return Scenario(
        "shops", None, "shops", Text("", ""), None, None, world, "by-the-book", "reads-sms", purchases, said, (), (),
        Heal(ENDS, HOUR), BEGINS, ENDS + HOUR, Expectations(),
    )  # fmt: skip


def fee(amount_fen: int, ppm: int, cap_fen: int | None) -> int:
    """Half a fen and more is a fen."""
    whole, left = divmod(amount_fen * ppm, 1_000_000)
    exact = whole + (left >= 500_000)
    return exact if cap_fen is None else min(exact, cap_fen)


def _contracted(sold: Sold, world: World) -> int:
    """What a sale costs its merchant, paid out already or still waiting for the least payout."""
    mid = next(terminal.mid for terminal in world.terminals if terminal.address == sold.terminal)
    merchant = next(merchant for merchant in world.merchants if merchant.mid == mid)
    if sold.card == "good-debit":
        return fee(sold.amount_fen, merchant.debit_rate_ppm, merchant.debit_cap_fen)
    return fee(sold.amount_fen, merchant.credit_rate_ppm, None)


@settings(max_examples=10)
@given(SALES.map(sorted))
def test_lines_round_half_up_and_files_add_up_to_what_the_ledgers_moved(sales: list[Sold]) -> None:
    world = three_shops()
    papers = Papers(told(sales, world))
    result = papers.played.result
    assert [(check.id, check.breaches) for check in result.invariants if check.verdict == "broken"] == []
    papers.agree()
    books = papers.books.balances
    contracts = {merchant.mid: merchant for merchant in world.merchants}
    rows = papers.detail.rows()
    for row in rows:
        if row.kind == SALE:
            merchant = contracts[row.mid]
            debit = row.product == "debit"
            ppm = merchant.debit_rate_ppm if debit else merchant.credit_rate_ppm
            assert row.fee_fen == fee(row.gross_fen, ppm, merchant.debit_cap_fen if debit else None)
    assert -books["A.fee_income"] == sum(_contracted(sold, world) for sold in sales)
    assert books["A.scheme_receivable"] == 0
    # What the network paid for the files, less what went to the merchants, is with the acquirer.
    claimed_fen = sum(
        line.amount_fen - line.interchange_fen - line.acquirer_fee_fen
        for paper in papers.clearing.papers()
        for line in paper.lines
    )
    paid_fen = -sum(row.net_fen for row in rows if row.kind == PAYOUT)
    assert books["A.reserve_cash"] + books["A.own_cash"] == claimed_fen - paid_fen
    for merchant in world.merchants:
        paid = sum(row.net_fen for row in rows if row.kind == PAYOUT and row.mid == merchant.mid)
        assert books[f"B.account.{merchant.account_no}"] == paid
