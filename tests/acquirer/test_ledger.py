"""A platform that keeps wallets: what it books, what it pays, and what it finds missing."""

from itertools import permutations

import msgspec
import pytest
from playbook import Playbook

from acquirer.platform.gateway import Gateway
from acquirer.platform.ledger import FILES_REMEMBERED, DayDue, Ledger
from acquirer.platform.withdrawals import WITHDRAWALS, Ordered, WithdrawalOverdue
from poslab.messages.facts import LedgerLineBooked, LedgerLineLost, RepayoutApplied, WithdrawalPressed
from poslab.messages.funding import (
    AccountHeard,
    AccountNotice,
    CreditAnswer,
    CreditOrder,
    FileAccepted,
    LedgerFile,
    LedgerLine,
    PayoutNotice,
    PayoutOrder,
    PayoutStatus,
    kept_line_no,
)
from poslab.party.contract import Became, Input, Kept, Logged, Posted, Send
from poslab.party.facts import Restarted, Started
from poslab.party.time import DAY, midnight
from poslab.world.presets import gateway_shop, wallet_shop

WORLD = wallet_shop()
MID = "999000054110001"
MONDAY = midnight(WORLD.calendar.first_day)
PAID = f"{MID}-20260105"
WALLET = f"P.wallet.{MID}"
OUT = f"{MID}-20260106-W1"
NAME = "示例小店"


def line(order: str, net_fen: int) -> LedgerLine:
    return LedgerLine(order, f"90000001-000001-{order}", f"26-{order}", MID, net_fen)


A, B, REFUND = line("a", 9_950), line("b", 4_970), line("r", -2_000)
FILE = LedgerFile("", "20260105-host-ledger", 1, (A, B))
CREDIT = CreditOrder("", PAID, 1, MID, "模拟支付平台", 14_920)
ANSWER = CreditAnswer("", PAID, 1, "credited")


def platform(withdrawal: str = "auto") -> Playbook:
    assert WORLD.platform is not None
    keeps = msgspec.structs.replace(WORLD.platform, withdrawal=withdrawal)
    book = Playbook(Gateway(msgspec.structs.replace(WORLD, platform=keeps)), MONDAY)
    return book.given(Started()).given(FILE, after=DAY)


def entries(book: Playbook) -> list[tuple[str, tuple[str, str, int]]]:
    return [(effect.entry, effect.postings[0]) for effect in book.effects if type(effect) is Posted]


def order(amount_fen: int, try_no: int = 1, payout_no: str = OUT, attempt: int = 1) -> Send:
    told = PayoutOrder("", payout_no, try_no, MID, "bank", "999100000001", NAME, amount_fen, "R.account.P")
    return Send("rail", told, attempt)


def logged(book: Playbook) -> list[str]:
    return [effect.word for effect in book.effects if type(effect) is Logged]


def status(state: str, reason: str = "", try_no: int = 1) -> PayoutStatus:
    return PayoutStatus("", OUT, try_no, state, reason)


def day(book: Playbook, what: str) -> Playbook:
    """The next day's payouts or reconciliation."""
    assert isinstance(book.party, Gateway) and book.party.ledger is not None
    return book.given(DayDue("", what, book.party.ledger.held.next_days[what]), after=DAY)


def test_a_file_is_accepted_and_waits_for_its_money() -> None:
    book = platform().wished(Send("host", FileAccepted("", "20260105-host-ledger", 1)))
    assert entries(book) == []
    book.given(FILE).sent("file-accepted")


def test_what_comes_is_booked_line_by_line_and_paid_out_at_once() -> None:
    book = platform().given(CREDIT)
    assert entries(book) == [
        (f"P18a/{PAID}/1", ("P.cash", "P.unallocated", 14_920)),
        ("P18b/90000001-000001-a/26-a", ("P.unallocated", WALLET, 9_950)),
        ("P18b/90000001-000001-b/26-b", ("P.unallocated", WALLET, 4_970)),
    ]
    book.wished(order(14_920), Send("rail", ANSWER))
    book.given(status("taken"))
    assert entries(book) == [(f"P18c/{OUT}/1", (WALLET, "P.cash", 14_920))]
    book.given(status("credited")).wished(Send("merchant", PayoutNotice("", OUT, "paid", 14_920)))


