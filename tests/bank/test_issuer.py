"""The issuer told a request, an undoing, a file: what it posts, answers and writes to the cardholder."""

from itertools import pairwise

import msgspec
import pytest
from playbook import Playbook

from bank.authorisation import REFUSED_PURCHASES, REFUSED_ROLES
from bank.card_accounts import CoreDecided
from bank.issuer import PASSED_OVER, REQUESTS, Issuer
from bank.issuer_clearing import SettlementOverdue
from poslab.messages.card import (
    BALANCE,
    PIN_GARBLED,
    PIN_WRONG,
    SALE,
    VOID,
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
)
from poslab.messages.codes import CODES
from poslab.messages.facts import AnswersWith, CreditBooked, DayEnd
from poslab.messages.funding import ClearingFile, ClearingLine, FileAccepted, TransferDone, TransferQuery
from poslab.messages.people import Sms
from poslab.messages.words import ISSUER_WORDS
from poslab.party.contract import Became, Input, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Disconnected, Restarted, Started
from poslab.party.time import DAY, HOUR, SECOND, midnight
from poslab.world.cards import ROLES
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer as Settings
from poslab.world.world import World

MID = "999000054110001"
KEY = "90000001-000001-000017"
RRN = "260000000017"
VOID_KEY = "90000001-000001-000018"
VOID_RRN = "260000000018"
NOON = midnight(corner_shop().calendar.first_day) + 12 * HOUR
FULL = 10_000_000


def issuer(**settings: int | str) -> Issuer:
    return Issuer(corner_shop(), msgspec.structs.replace(Settings(), **settings))


def told(**settings: int | str) -> Playbook:
    return Playbook(issuer(**settings), NOON)


def sale(amount_fen: int = 12_800, card: str = "good-debit", rrn: str = RRN, key: str = KEY, **more: str) -> Input:
    return FinancialRequest("victim", key, MID, SALE, amount_fen, card, rrn=rrn, **more)


def void(amount_fen: int = 12_800, card: str = "good-debit", original_rrn: str = RRN) -> Input:
    return FinancialRequest(
        "victim", VOID_KEY, MID, VOID, amount_fen, card, original=KEY, original_rrn=original_rrn, rrn=VOID_RRN
    )


def advice(amount_fen: int = 12_800, card: str = "good-debit", rrn: str = RRN, what: str = SALE) -> Input:
    key = VOID_KEY if rrn == VOID_RRN else KEY
    return ReversalAdvice("victim", key, MID, rrn, what, amount_fen, card, "98")


def code(book: Playbook) -> str:
    return str(book.said("0210").code)


def standing(book: Playbook, account: str) -> int:
    assert isinstance(book.party, Issuer)
    return book.party.book.standing(account)


def words(book: Playbook) -> list[tuple[str, str]]:
    return [(e.of, e.after) for e in book.effects if isinstance(e, Became)]


# --- a sale


def test_a_good_sale_is_debited_told_and_answered() -> None:
    postings = (("I.cardholder.good-debit", "I.clearing_payable", 12_800),)
    told().given(sale()).wished(
        Kept("victim", "debit"),
        Became("victim", RRN, "none", "debited"),
        Posted("victim", f"P1/{KEY}/{RRN}", postings),
        Logged("victim", "debited", {"rrn": RRN}),
        Send("cardholder", Sms("victim", "spent", "good-debit", 12_800, NOON, FULL - 12_800)),
        Send("switch", FinancialResponse("victim", KEY, MID, SALE, 12_800, "00", RRN, "000017")),
    ).sent("sms", "0210")


def test_what_is_spent_is_gone() -> None:
    book = told(sale_limit_fen=FULL).given(sale(FULL - 100))
    assert code(book) == "00"
    assert code(book.given(sale(101, rrn="2"))) == "51"
    assert code(book.given(sale(100, rrn="3"))) == "00"
    assert code(book.given(sale(1, rrn="4"))) == "51"


