"""The judge itself: verdicts, what it remembers and for how long, and what it says of a breach."""

from witness import IDS, SHOP, VICTIM, Sale, Witness

from poslab.checks import ALL
from poslab.checks.books_balance import BooksBalance
from poslab.checks.check import BREACHES_KEPT
from poslab.checks.judge import Judge
from poslab.checks.reference import LETTERS
from poslab.history.line import Line
from poslab.party.facts import Connected
from poslab.world.presets import gateway_shop


def test_every_check_has_a_name_of_its_own_and_a_title_in_both_languages() -> None:
    assert len(set(IDS)) == len(ALL)
    for check in ALL:
        assert check.title.zh
        assert check.title.en
        assert check.__doc__


def test_every_role_that_posts_has_a_book() -> None:
    assert set(LETTERS) <= {*gateway_shop().roles().values(), "merchant"}


def test_a_judge_may_be_asked_for_some_checks_only() -> None:
    assert [found.id for found in Judge(SHOP, [BooksBalance]).end(0)] == ["books-balance"]


def test_asking_twice_changes_nothing() -> None:
    told = Witness().charged().passed_back().booked().approved(Sale(stan=18, rrn="260000000002"))
    assert told.judge.end(told.at) == told.judge.end(told.at)


def test_a_breach_says_where_and_when_and_of_whom() -> None:
    told = Witness().posted("host", "P9/x", ("A.reserve_cash", "I.cash", 5))
    (breach,) = told.judged("books-balance").breaches
    assert (
        str(breach)
        == "line 1, 2026-01-05 10:00:01.000: host posted P9/x: 5 fen from I.cash to A.reserve_cash in book A"
    )


def test_a_broken_build_does_not_fill_the_memory() -> None:
    told = Witness()
    for number in range(100):
        told.posted("host", f"P9/{number}", ("A.reserve_cash", "I.cash", 5))
    found = told.judged("books-balance")
    assert (len(found.breaches), found.count, found.evaluated) == (BREACHES_KEPT, 100, 100)


def test_strangers_are_passed_over() -> None:
    judge = Judge(SHOP)
    judge.see(Line(1, 0, "nobody", Connected("", "x"), []), Connected("", "x"))
    assert {found.verdict for found in judge.end(0)} == {"no evidence"}


def test_a_sale_at_rest_is_one_number_and_leaves_with_the_second_file_after_its_own() -> None:
    told = Witness().approved()
    docket = told.judge.checks[0].evidence.docket
    assert not docket.open
    assert list(docket.resting) == ["victim"]
    told.cleared()
    assert not docket.resting
    assert docket.was_cleared("victim")
    for day, date in ((33, "20260106"), (57, "20260107")):
        sale = Sale(date, 20, rrn=f"26{date}00", date=date)
        told.at_the_hour(day).approved(sale).cleared(sale.line(), date=date)
    assert not docket.was_cleared("victim")
    told.breaks_nothing()


def test_a_sale_at_rest_wakes_up_whole() -> None:
    told = Witness().approved()
    docket = told.judge.checks[0].evidence.docket
    case = docket.find("victim", VICTIM.key)
    assert case is not None
    assert (case.key, case.rrn, case.amount_fen, case.business_date) == (VICTIM.key, VICTIM.rrn, 12_800, "20260105")
    assert (case.terminal, case.host, case.issuer, case.charges, case.party) == (
        "approved",
        "approved",
        "debited",
        1,
        "T1",
    )


def test_what_cannot_be_packed_stays_whole() -> None:
    told = Witness().approved(Sale(rrn="AB0000000001"))
    docket = told.judge.checks[0].evidence.docket
    assert docket.open
    assert not docket.resting
    told.breaks_nothing()
