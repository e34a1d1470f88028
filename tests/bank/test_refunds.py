"""Refunds at the issuer: noted when they are made, credited days after their clearing, once."""

import msgspec
from playbook import Playbook

from bank.issuer import Issuer
from bank.refunds import CreditDue
from poslab.messages.card import FinancialNotice
from poslab.messages.funding import ClearingFile, ClearingLine, TransferDone, transfer_in_no
from poslab.messages.people import Sms
from poslab.party.contract import Logged, Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer as Settings

MID = "999000054110001"
KEY, RRN = "90000001-000002-000020", "260000000020"
MONDAY = midnight(corner_shop().calendar.first_day)
NIGHT = MONDAY + 23 * HOUR + 31 * 60 * 1_000_000
NOTICE = FinancialNotice(
    "victim", KEY, MID, "refund", 5_000, "good-debit", original="90000001-000001-000017",
    original_rrn="260000000017", rrn=RRN,
)  # fmt: skip
LINE = ClearingLine("victim", KEY, RRN, MID, "good-debit", -5_000, 0, 0, 0, 0)
FILE = ClearingFile("", "20260105-host-issuer", 1, True, "20260105", "20260106", (LINE,))


def issuer(**settings: int) -> Playbook:
    return Playbook(Issuer(corner_shop(), msgspec.structs.replace(Settings(), **settings)), NIGHT)


def posted(book: Playbook) -> list[tuple[str, tuple[tuple[str, str, int], ...]]]:
    return [(e.entry, e.postings) for e in book.effects if type(e) is Posted]


def test_its_notice_is_noted_and_posts_nothing_however_often() -> None:
    book = issuer()
    for _ in range(3):
        book.given(NOTICE)
        assert (book.said("0230").code, posted(book)) == ("00", [])


def test_its_line_is_credited_on_the_fifth_working_day_at_three() -> None:
    book = issuer().given(FILE)
    (due,) = [e for e in book.effects if type(e) is Remind and type(e.of) is CreditDue]
    assert NIGHT + due.after == MONDAY + 7 * DAY + 15 * HOUR
    assert posted(book) == []
    book.given(due.of, after=due.after)
    assert posted(book) == [(f"P8b/{KEY}/{RRN}", (("I.clearing_payable", "I.cardholder.good-debit", 5_000),))]
    assert [(e.to, e.message.word, e.message.amount_fen) for e in book.effects if type(e) is Send] == [
        ("cardholder", "refunded", 5_000)
    ]
    assert not book.party.awaits(due.of)


def test_a_file_that_comes_twice_credits_once_even_over_a_restart() -> None:
    book = issuer(refund_days=1).given(FILE).given(FILE)
    other = Issuer(corner_shop(), msgspec.structs.replace(Settings(), refund_days=1))
    other.restore(book.party.snapshot())
    assert other.snapshot() == book.party.snapshot()
    book.party = other
    book.given(Restarted(), after=2 * DAY)
    (due,) = [e for e in book.effects if type(e) is Remind and type(e.of) is CreditDue]
    assert due.after == 0
    book.given(due.of)
    assert [e.message.word for e in book.effects if type(e) is Send and type(e.message) is Sms] == ["refunded"]
    book.given(FILE)
    assert not book.party.awaits(due.of)
    assert [e for e in book.effects if type(e) is not Send] == [e for e in book.effects if type(e) is Logged]


def test_where_refunds_outweigh_the_sales_the_issuer_is_paid() -> None:
    book = issuer().given(FILE)
    book.given(TransferDone("", transfer_in_no("20260105", "issuer"), "R.account.N", "R.account.I", 5_000))
    assert [postings for _, postings in posted(book)] == [(("I.cash", "I.clearing_payable", 5_000),)]