@pytest.mark.parametrize(
    ("card", "refused"),
    [
        ("insufficient", "51"),
        ("expired", "54"),
        ("pin-locked", "75"),
        ("lost", "41"),
        ("issuer-down", "91"),
        ("dormant", "21"),
        ("limit", "61"),
    ],
)
def test_a_card_s_role_refuses(card: str, refused: str) -> None:
    book = (
        told().given(sale(card=card)).sent("0210").wished(Logged("victim", "declined", {"rrn": RRN, "code": refused}))
    )
    assert code(book) == refused
    assert book.said("0210").auth == ""
    assert words(book) == [(RRN, f"declined:{refused}")]
    assert standing(book, "I.clearing_payable") == 0


@pytest.mark.parametrize("card", ["good-debit", "good-credit", "refuses-reversals", "slow-refunds"])
def test_the_other_roles_pay(card: str) -> None:
    assert code(told().given(sale(card=card))) == "00"


def test_every_role_is_known_here() -> None:
    paying = {"good", "no-answer", "refuses-reversals", "slow-refunds"}
    assert {*REFUSED_ROLES, *REFUSED_PURCHASES, *paying} == set(ROLES)


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (sale(pin=PIN_GARBLED), "99"),
        (sale(5_000_001), "61"),
        (sale(0), "13"),
        (sale(card="nobody's"), "14"),
        (FinancialRequest("victim", KEY, MID, "pre-auth", 12_800, "good-debit", rrn=RRN), "40"),
    ],
)
def test_other_refusals(request_: Input, refused: str) -> None:
    assert code(told().given(request_)) == refused


def test_the_third_wrong_pin_locks_the_card_for_the_day() -> None:
    book = told()
    answers = [code(book.given(sale(rrn=str(n), pin=PIN_WRONG))) for n in range(4)]
    assert answers == ["55", "55", "75", "75"]
    assert code(book.given(sale(rrn="right"))) == "75"
    assert code(book.given(sale(rrn="other", card="good-credit"))) == "00"
    assert code(book.given(sale(rrn="tomorrow"), after=DAY)) == "00"


def test_a_bank_may_want_such_a_card_kept_and_may_be_stricter() -> None:
    book = told(pin_exceeded="38", pin_tries=2)
    answers = [code(book.given(sale(rrn=str(n), pin=PIN_WRONG))) for n in range(3)]
    assert answers == ["55", "38", "38"]
    assert code(book.given(sale(rrn="right"))) == "38"
    assert code(book.given(sale(rrn="locked", card="pin-locked"))) == "38"


def test_a_right_pin_begins_the_count_anew() -> None:
    book = told()
    pins = ["wrong", "wrong", "right", "wrong", "wrong", "right"]
    answers = [code(book.given(sale(rrn=str(n), pin=pin))) for n, pin in enumerate(pins)]
    assert answers == ["55", "55", "00", "55", "55", "00"]


def test_a_wrong_pin_learns_nothing_about_the_money() -> None:
    assert code(told().given(sale(card="insufficient", pin=PIN_WRONG))) == "55"


def test_the_silent_card_is_debited_and_never_answered() -> None:
    book = told().given(sale(card="no-answer")).sent("sms").wished(Posted)
    book.given(sale(card="no-answer")).sent()
    book.given(advice(card="no-answer")).sent("sms", "0430")
    assert standing(book, "I.clearing_payable") == 0


# --- repeated, late, out of order


def test_a_repeated_request_is_answered_again_and_posted_once() -> None:
    book = told().given(sale())
    first = book.said("0210")
    book.given(sale()).sent("0210").wished(Logged("victim", "duplicate", {"rrn": RRN, "how": "answered-again"}))
    assert book.said("0210") == first
    assert standing(book, "I.clearing_payable") == 12_800


def test_a_repeated_decline_is_declined_again_with_its_code() -> None:
    book = told().given(sale(card="expired")).given(sale(card="expired")).sent("0210")
    assert code(book) == "54"


def test_two_requests_of_one_key_are_two_debits() -> None:
    """An acquirer without duplicate check sends the terminal's one request under two RRNs."""
    book = told().given(sale()).given(sale(rrn="260000000099"))
    assert standing(book, "I.clearing_payable") == 25_600