def test_money_that_comes_again_is_not_taken_twice() -> None:
    book = platform().given(CREDIT).given(CREDIT)
    book.sent("credit-answer")
    assert entries(book) == []


def test_a_word_of_the_taking_that_was_lost_is_booked_with_the_credit() -> None:
    book = platform().given(CREDIT).given(status("credited"))
    assert entries(book) == [(f"P18c/{OUT}/1", (WALLET, "P.cash", 14_920))]


def test_a_refund_lessens_the_wallet_as_it_lessened_the_payout() -> None:
    book = Playbook(Gateway(WORLD), MONDAY).given(Started())
    book.given(LedgerFile("", "20260105-host-ledger", 1, (A, B, REFUND)), after=DAY)
    book.given(CreditOrder("", PAID, 1, MID, "模拟支付平台", 12_920)).wished(order(12_920))
    assert sum(posting[2] for entry, posting in entries(book) if posting[1] == WALLET) == 14_920


def kept(of: LedgerLine, step: str, net_fen: int) -> LedgerFile:
    """The acquirer keeps a sale back, or lets it go."""
    line_no = kept_line_no(of.rrn, "1", step)
    return LedgerFile("", line_no, 1, (LedgerLine(of.about, of.key, line_no, MID, net_fen),))


def test_a_sale_that_is_kept_back_is_not_paid_out_of_another_ones_money() -> None:
    book = platform().given(kept(A, "held", -A.net_fen)).wished(Send("host", FileAccepted("", "26-a-kept-1-held", 1)))
    book.given(CreditOrder("", PAID, 1, MID, "模拟支付平台", B.net_fen)).wished(order(B.net_fen))
    assert ("P18b/90000001-000001-a/26-a-kept-1-held", (WALLET, "P.unallocated", A.net_fen)) in entries(book)
    book.given(status("credited"))
    book.given(kept(A, "released", A.net_fen)).sent("file-accepted")
    book.given(CreditOrder("", PAID + "-1", 1, MID, "模拟支付平台", A.net_fen))
    book.wished(order(A.net_fen, payout_no=f"{MID}-20260106-W2"))


def test_a_word_of_what_is_kept_back_that_comes_after_the_money_frees_the_other_sale() -> None:
    book = platform().given(CreditOrder("", PAID, 1, MID, "模拟支付平台", 10_000)).wished(order(A.net_fen))
    book.given(status("credited"))
    book.given(kept(B, "held", -B.net_fen)).sent("file-accepted")
    assert entries(book)[-1] == ("P18b/90000001-000001-b/26-b", ("P.unallocated", WALLET, B.net_fen))
    book.given(kept(B, "held", -B.net_fen)).sent("file-accepted")
    assert entries(book) == []  # a copy


def test_words_of_what_is_kept_back_are_forgotten_in_time_and_the_latest_are_known_again() -> None:
    book = platform()
    assert isinstance(book.party, Gateway) and book.party.ledger is not None
    held = book.party.ledger.held
    held.files[:0] = [f"{number}/1" for number in range(FILES_REMEMBERED)]
    book.given(kept(A, "held", -A.net_fen))
    assert len(held.files) == FILES_REMEMBERED
    book.given(kept(A, "held", -A.net_fen)).given(FILE)
    assert len(held.waiting) == 3


def test_only_as_much_is_booked_as_money_has_come_for() -> None:
    book = platform().given(CreditOrder("", PAID, 1, MID, "模拟支付平台", 4_970)).wished(order(4_970))
    book.given(status("credited"))
    book.given(CreditOrder("", PAID + "-1", 1, MID, "模拟支付平台", 9_950))
    book.wished(order(9_950, payout_no=f"{MID}-20260106-W2"))


