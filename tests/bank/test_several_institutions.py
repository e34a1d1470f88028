"""Rail, issuers and account banks in a world with two of each: every one moves its own money and is told of it."""

import msgspec
from playbook import Playbook

from bank.cast import cast
from bank.issuer_clearing import SettlementOverdue
from poslab.messages.facts import BankMaintenance
from poslab.messages.funding import (
    ClearingFile,
    ClearingLine,
    CreditAnswer,
    PayoutOrder,
    PayoutQuery,
    PayoutStatus,
    TransferDone,
    TransferOrder,
    TransferQuery,
)
from poslab.party.contract import Posted, Send
from poslab.party.time import HOUR, midnight
from poslab.world.presets import two_acquirers

WORLD = two_acquirers()
OURS, THEIRS = WORLD.merchants
RESERVE = "R.account.A.host-b.reserve"
PAYOUT = f"{THEIRS.mid}-20260105"
FLIGHT = f"R.in_flight.{PAYOUT}"
ORDER = PayoutOrder("", PAYOUT, 1, THEIRS.mid, "bank-b", THEIRS.account_no, THEIRS.account_name, 99_400, RESERVE)
NOON = midnight(WORLD.calendar.first_day) + 12 * HOUR


def party(address: str) -> Playbook:
    return Playbook(cast(WORLD)[address], NOON)


def postings(book: Playbook) -> list[tuple[str, str, int]]:
    return [posting for e in book.effects if type(e) is Posted for posting in e.postings]


def told(book: Playbook, kind: str) -> list[str]:
    return [e.to for e in book.effects if type(e) is Send and e.message.kind == kind]


def test_a_payout_goes_from_its_acquirers_reserve_to_its_bank() -> None:
    book = party("rail").given(ORDER)
    assert postings(book) == [(RESERVE, FLIGHT, 99_400)]
    assert (told(book, "payout-status"), told(book, "credit-order")) == (["host-b"], ["bank-b"])
    book.given(CreditAnswer("", PAYOUT, 1, "credited"))
    assert postings(book) == [(FLIGHT, "R.account.B.bank-b", 99_400)]
    assert told(book, "payout-status") == ["host-b"]


def test_a_payout_that_comes_back_comes_back_to_its_acquirer() -> None:
    book = party("rail").given(ORDER).given(CreditAnswer("", PAYOUT, 1, "returned", "ACCOUNT_FROZEN"))
    assert postings(book) == [
        (FLIGHT, "R.account.B.bank-b", 99_400),
        ("R.account.B.bank-b", FLIGHT, 99_400),
        (FLIGHT, RESERVE, 99_400),
    ]


def test_who_asks_about_a_payout_that_never_came_is_answered() -> None:
    book = party("rail").given(PayoutQuery("", PAYOUT, 1))
    book.wished(Send("host-b", PayoutStatus("", PAYOUT, 1, "unheard")))


def test_own_cash_is_repaid_within_an_acquirer() -> None:
    order = TransferOrder("", "20260105-host-b-own-1", RESERVE, "R.account.A.host-b.own", 7)
    book = party("rail").given(order)
    assert [e.entry for e in book.effects if type(e) is Posted] == ["P11c/20260105-host-b-own-1"]
    assert told(book, "transfer-done") == ["host-b"]


def test_a_banks_maintenance_keeps_nobody_elses_customers_waiting() -> None:
    ours = msgspec.structs.replace(
        ORDER, payout_no=f"{OURS.mid}-20260105", mid=OURS.mid, bank="bank", payer="R.account.A.reserve"
    )
    book = party("rail").given(BankMaintenance("", True, "bank"))
    assert told(book.given(ours), "credit-order") == []
    assert told(book.given(ORDER), "credit-order") == ["bank-b"]
    assert told(book.given(BankMaintenance("", False, "bank")), "credit-order") == ["bank"]


def test_a_bank_credits_the_accounts_that_it_keeps_and_no_others() -> None:
    for address, said in (("bank-b", "credited"), ("bank", "returned")):
        credit = party("rail").given(ORDER).said("credit-order")
        book = party(address).given(credit)
        assert book.said("credit-answer").state == said
    assert postings(party("bank-b").given(credit)) == [
        ("B.interbank_cash", f"B.account.{THEIRS.account_no}", 99_400)
    ]


# --- an issuer with a file of each acquirer


def file(of: str, amount_fen: int) -> ClearingFile:
    line = ClearingLine("o", "k", "270000000001", OURS.mid, "good-credit", amount_fen, 600, 450, 33, 33)
    return ClearingFile("", f"20260105-{of}-issuer-b", 1, True, "20260105", "20260106", (line,))


def test_an_issuer_books_and_pays_each_acquirers_file_by_itself() -> None:
    book = party("issuer-b").given(file("host", 100_000), file("host-b", 50_000))
    assert [e.entry for e in book.effects if type(e) is Posted] == [
        "P2/20260105-host-issuer-b/1",
        "P2/20260105-host-b-issuer-b/1",
    ]
    account = "R.account.I.issuer-b"
    for number, amount_fen in (("20260105-issuer-b-in-host-b", 49_583), ("20260105-issuer-b-in", 99_583)):
        book.given(TransferDone("", number, account, "R.account.N", amount_fen))
        assert postings(book) == [("I.clearing_payable", "I.cash", amount_fen)]
        assert not postings(book.given(TransferDone("", number, account, "R.account.N", amount_fen)))


def test_an_issuer_asks_for_the_settlement_that_it_has_not_heard_of() -> None:
    book = party("issuer-b").given(file("host", 100_000), file("host-b", 50_000))
    book.given(TransferDone("", "20260105-issuer-b-in", "R.account.I.issuer-b", "R.account.N", 99_583))
    assert not book.party.awaits(SettlementOverdue("", "20260105", 1))
    book.given(SettlementOverdue("", "20260105-host-b", 1))
    book.wished(Send("rail", TransferQuery("", "20260105-issuer-b-in-host-b")))
