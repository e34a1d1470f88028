"""The guards of a sale's life, one after the other: what is allowed, what is forbidden, and with which code.

Each line tells the host a story, then a request, and wants the code; a refusal leaves every book and attempt as it
was. The last part is what never happens, whatever is asked.
"""

from collections.abc import Callable

import msgspec
import pytest
from nights import KEY, MID, MONDAY, TEN, Day

from poslab.messages.batch import END_EQUAL, SettlementRequest, Totals, UploadRequest
from poslab.messages.card import (
    BALANCE,
    PREAUTH,
    REFUND,
    SALE,
    VOID,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    NoticeResponse,
    ReversalRequest,
)
from poslab.messages.funding import PayoutStatus, TransferDone
from poslab.party.contract import Input, Posted, Send
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop

VICTIM, NEXT, ELSEWHERE = KEY.format(17), KEY.format(30), "90000002-000001-000030"
NEXT_BATCH, REFUND_KEY = "90000001-000002-000030", "90000001-000002-000019"
CARD = "good-debit"
PAID_FEN = 12_800

Story = Callable[[], Day]


# --- stories


def nothing() -> Day:
    return Day()


def sold() -> Day:
    return Day().sell(17, "victim")


def declined() -> Day:
    day = Day().hear(FinancialRequest("victim", VICTIM, MID, SALE, PAID_FEN, CARD))
    return day.hear(FinancialResponse("victim", VICTIM, MID, SALE, PAID_FEN, "51", day.rrn("victim")))


def in_doubt() -> Day:
    return Day().hear(FinancialRequest("victim", VICTIM, MID, SALE, PAID_FEN, CARD)).until(TEN + MINUTE)


def answered(day: Day, code: str = "00") -> Day:
    """The network answers what was sent to it last."""
    up = next(e.message for e in reversed(day.all) if isinstance(e, Send) and e.to == "switch")
    if isinstance(up, FinancialNotice):
        return day.hear(NoticeResponse(up.about, up.key, up.mid, up.what, up.amount_fen, code, up.rrn))
    answer = AuthorisationResponse if isinstance(up, AuthorisationRequest) else FinancialResponse
    return day.hear(answer(up.about, up.key, up.mid, up.what, up.amount_fen, code, up.rrn, "123456"))


def voiding() -> Day:
    return sold().hear(void(KEY.format(18)))


def voided() -> Day:
    return answered(voiding())


def reversed_() -> Day:
    return sold().hear(reversal())


def held() -> Day:
    return answered(Day().hear(AuthorisationRequest("victim", VICTIM, MID, PREAUTH, PAID_FEN, CARD)))


def settled() -> Day:
    """The batch is closed, on the sale's own day."""
    day = sold()
    totals = Totals(PAID_FEN, 1)
    end = "90000001-000001-000000"
    day.hear(SettlementRequest("", end, MID, totals)).hear(UploadRequest("", end, MID, END_EQUAL, (), 1))
    assert day.words("batch-closed")
    return day


def refunded() -> Day:
    return answered(settled().hear(refund(REFUND_KEY, PAID_FEN)))