def test_a_reversal_gives_the_money_back_once() -> None:
    book = told().given(sale()).given(advice(), after=75 * SECOND)
    back = (("I.clearing_payable", "I.cardholder.good-debit", 12_800),)
    book.wished(
        Kept("victim", "reversal"),
        Became("victim", RRN, "debited", "returned"),
        Posted("victim", f"P7/{KEY}/{RRN}", back),
        Logged("victim", "reversed", {"rrn": RRN}),
        Send("cardholder", Sms("victim", "returned", "good-debit", 12_800, book.at, FULL)),
        Send("switch", AdviceResponse("victim", KEY, RRN, "00")),
    )
    book.given(advice()).sent("0430")
    assert book.said("0430").code == "00"
    assert standing(book, "I.clearing_payable") == 0


def test_a_request_that_was_undone_is_not_revived() -> None:
    book = told().given(sale()).given(advice()).given(sale()).sent("0210")
    assert code(book) == "12"
    assert standing(book, "I.clearing_payable") == 0


def test_a_reversal_that_overtakes_its_request_is_remembered() -> None:
    book = told().given(advice()).sent("0430").wished(Kept, Became("victim", RRN, "none", "reversal-only"))
    assert book.said("0430").code == "25"
    book.given(advice()).sent("0430")
    assert book.said("0430").code == "25"
    book.given(sale(), after=HOUR).sent("0210")
    assert code(book) == "12"
    assert standing(book, "I.clearing_payable") == 0


def test_a_reversal_of_a_declined_request_has_nothing_to_do() -> None:
    book = told().given(sale(card="expired")).given(advice(card="expired")).sent("0430")
    assert book.said("0430").code == "00"


def test_a_bank_that_refuses_reversals_keeps_the_money() -> None:
    book = told().given(sale(card="refuses-reversals")).given(advice(card="refuses-reversals")).sent("0430")
    assert book.said("0430").code == "96"
    assert words(book) == []
    assert standing(book, "I.clearing_payable") == 12_800


def test_an_advice_for_another_amount_undoes_nothing() -> None:
    book = told().given(sale()).given(advice(12_900)).sent("0430")
    assert book.said("0430").code == "64"
    assert standing(book, "I.clearing_payable") == 12_800


# --- void


def test_a_void_gives_the_money_back() -> None:
    book = told().given(sale()).given(void())
    book.wished(
        Kept("victim", "void"),
        Became("victim", RRN, "debited", "returned"),
        Posted("victim", f"P6/{VOID_KEY}/{VOID_RRN}", (("I.clearing_payable", "I.cardholder.good-debit", 12_800),)),
        Logged("victim", "voided", {"rrn": VOID_RRN, "original": RRN}),
    ).sent("sms", "0210")
    assert (code(book), book.said("sms").word) == ("00", "returned")
    assert code(book.given(void())) == "00"
    assert standing(book, "I.clearing_payable") == 0


def test_a_void_undone_debits_again_even_if_the_funds_are_gone() -> None:
    book = told(sale_limit_fen=FULL).given(sale()).given(void()).given(sale(FULL, rrn="spent", key="other"))
    book.given(advice(rrn=VOID_RRN, what=VOID)).sent("sms", "0430")
    assert (book.said("0430").code, book.said("sms").word, book.said("sms").balance_fen) == ("00", "spent", -12_800)
    assert words(book) == [(RRN, "debited")]
    assert standing(book, "I.clearing_payable") == 12_800 + FULL
    book.given(advice(rrn=VOID_RRN, what=VOID)).sent("0430")
    assert book.said("0430").code == "00"
    assert standing(book, "I.clearing_payable") == 12_800 + FULL
    assert code(book.given(void())) == "12"


