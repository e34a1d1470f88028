"""Notices at the acquirer's host: booked at once, told upstream until heard, captured when the issuer has posted."""

import msgspec
import pytest
from cardleg import KEY, MID, MONDAY, MORNING, PAYABLE, RRN, TID, answered, moves, reversal, sale, void, words
from playbook import Playbook

from acquirer.host.host import Host
from acquirer.store_and_forward import AdviceOverdue
from poslab.messages.card import FinancialNotice, NoticeResponse, key_of
from poslab.messages.facts import AnswersWith, BatchMovedOn
from poslab.messages.funding import AdjustmentNotice, ClearingFile
from poslab.party.contract import Became, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted, Started
from poslab.party.time import DAY, HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop

WORLD = corner_shop()
TIP_KEY = key_of(TID, "000001", "000018")
SHORT = "A.short_suspense"
RECEIVABLE = "A.scheme_receivable"


def host() -> Playbook:
    return Playbook(Host(WORLD), MORNING).given(Started())


def notice(**changes: object) -> FinancialNotice:
    """0220 of a sale that was stored offline."""
    told = FinancialNotice("victim", KEY, MID, "chip-offline-sale", 12_800, "good-debit")
    return msgspec.structs.replace(told, **changes)


def heard(upstream: FinancialNotice, code: str = "00") -> NoticeResponse:
    """The issuer's 0230 to a notice as it went upstream."""
    return NoticeResponse(
        upstream.about, upstream.key, upstream.mid, upstream.what, upstream.amount_fen, code, upstream.rrn
    )


def taken() -> tuple[Playbook, FinancialNotice]:
    book = host().given(notice())
    return book, next(e.message for e in book.effects if type(e) is Send and e.to == "switch")


def standing(book: Playbook, account: str) -> int:
    return book.party.office.book.standing(account)  # type: ignore[attr-defined,no-any-return]


def lines(book: Playbook) -> list[tuple[str, int]]:
    """What the clearing file of the day claims."""
    book.at = MONDAY + 23 * HOUR + 30 * MINUTE
    found: list[tuple[str, int]] = []
    due = [e.of for e in book.party.handle(Restarted(), book.at) if type(e) is Remind]  # type: ignore[union-attr]
    for of in due:
        if of.kind == "clearing-due":
            book.given(of)
            for part in [e.of for e in book.effects if type(e) is Remind and e.of.kind == "clearing-part-due"]:
                book.given(part)
                files = [e.message for e in book.effects if type(e) is Send and type(e.message) is ClearingFile]
                found += [(line.key, line.amount_fen) for file in files for line in file.lines]
    return found


def test_it_is_kept_booked_answered_and_told_upstream_in_one_step() -> None:
    book, upstream = taken()
    book.wished(
        Logged("victim", "business-date", {"date": "20260105", "rrn": RRN}),
        Became("victim", KEY, "none", "forwarded"),
        Kept("victim", "request"),
        Posted("victim", f"P17a/{KEY}", ((RECEIVABLE, PAYABLE, 12_800),)),
        Send,
        Logged("victim", "notice-stored", {"rrn": RRN}),
        Kept("victim", "notice"),
        Send("switch", upstream),
    )
    assert upstream == notice(rrn=RRN)
    answer = book.said("0230")
    assert (answer.code, answer.rrn, answer.business_date, answer.what) == ("00", RRN, "20260105", "chip-offline-sale")


def test_it_is_captured_once_the_issuer_has_posted_it() -> None:
    book, upstream = taken()
    assert lines(book) == []
    book, upstream = taken()
    assert moves(book.given(heard(upstream), after=SECOND).effects) == ["forwarded > approved"]
    assert lines(book) == [(KEY, 12_800)]


