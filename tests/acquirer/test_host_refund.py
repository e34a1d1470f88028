"""退货 at the acquirer's host: what it takes, one code for each thing it does not, and what it books and clears."""

from itertools import count

import msgspec
import pytest
from cardleg import KEY, MID, MONDAY, MORNING, PAYABLE, RRN, TID, answered, moves, reversal, sale, void
from hypothesis import given, settings
from hypothesis import strategies as st
from playbook import Playbook

from acquirer.host.host import Host
from poslab.messages.card import FinancialNotice, NoticeResponse, OrderNotice, key_of
from poslab.messages.facts import BatchMovedOn
from poslab.messages.funding import ClearingFile, ClearingLine, TransferDone, file_no_of, transfer_out_no
from poslab.party.contract import Posted, Remind, Send
from poslab.party.facts import Restarted, Started
from poslab.party.time import DAY, HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop, gateway_shop
from poslab.world.world import World

RECEIVABLE = "A.scheme_receivable"
AVAILABLE = f"A.merchant_payable.{MID}.available"
REFUND_KEY = key_of(TID, "000002", "000020")


def shop(**merchant: int) -> World:
    world = corner_shop()
    merchants = tuple(msgspec.structs.replace(one, **merchant) for one in world.merchants)
    return msgspec.structs.replace(world, merchants=merchants)


def sold(world: World | None = None, amount_fen: int = 12_800) -> Playbook:
    """A sale whose batch is closed."""
    book = Playbook(Host(world or corner_shop()), MORNING).given(Started())
    book.given(sale(amount_fen=amount_fen)).given(answered(book.said("0200")), after=SECOND)
    return book.given(BatchMovedOn("", TID), after=HOUR)


def refund(amount_fen: int = 5_000, **changes: object) -> FinancialNotice:
    told = FinancialNotice(
        "victim", REFUND_KEY, MID, "refund", amount_fen, "good-debit", original=KEY, original_rrn=RRN
    )
    return msgspec.structs.replace(told, **changes)


def told(book: Playbook) -> FinancialNotice:
    return next(e.message for e in book.effects if type(e) is Send and e.to == "switch")


def heard(upstream: FinancialNotice, code: str = "00") -> NoticeResponse:
    return NoticeResponse(
        upstream.about, upstream.key, upstream.mid, upstream.what, upstream.amount_fen, code, upstream.rrn
    )


def standing(book: Playbook, account: str) -> int:
    return book.party.office.book.standing(account)  # type: ignore[attr-defined,no-any-return]


def cleared(book: Playbook, day: int = 0) -> list[ClearingLine]:
    """The lines of a day's file, after its clearing."""
    book.at = MONDAY + day * DAY + 23 * HOUR + 30 * MINUTE
    found: list[ClearingLine] = []
    for of in [e.of for e in book.party.handle(Restarted(), book.at) or () if type(e) is Remind]:
        if of.kind == "clearing-due":
            book.given(of)
            for part in [e.of for e in book.effects if type(e) is Remind and e.of.kind == "clearing-part-due"]:
                book.given(part)
                files = [e.message for e in book.effects if type(e) is Send and type(e.message) is ClearingFile]
                found += [line for file in files for line in file.lines]
    return found


def test_of_a_sale_that_is_not_cleared_it_is_taken_from_what_waits_and_both_are_cleared() -> None:
    book = sold().given(refund())
    assert moves(book.effects) == ["none > forwarded"]
    assert [e for e in book.effects if type(e) is Posted] == [
        Posted("victim", f"P8a/{REFUND_KEY}", ((PAYABLE, RECEIVABLE, 5_000),))
    ]
    answer = book.said("0230")
    assert (answer.code, answer.what, answer.business_date) == ("00", "refund", "20260105")
    upstream = told(book)
    assert (upstream.original_rrn, upstream.amount_fen) == (RRN, 5_000)
    book.given(heard(upstream))
    lines = cleared(book)
    assert [(line.key, line.amount_fen, line.merchant_fee_fen) for line in lines] == [
        (KEY, 12_800, 64), (REFUND_KEY, -5_000, 0),
    ]  # fmt: skip
    assert (standing(book, PAYABLE), standing(book, AVAILABLE)) == (0, 12_800 - 64 - 5_000)


@pytest.mark.parametrize("code", ["00", "05", "25"])
def test_it_is_cleared_whatever_the_issuer_answers(code: str) -> None:
    book = sold().given(refund())
    assert moves(book.given(heard(told(book), code)).effects) == ["forwarded > approved"]
    assert REFUND_KEY in [line.key for line in cleared(book)]


def test_a_repeated_one_is_answered_again_and_takes_nothing_more() -> None:
    book = sold().given(refund())
    for _ in range(3):
        assert book.given(refund(), after=MINUTE).sent("0230").said("0230").code == "00"
    assert standing(book, PAYABLE) == 12_800 - 5_000


def test_the_platform_is_told_of_the_order() -> None:
    book = Playbook(Host(gateway_shop()), MORNING).given(Started()).given(sale())
    book.given(answered(book.said("0200")), after=SECOND).given(BatchMovedOn("", TID)).given(refund())
    notices = [e.message for e in book.effects if type(e) is Send and type(e.message) is OrderNotice]
    assert [(notice.key, notice.state) for notice in notices] == [(KEY, "refunded")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"original": key_of(TID, "000001", "000099")}, "25"),
        ({"original_rrn": "260000000099"}, "25"),
        ({"card": "good-credit"}, "25"),
        ({"original": key_of("90000002", "000001", "000017")}, "25"),
        ({"amount_fen": 12_801}, "64"),
        ({"amount_fen": 0}, "13"),
    ],
)
def test_what_does_not_fit_is_refused_each_with_its_code(changes: dict[str, object], code: str) -> None:
    book = sold().given(refund(**changes))
    assert (book.said("0230").code, moves(book.effects)) == (code, [f"none > declined:{code}"])
    assert standing(book, PAYABLE) == 12_800