@pytest.mark.parametrize(
    ("before", "asked", "refused"),
    [
        ((), void(), "25"),
        ((advice(),), void(), "25"),
        ((sale(), advice()), void(), "12"),
        ((sale(),), void(12_700), "64"),
        ((sale(),), void(card="good-credit"), "12"),
        ((sale(card="expired"),), void(card="expired"), "12"),
    ],
)
def test_voids_that_are_refused(before: tuple[Input, ...], asked: Input, refused: str) -> None:
    book = told().given(*before).given(asked).sent("0210")
    assert code(book) == refused


def test_a_reversal_that_overtakes_a_void_stops_it() -> None:
    book = told().given(sale()).given(advice(rrn=VOID_RRN, what=VOID))
    assert book.said("0430").code == "25"
    assert code(book.given(void())) == "12"
    assert standing(book, "I.clearing_payable") == 12_800


# --- balance, day-end, slow core


def test_a_balance_inquiry_posts_nothing() -> None:
    inquiry = FinancialRequest("victim", KEY, MID, BALANCE, 0, "good-debit", rrn=RRN)
    book = told().given(sale(rrn="1")).given(inquiry).sent("0210")
    assert (book.said("0210").balance_fen, words(book)) == (FULL - 12_800, [(RRN, "inquired")])
    book.given(inquiry).sent("0210")
    assert book.said("0210").balance_fen == FULL - 12_800
    assert standing(book, "I.clearing_payable") == 12_800


def test_during_day_end_nothing_moves_and_an_undoing_must_come_again() -> None:
    book = told().given(sale())
    book.given(DayEnd()).wished(Logged("", "day-end"))
    assert code(book.given(sale(rrn="1"))) == "90"
    book.given(advice()).sent("0430")
    assert book.said("0430").code == "90"
    book.given(advice(rrn="never-seen")).sent("0430")
    assert book.said("0430").code == "90"
    book.given(DayEnd(running=False)).wished(Logged("", "day-open"))
    book.given(advice()).sent("sms", "0430")
    assert code(book.given(sale(rrn="2"))) == "00"
    book.given(DayEnd(running=False)).silent()


def test_in_a_maintenance_window_the_code_is_91() -> None:
    book = told().given(sale()).given(DayEnd(code="91")).wished(Logged("", "day-end"))
    assert code(book.given(sale(rrn="1"))) == "91"
    assert book.given(advice()).said("0430").code == "91"
    book.given(DayEnd(running=False)).wished(Logged("", "day-open"))
    assert book.given(advice()).said("0430").code == "00"


def test_a_bank_that_refuses_reversals_answers_96_and_keeps_the_money() -> None:
    book = told(reversals="refuse").given(sale()).given(advice(), advice())
    assert [e.message.code for e in book.effects if isinstance(e, Send)] == ["96", "96"]
    book.wished(Logged("victim", "reversal-refused", {"rrn": RRN, "code": "96"}))
    assert standing(book, "I.clearing_payable") == 12_800
    # there is nothing to refuse where nothing was debited
    assert book.given(advice(rrn="never-seen")).said("0430").code == "25"


def test_a_clerk_gives_back_what_no_advice_brought_back_and_only_once() -> None:
    booked = CreditBooked("victim", KEY, RRN)
    book = told(reversals="refuse").given(sale()).given(advice()).given(booked).sent("sms", "0430")
    assert (words(book), book.said("0430").code) == ([(RRN, "returned")], "00")
    book.wished(Kept("victim", "reversal"), Logged("victim", "credit-booked", {"rrn": RRN}))
    assert standing(book, "I.clearing_payable") == 0
    book.given(booked).silent()
    assert book.given(advice()).said("0430").code == "00"
    told().given(booked).silent()


@pytest.mark.parametrize("before", [(), (sale(),), (sale(card="expired"),), (sale(), void())])
def test_a_bank_that_loses_reversals_says_nothing_and_does_nothing(before: tuple[Input, ...]) -> None:
    book = told(reversals="ignore").given(*before)
    kept = book.party.snapshot()
    book.given(advice(), advice(rrn=VOID_RRN, what=VOID)).silent()
    assert book.party.snapshot() == kept