def test_a_lost_line_stays_without_an_owner_until_a_clerk_books_it() -> None:
    book = platform().given(LedgerLineLost("a")).given(CREDIT).wished(order(4_970))
    book.given(status("credited"))
    assert logged(day(book, "reconciliation")) == ["ledger-break"]
    assert logged(day(book, "reconciliation")) == []  # a case is opened once
    book.given(LedgerLineBooked("a"))
    assert entries(book) == [("P18b/90000001-000001-a/26-a", ("P.unallocated", WALLET, 9_950))]
    day(book, "payouts").sent("payout-order")


HELD, RELEASED = kept(A, "held", -A.net_fen), kept(A, "released", A.net_fen)
LESS = CreditOrder("", PAID, 1, MID, "模拟支付平台", B.net_fen)
LET_GO = CreditOrder("", PAID + "-1", 1, MID, "模拟支付平台", A.net_fen)


@pytest.mark.parametrize("came", [*permutations((HELD, RELEASED, LESS, LET_GO))])
def test_in_whatever_order_words_and_money_come_both_sales_are_paid_once(came: tuple[Input, ...]) -> None:
    """A hold that is lost comes later than its end, when it is said again. Two words that cancel out may still wait."""
    book = platform().given(*came, *came)
    ordered = [e.message for e in book.effects if type(e) is Send and type(e.message) is PayoutOrder]
    assert sum(told.amount_fen for told in ordered) == A.net_fen + B.net_fen
    booked = [entry for entry, _ in entries(book) if entry.startswith("P18b/")]
    assert len(booked) == len(set(booked))
    assert isinstance(book.party, Gateway) and book.party.ledger is not None
    assert sum(line.net_fen for line in book.party.ledger.held.waiting) == 0


@pytest.mark.parametrize("word_first", [True, False])
def test_a_lost_line_of_a_sale_that_is_kept_back_gives_its_money_to_nobody(word_first: bool) -> None:
    """The mark is for the sale's own line: were the word of its keeping missed instead, the sale would be paid."""
    word, loses = kept(A, "held", -A.net_fen), LedgerLineLost("a")
    book = platform().given(word if word_first else loses).given(loses if word_first else word)
    book.given(CreditOrder("", PAID, 1, MID, "模拟支付平台", B.net_fen)).wished(order(B.net_fen))
    assert [entry for entry, _ in entries(book) if entry.startswith("P18b/")] == ["P18b/90000001-000001-b/26-b"]
    book.given(status("credited"))
    assert logged(day(book, "reconciliation")) == ["ledger-break"]
    book.given(LedgerLineBooked("a"))
    assert sorted(entry for entry, _ in entries(book)) == [
        "P18b/90000001-000001-a/26-a", "P18b/90000001-000001-a/26-a-kept-1-held",
    ]  # fmt: skip
    day(book, "payouts").sent()
    book.given(kept(A, "released", A.net_fen)).given(CreditOrder("", PAID + "-1", 1, MID, "模拟支付平台", A.net_fen))
    book.wished(order(A.net_fen, payout_no=f"{MID}-20260108-W2"))


def test_a_manual_wallet_waits_for_its_merchant() -> None:
    book = platform("manual").given(CREDIT)
    book.sent("credit-answer")
    day(book, "payouts").sent()
    book.given(WithdrawalPressed("", MID)).wished(order(14_920, payout_no=f"{MID}-20260107-W1"))
    book.given(WithdrawalPressed("", MID)).sent()


def test_what_comes_back_stands_in_the_wallet_and_is_tried_again_three_times() -> None:
    book = platform().given(CREDIT).given(status("taken")).given(status("returned", "ACCOUNT_FROZEN"))
    assert entries(book) == [(f"P5b/{OUT}/1", ("P.cash", WALLET, 14_920))]
    book.wished(Send("merchant", PayoutNotice("", OUT, "failed", 14_920, "ACCOUNT_FROZEN")))
    for try_no in (2, 3):
        day(book, "payouts").wished(order(14_920, try_no, attempt=try_no))
        book.given(status("returned", "ACCOUNT_FROZEN", try_no))
    assert [e.after for e in book.effects if type(e) is Became][-1] == "given-up"
    day(book, "payouts").sent()
    day(book.given(RepayoutApplied("", MID)), "payouts")
    book.wished(order(14_920, 4, attempt=4))