def half_refunded() -> Day:
    return answered(settled().hear(refund(REFUND_KEY, PAID_FEN // 2)))


def past_the_cut_off() -> Day:
    day = sold()
    day.at = MONDAY + 23 * HOUR + MINUTE
    return day


def cleared() -> Day:
    return sold().until(MONDAY + 23 * HOUR + 40 * MINUTE)


def paid_out() -> Day:
    day = cleared().hear(
        TransferDone("", "20260105-host-out", "R.account.N", "R.account.A.reserve", 12_700),
        MONDAY + DAY + 9 * HOUR,
    )
    day.until(MONDAY + DAY + 11 * HOUR)
    return day.hear(PayoutStatus("", f"{MID}-20260105", 1, "credited"))


def month_old() -> Day:
    day = cleared()
    day.at = MONDAY + 32 * DAY
    return day


def remembered_reversal() -> Day:
    return Day().hear(reversal())


# --- requests


def void(key: str = NEXT, fen: int = PAID_FEN, original: str = VICTIM) -> FinancialRequest:
    return FinancialRequest("victim", key, MID, VOID, fen, CARD, original=original)


def refund(key: str = NEXT, fen: int = PAID_FEN, original: str = VICTIM) -> FinancialNotice:
    return FinancialNotice("victim", key, MID, REFUND, fen, CARD, original=original, original_rrn="260000000001")


def sale(key: str = NEXT, fen: int = PAID_FEN) -> FinancialRequest:
    return FinancialRequest("victim", key, MID, SALE, fen, CARD)


def reversal(key: str = VICTIM, fen: int = PAID_FEN, what: str = SALE) -> ReversalRequest:
    return ReversalRequest("victim", key, MID, what, fen, CARD, "98")


GOES_ON = "goes upstream"

GUARDS: dict[str, tuple[Story, Input, str]] = {
    # requested → approved
    "a sale goes upstream": (nothing, sale(), GOES_ON),
    "a sale of nothing": (nothing, sale(fen=0), "13"),
    "a late original, whose reversal is remembered": (remembered_reversal, sale(VICTIM), "12"),
    "a sale of a batch that is closed": (settled, sale(), "77"),
    "a sale of the new batch": (settled, sale(NEXT_BATCH), GOES_ON),
    # approved → reversing → reversed
    "a reversal of a sale that stands": (sold, reversal(), "00"),
    "a reversal that comes again": (reversed_, reversal(), "00"),
    "a reversal of a declined sale does nothing": (declined, reversal(), "00"),
    "a reversal of a sale in doubt": (in_doubt, reversal(), "00"),
    "a reversal of an unknown key": (nothing, reversal(), "25"),
    "a reversal of an unknown key that comes again": (remembered_reversal, reversal(), "25"),
    "a reversal with another amount": (sold, reversal(fen=PAID_FEN + 1), "12"),
    "a reversal of another kind": (sold, reversal(what=BALANCE), "12"),
    "a reversal of a voided sale": (voided, reversal(), "12"),
    "a reversal of a sale that is being voided": (voiding, reversal(), "12"),
    "a reversal of a refunded sale": (refunded, reversal(), "12"),
    "a reversal of a cleared sale": (cleared, reversal(), "12"),
    # approved → voiding
    "a void of the same day and batch": (sold, void(), GOES_ON),
    "a void of what nobody knows": (nothing, void(), "25"),
    "a void from another terminal": (sold, void(ELSEWHERE), "25"),
    "a void of less than the sale": (sold, void(fen=PAID_FEN - 1), "64"),
    "a void of more than the sale": (sold, void(fen=PAID_FEN + 1), "64"),
    "a void of what is voided": (voided, void(), "12"),
    "a void of what is being voided": (voiding, void(), "12"),
    "a void of what is reversed": (reversed_, void(), "12"),
    "a void of what is refunded": (refunded, void(NEXT_BATCH), "12"),
    "a void of what is refunded in part": (half_refunded, void(NEXT_BATCH), "12"),
    "a void of what was declined": (declined, void(), "12"),
    "a void of what is in doubt": (in_doubt, void(), "12"),
    "a sale's void of a pre-authorisation": (held, void(), "12"),
    "a void of a closed batch": (settled, void(NEXT_BATCH), "22"),
    "a void after the cut-off": (past_the_cut_off, void(), "22"),
    "a void of what is cleared": (cleared, void(), "22"),
    # voided → approved
    "a reversal of a void whose answer was lost": (voided, reversal(KEY.format(18), what=VOID), "00"),
    # any approved → refund requested
    "a refund once the batch is closed": (settled, refund(NEXT_BATCH), "00"),
    "a refund in part": (settled, refund(NEXT_BATCH, 1), "00"),
    "a second refund of the rest": (half_refunded, refund(NEXT_BATCH, PAID_FEN // 2), "00"),
    "a refund while it can be voided": (sold, refund(), "22"),
    "a refund of what nobody knows": (nothing, refund(), "25"),
    "a refund of more than was paid": (settled, refund(NEXT_BATCH, PAID_FEN + 1), "64"),
    "a refund of more than is left": (half_refunded, refund(NEXT_BATCH, PAID_FEN // 2 + 1), "64"),
    "a refund of what is refunded": (refunded, refund(NEXT_BATCH, 1), "12"),
    "a refund of what is voided": (voided, refund(), "12"),
    "a refund of what is reversed": (reversed_, refund(), "12"),
    "a refund of what was declined": (declined, refund(), "12"),
    "a refund of a pre-authorisation": (held, refund(), "12"),
    "a refund that what is cleared and not paid out covers": (cleared, refund(fen=10_000), "00"),
    "a refund of more than it left the merchant": (cleared, refund(), "61"),
    "a refund of what is paid out and not covered": (paid_out, refund(), "61"),
    "a refund after the window": (month_old, refund(), "22"),
}


def code_of(day: Day) -> str:
    """The code of the last answer to the terminal, or that there is none yet."""
    for effect in day.effects:
        if isinstance(effect, Send) and effect.to.startswith("T"):
            return str(effect.message.code)
    return GOES_ON if any(isinstance(e, Send) and e.to == "switch" for e in day.effects) else "nothing"


@pytest.mark.parametrize("name", GUARDS)
def test_it_is_answered_so(name: str) -> None:
    story, asked, code = GUARDS[name]
    assert code_of(story().hear(asked)) == code


@pytest.mark.parametrize("name", [name for name, (_, _, code) in GUARDS.items() if code not in (GOES_ON, "00")])
def test_a_refusal_changes_nothing(name: str) -> None:
    story, asked, _ = GUARDS[name]
    day = story()
    office = day.party.office  # type: ignore[attr-defined]
    before = dict(office.book.balances)
    known = office.attempts.find(VICTIM)
    day.hear(asked)
    opens_a_case = isinstance(asked, ReversalRequest) and story is cleared
    assert opens_a_case or [e for e in day.effects if isinstance(e, Posted)] == []
    assert opens_a_case or office.book.balances == before
    assert known is None or office.attempts.find(VICTIM) == known


def test_every_code_of_the_list_is_here() -> None:
    assert {"00", "12", "13", "22", "25", "61", "64", "77"} <= {code for _, _, code in GUARDS.values()}


# --- what never happens


def test_no_sale_has_two_payouts() -> None:
    day = paid_out().until(MONDAY + 3 * DAY)
    orders = [e.message for e in day.all if isinstance(e, Send) and e.message.kind == "payout-order"]
    assert len({(order.payout_no, order.try_no) for order in orders}) == 1


@pytest.mark.parametrize("story", [declined, in_doubt, held, reversed_, voided], ids=lambda story: story.__name__)
def test_nothing_is_captured_that_was_not_approved_and_stands(story: Story) -> None:
    assert story().until(MONDAY + DAY).files() == []


def test_a_business_date_is_the_hosts_own_whatever_the_terminal_shows() -> None:
    day = Day()
    day.at = MONDAY + 23 * HOUR
    day.sell(17, "victim")
    assert day.words("business-date")[0]["date"] == "20260106"
    day.until(MONDAY + DAY + 23 * HOUR + 40 * MINUTE)
    assert day.files() == [("20260106", ["victim"])]


def test_with_credit_by_contract_a_refund_may_exceed_what_is_owed() -> None:
    world = corner_shop()
    merchants = tuple(msgspec.structs.replace(one, refund_credit_fen=PAID_FEN) for one in world.merchants)
    day = Day(msgspec.structs.replace(world, merchants=merchants)).sell(17, "victim")
    day.until(MONDAY + 23 * HOUR + 40 * MINUTE)
    settled_by = TransferDone("", "20260105-host-out", "R.account.N", "R.account.A.reserve", 12_700)
    day.hear(settled_by, MONDAY + DAY + 9 * HOUR)
    day.until(MONDAY + DAY + 11 * HOUR).hear(PayoutStatus("", f"{MID}-20260105", 1, "credited"))
    assert code_of(day.hear(refund())) == "00"
    available = day.party.office.book.standing(f"A.merchant_payable.{MID}.available")  # type: ignore[attr-defined]
    assert available == -PAID_FEN
