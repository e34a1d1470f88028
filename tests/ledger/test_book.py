"""A book posts once, always balanced, in its own accounts only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poslab.ledger.book import AlreadyPosted, Book, NotInChart
from poslab.ledger.chart import BOOKS, CHART, account_of, label

RECEIVABLE = "A.scheme_receivable"
PENDING = "A.merchant_payable.999000054110001.pending"
SALE = ((RECEIVABLE, PENDING, 100_000),)

accounts = st.sampled_from([RECEIVABLE, PENDING, "A.fee_income", "A.reserve_cash", "A.payout_returned"])
entries = st.lists(
    st.tuples(
        st.integers(0, 9), st.lists(st.tuples(accounts, accounts, st.integers(1, 10**9)), min_size=1, max_size=4)
    ),
    max_size=30,
)


def test_an_entry_moves_money_from_one_side_to_the_other() -> None:
    book = Book("A")
    assert book.post("P1/k", SALE)
    assert (book.standing(RECEIVABLE), book.standing(PENDING)) == (100_000, 100_000)
    assert book.standing("A.fee_income") == 0


def test_saying_it_again_changes_nothing_and_saying_otherwise_is_our_own_bug() -> None:
    book = Book("A")
    book.post("P1/k", SALE)
    assert not book.post("P1/k", SALE)
    assert book.standing(PENDING) == 100_000
    with pytest.raises(AlreadyPosted):
        book.post("P1/k", ((RECEIVABLE, PENDING, 1),))


@pytest.mark.parametrize(
    "postings", [(("B.suspense", PENDING, 5),), ((RECEIVABLE, "A.pocket", 5),), ((RECEIVABLE, PENDING, 0),)]
)
def test_a_foreign_account_an_unknown_one_and_an_empty_amount_are_refused_and_nothing_is_posted(
    postings: tuple[tuple[str, str, int], ...],
) -> None:
    book = Book("A")
    with pytest.raises(NotInChart):
        book.post("x", (SALE[0], *postings))
    assert not any(book.balances.values())


@given(entries)
def test_in_any_order_and_with_any_repetition_a_book_balances(
    posted: list[tuple[int, list[tuple[str, str, int]]]],
) -> None:
    book, first = Book("A"), {}
    for number, postings in posted:
        first.setdefault(number, tuple(postings))
        book.post(f"e{number}", first[number])
    assert sum(book.balances.values()) == 0
    backwards = Book("A")
    for number in sorted(first, reverse=True):
        backwards.post(f"e{number}", first[number])
    assert {k: v for k, v in book.balances.items() if v} == {k: v for k, v in backwards.balances.items() if v}


@given(entries)
def test_a_book_comes_back_from_its_state(posted: list[tuple[int, list[tuple[str, str, int]]]]) -> None:
    book = Book("A")
    for number, (_, postings) in enumerate(posted):
        book.post(f"e{number}", tuple(postings))
        if number == 4:
            book.forget()
    again = Book("A")
    again.restore(*book.state())  # type: ignore[arg-type]
    assert again.state() == book.state()


def test_names_are_forgotten_after_two_turns_and_balances_never() -> None:
    book = Book("A")
    book.post("P1/k", SALE)
    book.forget()
    assert not book.post("P1/k", SALE)
    book.forget()
    book.forget()
    assert book.post("P1/k", SALE)
    assert book.standing(PENDING) == 200_000


def test_every_account_has_an_owner_a_meaning_and_a_label_in_both_languages() -> None:
    for name, account in CHART.items():
        assert name[0] in BOOKS and name[1] == "."
        assert account.meaning.zh and account.meaning.en
    assert account_of(PENDING) is CHART["A.merchant_payable.<mid>.pending"]
    assert label("R.in_flight.PO-1").zh.endswith("PO-1")
    assert account_of("A.merchant_payable.x.stolen") is None