def test_in_an_open_batch_a_void_would_do_and_after_the_cut_off_it_would_not() -> None:
    book = Playbook(Host(corner_shop()), MORNING).given(Started()).given(sale())
    book.given(answered(book.said("0200")), after=SECOND)
    assert book.given(refund(key=key_of(TID, "000001", "000020"))).said("0230").code == "22"
    assert book.given(refund(key=key_of(TID, "000001", "000021")), after=14 * HOUR).said("0230").code in ("00", "61")


def test_what_was_voided_or_reversed_is_not_refunded_and_the_other_way_round() -> None:
    book = Playbook(Host(corner_shop()), MORNING).given(Started()).given(sale())
    book.given(answered(book.said("0200")), after=SECOND).given(void()).given(answered(book.said("0200")))
    assert book.given(BatchMovedOn("", TID)).given(refund()).said("0230").code == "12"
    book = sold().given(refund(12_800))
    assert book.given(reversal()).said("0410").code == "12"
    assert book.given(msgspec.structs.replace(void(), key=key_of(TID, "000002", "000030"))).said("0210").code == "12"
    assert book.given(refund(1, key=key_of(TID, "000002", "000031"))).said("0230").code == "12"


def later(world: World | None = None) -> Playbook:
    """The sale is cleared, and its day long over."""
    book = sold(world)
    assert len(cleared(book)) == 1
    for days in (1, 2):
        assert cleared(book, days) == []
        book.party.office.business_date(book.at)  # type: ignore[attr-defined]
    book.at = MONDAY + 3 * DAY + 10 * HOUR
    return book


def test_days_later_it_is_taken_from_what_is_available() -> None:
    book = later().given(refund())
    assert [e.postings for e in book.effects if type(e) is Posted] == [((AVAILABLE, RECEIVABLE, 5_000),)]
    book.given(heard(told(book)))
    assert [line.amount_fen for line in cleared(book, 3)] == [-5_000]
    assert (standing(book, AVAILABLE), standing(book, PAYABLE)) == (12_736 - 5_000, 0)


@pytest.mark.parametrize(("credit_fen", "code"), [(0, "61"), (63, "61"), (64, "00")])
def test_no_further_below_zero_than_the_contract_permits(credit_fen: int, code: str) -> None:
    """The merchant's fee is not returned: of a sale of 128.00 it is owed 127.36."""
    assert later(shop(refund_credit_fen=credit_fen)).given(refund(12_800)).said("0230").code == code


@pytest.mark.parametrize(("days", "code"), [(30, "00"), (31, "22"), (35, "22"), (40, "22")])
def test_within_thirty_days(days: int, code: str) -> None:
    book = sold()
    cleared(book)
    for day in range(1, days):
        book.at = MONDAY + day * DAY + 12 * HOUR
        each = key_of(TID, "000002", f"{day:06d}")
        book.given(sale(each, about=f"o{day}")).given(answered(book.said("0200")), after=SECOND)
        cleared(book, day)
    book.at = MONDAY + days * DAY + 12 * HOUR
    assert book.given(refund(key=key_of(TID, "000002", "000999"))).said("0230").code == code


def test_it_survives_a_restart() -> None:
    for book in (sold().given(refund()), later().given(refund())):
        other = Host(corner_shop())
        other.restore(book.party.snapshot())
        assert other.snapshot() == book.party.snapshot()
        book.party = other
        assert book.given(refund(12_800, key=key_of(TID, "000002", "000031"))).said("0230").code == "64"


def test_where_refunds_outweigh_the_sales_the_network_is_paid() -> None:
    book = later().given(refund())
    book.given(heard(told(book)))
    cleared(book, 3)
    done = TransferDone("", transfer_out_no("20260108", "host"), "R.account.A.reserve", "R.account.N", 5_000)
    assert file_no_of("host", "20260108")
    book.given(done)
    assert [e.postings for e in book.effects if type(e) is Posted] == [((RECEIVABLE, "A.reserve_cash", 5_000),)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 9_000), st.sampled_from((0, HOUR, 14 * HOUR, 2 * DAY)), st.booleans()), max_size=8
    ),
)
def test_however_often_and_whenever_refunds_never_exceed_the_sale(asked: list[tuple[int, int, bool]]) -> None:
    book = sold(shop(refund_credit_fen=1_000_000))
    given_fen = 0
    numbers = count(40)
    for amount_fen, after, repeated in asked:
        told_ = refund(amount_fen, key=key_of(TID, "000002", f"{next(numbers):06d}"))
        code = book.given(told_, after=after).said("0230").code
        assert code == ("00" if given_fen + amount_fen <= 12_800 else "12" if given_fen == 12_800 else "64")
        given_fen += amount_fen if code == "00" else 0
        if repeated:
            assert book.given(told_, after=SECOND).said("0230").code == code
    assert given_fen <= 12_800
    assert standing(book, PAYABLE) + standing(book, AVAILABLE) == 12_800 - given_fen