def test_a_slow_core_decides_when_it_has_decided() -> None:
    book = told(authorise_us=20 * SECOND).given(sale()).sent()
    book.wished(Kept("victim", "request"), Remind(20 * SECOND, CoreDecided("victim", RRN)))
    book.given(sale()).sent().wished(Logged("victim", "duplicate", {"rrn": RRN, "how": "swallowed"}))
    book.given(CoreDecided("victim", RRN), after=20 * SECOND).sent("sms", "0210")
    assert words(book) == [(RRN, "debited")]
    assert not book.party.awaits(CoreDecided("victim", RRN))
    assert book.party.handle(CoreDecided("victim", RRN), book.at) is None


def test_a_core_slower_than_its_limit_refuses_and_posts_nothing() -> None:
    book = told(authorise_us=31 * SECOND).given(sale()).wished(Remind(30 * SECOND, CoreDecided("victim", RRN)))
    assert code(book.given(CoreDecided("victim", RRN), after=30 * SECOND)) == "91"
    assert standing(book, "I.clearing_payable") == 0


def test_an_undoing_that_comes_while_the_core_decides_wins() -> None:
    book = told(authorise_us=20 * SECOND).given(sale()).given(advice(), after=SECOND)
    assert book.said("0430").code == "25"
    assert words(book) == [(RRN, "reversal-only")]
    assert book.party.handle(CoreDecided("victim", RRN), book.at) is None
    assert code(book.given(sale())) == "12"


# --- clearing and settlement

LINE = ClearingLine("victim", KEY, RRN, MID, "good-credit", 100_000, 600, 450, 33, 33)


def part(number: int = 1, last: bool = True, day: str = "05", lines: tuple[ClearingLine, ...] = (LINE,)) -> Input:
    return ClearingFile("", f"202601{day}-host-issuer", number, last, f"202601{day}", "20260106", lines)