@pytest.mark.parametrize("late", [False, True], ids=["before-the-issuer", "after-the-issuer"])
def test_a_repeated_one_is_answered_again_and_moves_nothing(late: bool) -> None:
    book, upstream = taken()
    if late:
        book.given(heard(upstream))
    first = 12_800
    for _ in range(3):
        again = book.given(notice(), after=MINUTE).sent("0230").said("0230")
        assert (again.code, again.rrn) == ("00", RRN)
    assert standing(book, PAYABLE) == first


def test_an_issuer_that_refuses_leaves_a_short_position_that_the_merchant_makes_good() -> None:
    book, upstream = taken()
    book.given(heard(upstream, "51"), after=SECOND).wished(
        Became("victim", KEY, "forwarded", "declined:51"),
        Posted("victim", f"P17b/{KEY}", ((SHORT, RECEIVABLE, 12_800), (PAYABLE, SHORT, 12_800))),
        Logged("victim", "merchant-debited", {"code": "51", "rrn": RRN}),
    )
    assert [standing(book, account) for account in (PAYABLE, SHORT, RECEIVABLE)] == [0, 0, 0]
    assert book.said("adjustment-notice") == AdjustmentNotice("victim", "refused", KEY, 12_800)
    assert book.given(notice()).said("0230").code == "00", "the merchant is told, the till is answered as before"
    assert lines(book) == []


@pytest.mark.parametrize("code", ["90", "91", "96", "68"])
def test_a_refusal_that_passes_is_no_end_and_it_is_repeated(code: str) -> None:
    book, upstream = taken()
    assert moves(book.given(heard(upstream, code)).effects) == []
    again = book.given(AdviceOverdue("victim", "switch", RRN, 1), after=MINUTE)
    assert again.said("0220") == upstream
    assert moves(book.given(heard(upstream)).effects) == ["forwarded > approved"]


def test_it_is_repeated_for_days_until_somebody_has_heard_it() -> None:
    book, upstream = taken()
    for attempt in range(1, 200):
        overdue = AdviceOverdue("victim", "switch", RRN, attempt)
        assert book.party.awaits(overdue)
        book.given(overdue, after=HOUR)
        assert book.said("0220") == upstream
    book.given(heard(upstream))
    assert not book.party.awaits(AdviceOverdue("victim", "switch", RRN, 200))


def test_over_a_broken_line_it_waits_and_goes_when_the_line_is_back() -> None:
    book = host().given(Disconnected("", "switch", "refused")).given(notice()).sent("0230")
    book.given(Connected("", "switch"), after=MINUTE).sent("0220")


def test_a_connection_that_failed_undoes_nothing() -> None:
    book, _ = taken()
    assert moves(book.given(ConnectFailed("victim", "switch", "unreachable")).effects) == []


def test_it_survives_a_restart() -> None:
    book, upstream = taken()
    other = Host(WORLD)
    other.restore(book.party.snapshot())
    assert other.snapshot() == book.party.snapshot()
    book.party = other
    assert book.given(Restarted()).said("0220") == upstream
    assert not [e for e in book.effects if type(e) is Remind and e.of.kind == "answer-overdue"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mid": "999000054110009"}, "03"),
        ({"amount_fen": 0}, "13"),
        ({"what": "refund-of-nothing"}, "40"),
        ({"what": "tip", "original": TIP_KEY}, "25"),
    ],
)
def test_what_the_host_never_takes_is_refused_for_good(changes: dict[str, object], code: str) -> None:
    book = host().given(notice(**changes)).sent("0230")
    assert (book.said("0230").code, moves(book.effects)) == (code, [f"none > declined:{code}"])


def test_a_refusal_for_now_leaves_nothing_behind() -> None:
    book = host().given(notice(mac=7))
    assert (book.said("0230").code, moves(book.effects)) == ("A0", [])
    book.given(AnswersWith(code="96")).given(notice())
    assert (book.said("0230").code, moves(book.effects)) == ("96", [])
    book.given(AnswersWith()).given(notice())
    assert (book.said("0230").code, moves(book.effects)) == ("00", ["none > forwarded"])