def test_on_silence_the_same_order_is_sent_again() -> None:
    book = platform().given(CREDIT)
    overdue = WithdrawalOverdue("", OUT, 1, 1)
    assert book.party.awaits(overdue)
    book.given(overdue).wished(order(14_920, attempt=2))
    assert not book.party.awaits(overdue)
    assert book.party.handle(overdue, book.at) is None


@pytest.mark.parametrize("told", [(), (FILE,), (FILE, CREDIT), (FILE, CREDIT, status("taken"))])
def test_a_restart_says_again_what_is_unconfirmed_and_nothing_is_lost(told: tuple[Input, ...]) -> None:
    book = Playbook(Gateway(WORLD), MONDAY).given(Started(), *told)
    again = Playbook(Gateway(WORLD), MONDAY)
    again.party.restore(book.party.snapshot())
    assert again.party.snapshot() == book.party.snapshot()
    again.given(Restarted())
    orders = [e.message for e in again.effects if type(e) is Send and type(e.message) is PayoutOrder]
    assert len(orders) == (len(told) > 1)
    assert again.party.awaits(DayDue("", "payouts", "20260105"))


def test_a_restart_says_again_that_a_payout_is_paid() -> None:
    book = platform().given(CREDIT).given(status("taken")).given(status("credited"))
    again = Playbook(Gateway(WORLD), MONDAY)
    again.party.restore(book.party.snapshot())
    again.given(Restarted())
    assert again.effects[-1] == Send("merchant", PayoutNotice("", OUT, "paid", 14_920))


def test_the_table_of_a_withdrawal_is_total() -> None:
    assert WITHDRAWALS.missing((Ordered, PayoutStatus, WithdrawalOverdue, RepayoutApplied)) == []


def test_a_gateway_alone_keeps_no_ledger() -> None:
    book = Playbook(Gateway(gateway_shop()), MONDAY).given(Started()).given(FILE, CREDIT).silent()
    assert book.party.snapshot() == Playbook(Gateway(gateway_shop()), MONDAY).party.snapshot()
    assert Ledger(WORLD).state().book is not None


# --- another account


MOVED = AccountNotice("", MID, 1, "bank", "999100000888", NAME)


def accounts(book: Playbook) -> list[str]:
    """To which account each order goes just now."""
    sent = [effect.message for effect in book.effects if type(effect) is Send]
    return [message.account_no for message in sent if type(message) is PayoutOrder]


def test_a_change_that_the_acquirer_has_reviewed_is_heard_and_holds_from_the_next_payout_on() -> None:
    book = platform().given(MOVED).wished(
        Kept("", "account"),
        Logged("", "account-changed", {"mid": MID, "account_no": "999100000888"}),
        Send("host", AccountHeard("", MID, 1)),
    )
    book.given(CREDIT)
    assert accounts(book) == ["999100000888"]


def test_a_try_that_is_out_stays_what_it_was_and_the_next_one_goes_to_the_new_account() -> None:
    book = platform().given(CREDIT)
    assert accounts(book) == ["999100000001"]
    book.given(MOVED).given(WithdrawalOverdue("", OUT, 1, 1))
    assert accounts(book) == ["999100000001"]
    book.given(status("returned", "ACCOUNT_NOT_EXIST"))
    assert accounts(day(book, "payouts")) == ["999100000888"]


def test_an_older_word_that_comes_late_and_a_stranger_change_nothing_and_are_heard() -> None:
    book = platform().given(AccountNotice("", MID, 2, "bank", "999100000888", NAME))
    book.given(AccountNotice("", MID, 1, "bank", "999100000777", NAME)).wished(Send("host", AccountHeard("", MID, 1)))
    book.given(AccountNotice("", "999000054119999", 3, "bank", "999100000777", NAME))
    book.given(CREDIT)
    assert accounts(book) == ["999100000888"]


def test_a_platform_that_restarts_still_knows_the_account() -> None:
    book = platform().given(MOVED)
    kept = book.party.snapshot()
    other = Gateway(WORLD)
    other.restore(kept)
    assert other.snapshot() == kept
    told = Playbook(other, MONDAY).given(CREDIT)
    assert accounts(told) == ["999100000888"]