def test_the_file_is_booked_once_and_acknowledged_each_time() -> None:
    book = told().given(sale(100_000, "good-credit")).given(part())
    postings = (("I.clearing_payable", "I.interchange_income", 450), ("I.network_fee", "I.clearing_payable", 33))
    accepted = Send("switch", FileAccepted("", "20260105-host-issuer", 1))
    book.wished(Kept("", "clearing-file"), Posted("", "P2/20260105-host-issuer/1", postings), accepted)
    book.given(part()).sent("file-accepted")
    assert [type(e) for e in book.effects] == [Logged, Send]
    done = TransferDone("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583)
    paid = (("I.clearing_payable", "I.cash", 99_583),)
    book.given(done).wished(Kept, Posted("", "P3/20260105-issuer-in", paid), Logged)
    book.given(done).silent()
    assert standing(book, "I.clearing_payable") == 0


def test_another_bank_s_settlement_is_not_booked_here() -> None:
    book = told().given(part())
    book.given(TransferDone("", "20260105-other-in", "R.account.I", "R.account.N", 1)).silent()


def test_settlement_not_heard_of_is_asked_for_until_it_is() -> None:
    book = told().given(part())
    (letter,) = (e for e in book.effects if isinstance(e, Remind))
    assert letter.of == SettlementOverdue("", "20260105", 1)
    assert book.at + letter.after == midnight(corner_shop().calendar.first_day) + DAY + 10 * HOUR
    book.given(letter.of, after=letter.after)
    book.wished(Send("rail", TransferQuery("", "20260105-issuer-in")), Remind)
    assert not book.party.awaits(letter.of)
    assert book.party.awaits(SettlementOverdue("", "20260105", 2))
    book.given(TransferDone("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583))
    assert not book.party.awaits(SettlementOverdue("", "20260105", 2))


def test_a_file_without_lines_for_this_bank_is_only_acknowledged() -> None:
    book = told().given(part(lines=())).sent("file-accepted")
    assert not [e for e in book.effects if isinstance(e, Remind | Posted)]


def test_a_sale_is_remembered_until_the_file_after_the_next_day_s() -> None:
    book = told().given(sale()).given(part(day="05"))
    assert code(book.given(sale())) == "00"
    book.given(part(2, day="05")).given(sale()).wished(
        Logged("victim", "duplicate", {"rrn": RRN, "how": "answered-again"})
    )
    book.given(part(day="06"))
    assert isinstance(book.party, Issuer)
    assert book.party.known(RRN) is None


def test_a_reversal_a_day_later_still_finds_its_sale() -> None:
    book = told().given(sale()).given(part(day="05")).given(advice(), after=DAY)
    assert book.said("0430").code == "00"
    assert words(book) == [(RRN, "returned")]
    book.given(sale()).sent("0210")
    assert code(book) == "12"


# --- restarts and snapshots


def test_equal_states_give_equal_bytes_at_every_step() -> None:
    story = [
        sale(), sale(card="expired", rrn="1"), sale(rrn="2", pin=PIN_WRONG), void(), advice(rrn=VOID_RRN, what=VOID),
        advice(rrn="3"), DayEnd(), sale(rrn="4"), DayEnd(running=False), part(), sale(rrn="5"), part(day="06"),
        TransferDone("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583), Restarted(), sale(rrn="6"),
    ]  # fmt: skip
    first = issuer(authorise_us=SECOND)
    snapshots = []
    for number, given in enumerate(story):
        again = issuer(authorise_us=SECOND)
        again.restore(first.snapshot())
        assert again.snapshot() == first.snapshot()
        at = NOON + number * SECOND
        assert again.handle(given, at) == first.handle(given, at)
        snapshots.append(first.snapshot())
    assert all(before != after for before, after in pairwise(snapshots[:4]))


def test_after_a_restart_every_letter_is_written_again() -> None:
    book = told(authorise_us=20 * SECOND).given(sale()).given(part()).given(Restarted(), after=SECOND)
    letters = [e.of for e in book.effects if isinstance(e, Remind)]
    assert letters == [CoreDecided("victim", RRN), SettlementOverdue("", "20260105", 2)]
    assert all(book.party.awaits(letter) for letter in letters)
    assert not book.party.awaits(SettlementOverdue("", "20260105", 1))


# --- closed lists, whole tables


def test_the_table_says_something_about_everything() -> None:
    assert REQUESTS.missing((FinancialRequest, ReversalAdvice, CreditBooked, CoreDecided)) == []


@pytest.mark.parametrize("given", [Started(), Disconnected("", "switch", "refused"), AnswersWith(code="96")])
def test_what_is_passed_over_changes_nothing(given: Input) -> None:
    assert type(given) in PASSED_OVER
    book = told()
    before = book.party.snapshot()
    book.given(given).silent()
    assert book.party.snapshot() == before


def test_log_words_and_codes_are_closed() -> None:
    book = told()
    said: set[str] = set()
    codes: set[str] = set()
    pins = [sale(rrn=f"pin{n}", pin=PIN_WRONG) for n in range(3)]
    cards = [sale(card=ref, rrn=ref) for ref in corner_shop().cards]
    for given in (*pins, *cards, sale(), void(), advice(rrn=VOID_RRN, what=VOID), advice(), advice(rrn="x"), part()):
        book.given(given)
        said |= {e.word for e in book.effects if isinstance(e, Logged)}
        codes |= {e.message.code for e in book.effects if isinstance(e, Send) and e.message.kind in ("0210", "0430")}
    assert said <= ISSUER_WORDS.keys()
    assert codes <= CODES.keys()


def test_memory_does_not_grow_with_entries() -> None:
    world: World = corner_shop()
    cards = {"good-debit": msgspec.structs.replace(world.cards["good-debit"], balance_fen=10**12)}
    party = Issuer(msgspec.structs.replace(world, cards=cards), Settings())
    for number in range(6_000):
        party.handle(sale(rrn=f"26{number:010d}"), NOON)
    assert len(party.book.state()[1]) + len(party.book.state()[2]) <= 4_000
    for day in ("05", "06"):
        party.handle(part(day=day), NOON)
    assert len(party.snapshot()) < 1_000_000
    assert party.known("260000000000") is None
    assert party.book.standing("I.clearing_payable") == 6_000 * 12_800 - 2 * 417