def test_of_an_old_batch_it_is_taken_all_the_same() -> None:
    book = host().given(notice(key=key_of(TID, "000000", "000017")))
    assert book.said("0230").code == "00"


def test_a_key_is_used_for_one_thing_only() -> None:
    book, _ = taken()
    assert book.given(notice(amount_fen=1)).said("0230").code == "94"
    assert book.given(sale()).said("0210").code == "94"


def test_nobody_reverses_a_notice() -> None:
    book, upstream = taken()
    asked = reversal(what="chip-offline-sale")
    for _ in range(2):
        assert (book.given(asked).said("0410").code, moves(book.effects)) == ("12", [])
        book.given(heard(upstream))


def test_the_sale_can_be_voided_once_the_issuer_has_it() -> None:
    book, upstream = taken()
    assert book.given(void()).said("0210").code == "12"
    book.given(heard(upstream)).given(msgspec.structs.replace(void(), key=key_of(TID, "000001", "000019")))
    assert book.said("0200").original_rrn == RRN
    book.given(answered(book.said("0200")))
    assert standing(book, PAYABLE) == 0
    assert book.given(notice()).said("0230").code == "00"
    assert lines(book) == []


# --- tips and adjustments


def paid() -> Playbook:
    book = host().given(sale())
    return book.given(answered(book.said("0200")), after=SECOND)


def tip(amount_fen: int = 14_000, **changes: object) -> FinancialNotice:
    told = FinancialNotice("victim", TIP_KEY, MID, "tip", amount_fen, "good-debit", original=KEY, original_rrn=RRN)
    return msgspec.structs.replace(told, **changes)


def told(book: Playbook) -> FinancialNotice:
    return next(e.message for e in book.effects if type(e) is Send and e.to == "switch")


@pytest.mark.parametrize("amount_fen", [14_000, 12_800, 9_000])
def test_the_difference_is_booked_and_the_new_amount_captured(amount_fen: int) -> None:
    book = paid().given(tip(amount_fen, what="adjustment"), after=MINUTE)
    upstream = told(book)
    assert (upstream.original_rrn, upstream.amount_fen) == (RRN, amount_fen)
    assert standing(book, PAYABLE) == amount_fen
    book.given(heard(upstream))
    assert "adjusted" in words(book.effects)
    assert lines(book) == [(KEY, amount_fen)]


def test_an_issuer_that_refuses_the_difference_leaves_the_sale_as_it_was() -> None:
    book = paid().given(tip(), after=MINUTE)
    book.given(heard(told(book), "51")).wished(
        Posted("victim", f"P17b/{TIP_KEY}", ((SHORT, RECEIVABLE, 1_200), (PAYABLE, SHORT, 1_200)))
    )
    assert (standing(book, PAYABLE), lines(book)) == (12_800, [(KEY, 12_800)])


def test_one_change_at_a_time_and_no_void_meanwhile() -> None:
    book = paid().given(tip(), after=MINUTE)
    upstream = told(book)
    assert book.given(tip(15_000, key=key_of(TID, "000001", "000020"))).said("0230").code == "12"
    other = key_of(TID, "000001", "000021")
    assert book.given(msgspec.structs.replace(void(), key=other)).said("0210").code == "12"
    book.given(heard(upstream))
    assert book.given(msgspec.structs.replace(void(), key=key_of(TID, "000001", "000022"))).said("0210").code == "64"
    whole = void(key=key_of(TID, "000001", "000023"), amount_fen=14_000)
    book.given(whole).given(answered(book.said("0200")))
    assert standing(book, PAYABLE) == 0


def test_what_is_cleared_is_not_adjusted() -> None:
    book = paid()
    assert lines(book) == [(KEY, 12_800)]
    assert book.given(tip(), after=DAY).said("0230").code == "22"


def test_an_adjustment_of_a_sale_that_the_day_forgets_finds_no_sale() -> None:
    late = paid().given(BatchMovedOn("", TID)).given(tip(what="adjustment"), after=4 * DAY)
    assert late.said("0230").code == "25"
