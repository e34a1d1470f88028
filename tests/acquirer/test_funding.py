"""From captured sale to the merchant's account: the worked example to the fen, calendars, returns, and bad lines."""

import random
from collections import Counter
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street import HOP_US, Desk, Street

from acquirer.host.clearing import LINES_A_PART, ClearingDue
from acquirer.host.fees import Tariff
from acquirer.host.funding import FundingDesk
from acquirer.host.payout import PAYOUTS, RunReached, StatusOverdue
from poslab.messages.facts import AccountSet, RepayoutApplied
from poslab.messages.funding import ClearingFile, PayoutStatus, TransferDone
from poslab.messages.words import HOST_WORDS
from poslab.party.contract import Became, Input, Logged
from poslab.party.facts import Started
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.text import Text
from poslab.world.calendar import Calendar
from poslab.world.presets import corner_shop
from poslab.world.world import Merchant, World

SHOP = "999000054110001"
ACCOUNT = "999100000001"
MONDAY = midnight(date(2026, 1, 5))
TUESDAY = MONDAY + DAY
WEDNESDAY = MONDAY + 2 * DAY
PAYOUT = f"{SHOP}-20260105"
IN_FLIGHT = f"R.in_flight.{PAYOUT}"
PENDING = f"A.merchant_payable.{SHOP}.pending"
AVAILABLE = f"A.merchant_payable.{SHOP}.available"


def shop(**changes: object) -> World:
    world = corner_shop()
    merchants = tuple(msgspec.structs.replace(merchant, **changes) for merchant in world.merchants)
    return msgspec.structs.replace(world, merchants=merchants)


def a_thousand_on_monday(world: World | None = None) -> Street:
    """A credit-card sale of 1,000.00 on Monday at 10:15."""
    street = Street(world or corner_shop(), MONDAY)
    street.until(MONDAY + 10 * HOUR + 15 * MINUTE).sell("victim", 100_000, "good-credit", number=17)
    return street


# --- the worked example


def test_a_thousand_yuan_to_the_fen() -> None:
    street = a_thousand_on_monday().until(WEDNESDAY)
    assert street.posted("host") == {
        "P2/20260105-host/1": (
            (PENDING, "A.fee_income", 600),
            (PENDING, AVAILABLE, 99_400),
            ("A.interchange_expense", "A.scheme_receivable", 450),
            ("A.network_fee_expense", "A.scheme_receivable", 33),
        ),
        "P3/20260105-host-out": (("A.reserve_cash", "A.scheme_receivable", 99_517),),
        f"P4a/{PAYOUT}/1": ((AVAILABLE, "A.payout_in_transit", 99_400),),
        f"P4b/{PAYOUT}/1": (("A.payout_in_transit", "A.reserve_cash", 99_400),),
    }
    assert street.posted("switch") == {
        "P2/20260105-host/1": (
            ("N.due_from_issuer", "N.due_to_acquirer", 99_517),
            ("N.due_from_issuer", "N.fee_income", 66),
        ),
        "P3/20260105-issuer-in": (("N.cash", "N.due_from_issuer", 99_583),),
        "P3/20260105-host-out": (("N.due_to_acquirer", "N.cash", 99_517),),
    }
    issuer = street.posted("issuer")
    assert issuer["P2/20260105-host-issuer/1"] == (
        ("I.clearing_payable", "I.interchange_income", 450),
        ("I.network_fee", "I.clearing_payable", 33),
    )
    assert issuer["P3/20260105-issuer-in"] == (("I.clearing_payable", "I.cash", 99_583),)
    assert street.posted("rail") == {
        "P3/20260105-issuer-in": (("R.account.I", "R.account.N", 99_583),),
        "P3/20260105-host-out": (("R.account.N", "R.account.A.reserve", 99_517),),
        f"P4b/{PAYOUT}/1": (("R.account.A.reserve", IN_FLIGHT, 99_400),),
        f"P4c/{PAYOUT}/1": ((IN_FLIGHT, "R.account.B", 99_400),),
    }
    assert street.posted("bank") == {
        f"P4c/{PAYOUT}/1": (("B.interbank_cash", f"B.account.{ACCOUNT}", 99_400),),
    }
    assert everything_is_at_rest(street)
    assert street.host.book.standing("A.fee_income") == 600
    assert street.host.book.standing("A.reserve_cash") == 117
    assert street.book("issuer").standing("I.network_fee") == 33


def test_each_step_has_its_hour() -> None:
    street = a_thousand_on_monday()
    street.until(MONDAY + 23 * HOUR + 29 * MINUTE)
    assert street.posted("host") == {}
    street.until(MONDAY + 23 * HOUR + 31 * MINUTE)
    assert list(street.posted("host")) == ["P2/20260105-host/1"]
    assert street.logged("payout-scheduled") == [{"payout_no": PAYOUT, "date": "20260106", "amount_fen": 99_400}]
    street.until(TUESDAY + 8 * HOUR + 29 * MINUTE)
    assert street.posted("rail") == {}
    street.until(TUESDAY + 8 * HOUR + 31 * MINUTE)
    assert "P3/20260105-host-out" in street.posted("host")
    street.until(TUESDAY + 9 * HOUR + 59 * MINUTE)
    assert street.became(PAYOUT) == ["scheduled"]
    street.until(TUESDAY + 10 * HOUR + MINUTE)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "taken", "credited"]
    assert street.became(f"{PAYOUT}/1", "rail") == ["taken", "delivered"]
    assert street.became(f"{PAYOUT}/1", "bank") == ["credited"]


def test_the_merchant_reads_a_statement_and_a_notice() -> None:
    street = a_thousand_on_monday().until(WEDNESDAY)
    (line,) = street.sent("statement-line", "merchant")
    assert (line.account_no, line.reference, line.amount_fen, line.balance_fen) == (ACCOUNT, PAYOUT, 99_400, 99_400)
    (notice,) = street.sent("payout-notice", "merchant")
    assert (notice.payout_no, notice.state, notice.amount_fen) == (PAYOUT, "paid", 99_400)


def test_the_purchase_is_named_where_it_is_cleared() -> None:
    street = a_thousand_on_monday().until(TUESDAY)
    cleared = [e for _, _, e in street.lines if isinstance(e, Logged) and e.word == "cleared"]
    assert cleared == [Logged("victim", "cleared", {"file_no": "20260105-host", "rrn": "260000000017"})]


def test_fees_are_capped_and_rounded_half_up() -> None:
    tariff = Tariff(corner_shop())
    assert tariff.of(SHOP, "good-credit", 100_000) == (600, 450, 33, 33)
    assert tariff.of(SHOP, "good-debit", 12_800) == (64, 45, 4, 4)  # 44.8 and 4.16
    assert tariff.of(SHOP, "good-debit", 5_000_000) == (2_000, 1_300, 325, 325)
    assert tariff.of(SHOP, "good-debit", 100) == (1, 0, 0, 0)  # 0.5 rounds up, 0.35 and 0.0325 down
    assert tariff.of(SHOP, "good-debit", 1) == (0, 0, 0, 0)


# --- calendars


@pytest.mark.parametrize(
    ("sold", "business_date", "paid"),
    [
        (date(2026, 1, 5), "20260105", date(2026, 1, 6)),
        (date(2026, 1, 9), "20260109", date(2026, 1, 12)),  # Friday
        (date(2026, 1, 10), "20260110", date(2026, 1, 12)),  # Saturday
        (date(2026, 1, 11), "20260111", date(2026, 1, 12)),  # Sunday
        (date(2026, 1, 7), "20260107", date(2026, 1, 13)),  # two holidays, then the weekend, then a third
    ],
)
def test_weekends_and_holidays_move_the_money(sold: date, business_date: str, paid: date) -> None:
    holidays = (date(2026, 1, 8), date(2026, 1, 9), date(2026, 1, 12)) if business_date == "20260107" else ()
    world = msgspec.structs.replace(corner_shop(), calendar=Calendar(holidays=holidays))
    street = Street(world, midnight(date(2026, 1, 5)))
    street.until(midnight(sold) + 12 * HOUR).sell("victim", 10_000)
    assert street.host.desk.expected_date(business_date) == f"{paid:%Y%m%d}"
    payout = f"{SHOP}-{business_date}"
    street.until(midnight(paid) + 9 * HOUR + 59 * MINUTE)
    assert street.became(payout) == ["scheduled"]
    street.until(midnight(paid) + 10 * HOUR + MINUTE)
    assert street.became(payout)[-1] == "credited"


def test_a_sale_after_the_cut_off_belongs_to_the_next_day() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 23 * HOUR + 5 * MINUTE).sell("late", 10_000)
    street.until(TUESDAY + 23 * HOUR)
    assert street.became(f"{SHOP}-20260105") == []
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(f"{SHOP}-20260106")[-1] == "credited"


def test_a_weekend_makes_three_files_and_three_payouts() -> None:
    friday = midnight(date(2026, 1, 9))
    street = Street(corner_shop(), friday)
    for day in range(3):
        street.until(friday + day * DAY + 12 * HOUR).sell(f"day-{day}", 10_000, number=day + 1)
    street.until(friday + 3 * DAY + 11 * HOUR)
    for business_date in ("20260109", "20260110", "20260111"):
        assert street.became(f"{SHOP}-{business_date}")[-1] == "credited"
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 3 * 9_950
    assert everything_is_at_rest(street)


def test_days_without_sales_make_no_file() -> None:
    street = Street(corner_shop(), MONDAY).until(MONDAY + 9 * DAY)
    assert street.sent("clearing-file", "switch") == []
    assert street.posted("host") == {}


# --- captured, withdrawn, cleared


def test_a_withdrawn_sale_is_not_in_the_file() -> None:
    street = a_thousand_on_monday()
    key = street.sell("undone", 5_000, number=18)
    desk = street.host.desk
    assert desk.withdraw("20260105", key)
    assert not desk.withdraw("20260105", key)
    street.until(TUESDAY)
    (file,) = street.sent("clearing-file", "switch")
    assert [line.about for line in file.lines] == ["victim"]


def test_a_cleared_sale_can_no_longer_be_withdrawn() -> None:
    street = a_thousand_on_monday()
    desk, key = street.host.desk, "90000001-000001-000017"
    street.until(MONDAY + 23 * HOUR + 29 * MINUTE)
    assert not desk.is_cleared("20260105", key)
    street.until(MONDAY + 23 * HOUR + 30 * MINUTE)
    assert desk.is_cleared("20260105", key)
    assert not desk.withdraw("20260105", key)


def test_a_sale_captured_after_its_day_was_cut_goes_into_the_next_file() -> None:
    street = a_thousand_on_monday().until(MONDAY + 23 * HOUR + 40 * MINUTE)
    desk = street.host.desk
    street.host.book.post("P1/late", (("A.scheme_receivable", PENDING, 2_000),))
    desk.capture("late", "20260105", "90000001-000001-000099", "260000000099", SHOP, "good-debit", 2_000)
    assert not desk.is_cleared("20260105", "90000001-000001-000099")
    street.until(WEDNESDAY)
    files = street.sent("clearing-file", "switch")
    assert [(file.file_no, [line.about for line in file.lines]) for file in files] == [
        ("20260105-host", ["victim"]),
        ("20260106-host", ["late"]),
    ]
    assert desk.is_cleared("20260105", "90000001-000001-000099")


def test_capturing_the_same_sale_again_changes_nothing() -> None:
    street = a_thousand_on_monday()
    desk, key = street.host.desk, "90000001-000001-000017"
    desk.capture("victim", "20260105", key, "260000000017", SHOP, "good-credit", 100_000)
    street.until(TUESDAY)
    (file,) = street.sent("clearing-file", "switch")
    assert len(file.lines) == 1


def test_a_host_without_duplicate_check_claims_both_sales_of_one_key() -> None:
    street = a_thousand_on_monday()
    desk, key = street.host.desk, "90000001-000001-000017"
    desk.capture("victim", "20260105", key, "260000000018", SHOP, "good-credit", 100_000)
    street.until(TUESDAY)
    (file,) = street.sent("clearing-file", "switch")
    assert sorted((line.key, line.rrn) for line in file.lines) == [(key, "260000000017"), (key, "260000000018")]


def test_a_captured_sale_takes_little_room() -> None:
    desk = FundingDesk(corner_shop(), Desk(corner_shop(), FundingDesk, "A").book)
    before = len(desk.snapshot())
    for number in range(1_000):
        key = f"90000001-000001-{number:06d}"
        desk.capture(f"order-{number}", "20260105", key, f"26{number:010d}", SHOP, "good-debit", 12_800)
    assert len(desk.snapshot()) - before < 120 * 1_000


def test_a_long_file_goes_in_parts_and_adds_up() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR)
    count = 2 * LINES_A_PART + 1
    for number in range(count):
        key = f"90000001-000001-{number:06d}"
        street.host.desk.capture(f"o{number}", "20260105", key, f"26{number:010d}", SHOP, "good-debit", 12_800)
    street.until(TUESDAY)
    files = street.sent("clearing-file", "switch")
    assert [(file.part, file.last, len(file.lines)) for file in files] == [
        (1, False, LINES_A_PART),
        (2, False, LINES_A_PART),
        (3, True, 1),
    ]
    assert [line.about for file in files for line in file.lines] == [f"o{number}" for number in range(count)]
    street.until(WEDNESDAY)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == count * (12_800 - 64)
    assert len(street.posted("switch")) == 3 + 2


# --- the account refuses


def freeze(street: Street, direction: str = "both") -> None:
    street.tell("bank", AccountSet("", ACCOUNT, "frozen", direction))


def unfreeze(street: Street) -> None:
    street.tell("bank", AccountSet("", ACCOUNT, "open"))


def test_a_frozen_account_sends_the_payout_back() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "taken", "returned:ACCOUNT_FROZEN"]
    assert street.became(f"{PAYOUT}/1", "rail") == ["taken", "returned"]
    assert street.became(f"{PAYOUT}/1", "bank") == ["suspense", "returned"]
    assert street.posted("bank") == {
        f"P5a/{PAYOUT}/1": (("B.interbank_cash", "B.suspense", 99_400),),
        f"P5b/{PAYOUT}/1": (("B.suspense", "B.interbank_cash", 99_400),),
    }
    assert street.posted("rail")[f"P5b/{PAYOUT}/1"] == (
        ("R.account.B", IN_FLIGHT, 99_400),
        (IN_FLIGHT, "R.account.A.reserve", 99_400),
    )
    assert street.posted("host")[f"P5b/{PAYOUT}/1"] == (("A.reserve_cash", "A.payout_returned", 99_400),)
    (notice,) = street.sent("payout-notice", "merchant")
    assert (notice.state, notice.reason) == ("failed", "ACCOUNT_FROZEN")
    assert street.sent("statement-line", "merchant") == []


def test_it_is_paid_again_at_the_next_run_once_the_account_is_open() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 15 * HOUR)
    unfreeze(street)
    street.until(WEDNESDAY + 9 * HOUR + 59 * MINUTE)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-3:] == ["instructed", "taken", "credited"]
    assert street.posted("host")[f"P5c/{PAYOUT}/2"] == (("A.payout_returned", "A.payout_in_transit", 99_400),)
    assert [(order.payout_no, order.try_no) for order in street.sent("payout-order", "rail")] == [
        (PAYOUT, 1),
        (PAYOUT, 2),
    ]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400
    assert everything_is_at_rest(street)


def test_after_three_tries_it_is_given_up_and_the_money_stays_named() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(MONDAY + 12 * DAY)
    assert street.became(PAYOUT)[-2:] == ["returned:ACCOUNT_FROZEN", "given-up"]
    assert len(street.sent("payout-order", "rail")) == 3
    assert street.logged("payout-given-up") == [{"payout_no": PAYOUT, "reason": "ACCOUNT_FROZEN"}]
    assert street.host.book.standing("A.payout_returned") == 99_400
    unfreeze(street)
    street.tell("host", RepayoutApplied("", SHOP))
    street.until(MONDAY + 15 * DAY)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)


def test_by_contract_a_merchant_may_have_to_apply() -> None:
    street = a_thousand_on_monday(shop(repayout="apply")).until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 15 * HOUR)
    unfreeze(street)
    street.until(MONDAY + 4 * DAY)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"
    street.tell("host", RepayoutApplied("victim", SHOP))
    street.until(MONDAY + 8 * DAY)
    assert street.became(PAYOUT)[-1] == "credited"


def test_an_application_buys_one_more_try() -> None:
    street = a_thousand_on_monday(shop(repayout="apply")).until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(TUESDAY + 11 * HOUR)
    street.tell("host", RepayoutApplied("", SHOP))
    street.until(MONDAY + 9 * DAY)
    assert len(street.sent("payout-order", "rail")) == 2
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"


def test_a_late_word_about_the_first_try_does_not_end_the_second() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(WEDNESDAY + 10 * HOUR + 10_000)
    assert street.became(PAYOUT)[-1] == "instructed"
    street.tell("host", PayoutStatus("", PAYOUT, 1, "returned", "ACCOUNT_FROZEN"))
    assert street.became(PAYOUT)[-1] == "instructed"


def test_frozen_for_debits_only_still_takes_the_money() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street, "out")
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"account_name": "别人"}, "NAME_NOT_CORRECT"), ({"account_no": "999100009999"}, "ACCOUNT_NOT_EXIST")],
)
def test_the_bank_says_why(changes: dict[str, str], reason: str) -> None:
    street = a_thousand_on_monday()
    # The contract at the acquirer is wrong; the bank keeps the account as it is.
    street.host.desk = Desk(shop(**changes), lambda world, _: FundingDesk(world, street.host.book), "A").desk
    street.tell("host", Started())
    street.host.desk.capture("victim", "20260105", "k", "260000000017", SHOP, "good-credit", 100_000)
    street.until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == f"returned:{reason}"


def test_an_unknown_bank_is_refused_by_the_rail_before_anything_moves() -> None:
    street = a_thousand_on_monday(shop(bank="nowhere")).until(TUESDAY + 11 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "returned:ACCOUNT_NOT_EXIST"]
    assert street.book("rail").standing("R.account.A.reserve") == 99_517
    assert street.host.book.standing("A.reserve_cash") == 99_517
    assert street.host.book.standing("A.payout_returned") == 99_400


# --- small amounts


def test_a_small_amount_waits_and_rides_with_the_next_payout() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR).sell("small", 60, number=1)
    street.until(TUESDAY + 12 * HOUR).sell("large", 10_000, number=2)
    assert street.became(PAYOUT) == ["scheduled"]
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    (order,) = street.sent("payout-order", "rail")
    assert (order.payout_no, order.amount_fen) == (f"{SHOP}-20260106", 60 + 9_950)
    assert everything_is_at_rest(street)


def test_small_amounts_gather_until_they_are_worth_a_payout() -> None:
    street = Street(corner_shop(), MONDAY)
    for day, number in enumerate((1, 2, 3)):
        street.until(MONDAY + day * DAY + 12 * HOUR).sell(f"small-{number}", 40, number=number)
    street.until(MONDAY + 3 * DAY + 9 * HOUR)
    assert street.sent("payout-order", "rail") == []
    street.until(MONDAY + 3 * DAY + 11 * HOUR)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [120]
    for business_date in ("20260105", "20260106", "20260107"):
        assert street.became(f"{SHOP}-{business_date}")[-1] == "credited"


def test_what_rides_along_comes_back_and_goes_again_with_its_carrier() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR).sell("small", 60, number=1)
    street.until(TUESDAY + 12 * HOUR).sell("large", 10_000, number=2)
    freeze(street)
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "returned:ACCOUNT_FROZEN"
    unfreeze(street)
    street.until(MONDAY + 4 * DAY)
    assert [(order.payout_no, order.try_no, order.amount_fen) for order in street.sent("payout-order", "rail")] == [
        (f"{SHOP}-20260106", 1, 10_010),
        (f"{SHOP}-20260106", 2, 10_010),
    ]
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)


# --- bad lines


def losing_first(*kinds: str) -> Street:
    """The first copy of each message of these kinds is lost."""
    seen: Counter[str] = Counter()

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        seen[message.kind] += 1
        return () if message.kind in kinds and seen[message.kind] == 1 else (HOP_US,)

    street = Street(corner_shop(), MONDAY, way)
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    return street


@pytest.mark.parametrize(
    "kind",
    [
        "clearing-file",
        "file-accepted",
        "transfer-order",
        "transfer-done",
        "payout-order",
        "payout-status",
        "credit-order",
        "credit-answer",
    ],
)
def test_one_lost_message_is_made_good(kind: str) -> None:
    street = losing_first(kind).until(WEDNESDAY)
    assert street.became(PAYOUT)[-1] == "credited"
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400
    assert everything_is_at_rest(street)


def test_the_host_asks_when_nobody_tells_it_that_the_money_came() -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        lost = isinstance(message, TransferDone) and to == "host" and not street.sent("transfer-query", "rail")
        return () if lost else (HOP_US,)

    street = Street(corner_shop(), MONDAY, way)
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 10 * HOUR + MINUTE)
    assert street.logged("settlement-asked") == [{"transfer_no": "20260105-host-out"}]
    assert street.became(PAYOUT)[-1] == "credited"


def test_settlement_that_comes_after_the_run_is_paid_out_the_same_day() -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        return (5 * HOUR,) if isinstance(message, TransferDone) and to == "switch" else (HOP_US,)

    street = Street(corner_shop(), MONDAY, way)
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 13 * HOUR)
    assert street.became(PAYOUT) == ["scheduled"]
    street.until(TUESDAY + 14 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


@pytest.mark.parametrize(
    ("late", "paid"),
    [
        (midnight(date(2026, 1, 12)) + 17 * HOUR, midnight(date(2026, 1, 12)) + 17 * HOUR),
        (midnight(date(2026, 1, 12)) + 19 * HOUR, midnight(date(2026, 1, 13)) + 10 * HOUR),
        (midnight(date(2026, 1, 17)) + 12 * HOUR, midnight(date(2026, 1, 19)) + 10 * HOUR),  # a Saturday
    ],
)
def test_late_settlement_is_paid_out_in_office_hours(late: int, paid: int) -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        return () if isinstance(message, TransferDone) and to == "host" else (HOP_US,)

    street = Street(corner_shop(), midnight(date(2026, 1, 9)), way)
    street.until(street.at + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(late)
    street.tell("host", TransferDone("", "20260109-issuer-in", "R.account.I", "R.account.N", 99_583))
    assert "P3/20260109-host-out" not in street.posted("host")
    street.tell("host", TransferDone("", "20260109-host-out", "R.account.N", "R.account.A.reserve", 99_517))
    assert "P3/20260109-host-out" in street.posted("host")
    street.until(paid - 1)
    assert street.became(f"{SHOP}-20260109")[-1] in ("scheduled", "instructed")
    street.until(paid + MINUTE)
    assert street.became(f"{SHOP}-20260109")[-1] == "credited"
    (when,) = (
        at
        for at, who, e in street.lines
        if who == "host" and e == Became("", f"{SHOP}-20260109", "scheduled", "instructed")
    )
    assert when == paid


def test_a_host_that_restarts_while_it_asks_asks_on() -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        dead = (to == "host" or to == "rail") and street.at < TUESDAY + 12 * HOUR + 5 * MINUTE
        return () if dead and message.kind in ("transfer-done", "transfer-query") and to != "switch" else (HOP_US,)

    street = Street(corner_shop(), MONDAY, way)
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 12 * HOUR + 5 * MINUTE)
    street.stop("host")
    street.until(TUESDAY + 12 * HOUR + 6 * MINUTE)
    assert street.became(PAYOUT)[-1] == "credited"


def test_silence_of_the_rail_never_makes_a_new_number() -> None:
    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        return () if isinstance(message, PayoutStatus) and street.at < TUESDAY + 12 * HOUR else (HOP_US,)

    street = Street(corner_shop(), MONDAY, way)
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 15 * HOUR)
    orders = street.sent("payout-order", "rail")
    assert len(orders) > 3
    assert {(order.payout_no, order.try_no) for order in orders} == {(PAYOUT, 1)}
    assert street.became(PAYOUT) == ["scheduled", "instructed", "taken", "credited"]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400


def test_words_about_another_try_or_a_finished_payout_change_nothing() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 11 * HOUR)
    before, lines = street.host.snapshot(), len(street.lines)
    for state in ("taken", "credited", "returned", "refused", "nonsense"):
        street.tell("host", PayoutStatus("", PAYOUT, 1, state, "ACCOUNT_FROZEN"))
        street.tell("host", PayoutStatus("", PAYOUT, 2, state, "ACCOUNT_FROZEN"))
        street.tell("host", PayoutStatus("", "nobody's", 1, state))
    street.tell("host", TransferDone("", "20260105-host-out", "R.account.N", "R.account.A.reserve", 99_517))
    street.tell("host", TransferDone("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583))
    street.tell("host", RepayoutApplied("", SHOP))
    assert street.host.snapshot() == before
    assert len(street.lines) == lines
    assert street.became(PAYOUT)[-1] == "credited"


# --- restarts


@pytest.mark.parametrize("who", ["host", "switch", "rail", "bank", "issuer"])
@pytest.mark.parametrize(
    "at",
    [
        MONDAY + 15 * HOUR,
        MONDAY + 23 * HOUR + 30 * MINUTE + 10_000,
        TUESDAY,
        TUESDAY + 8 * HOUR + 30 * MINUTE + 50_000,
        TUESDAY + 10 * HOUR + 10_000,
        TUESDAY + 10 * HOUR + 80_000,
    ],
)
def test_a_restart_at_any_hour_loses_nothing(who: str, at: int) -> None:
    street = a_thousand_on_monday().until(at)
    street.stop(who)
    street.until(WEDNESDAY)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "taken", "credited"]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400
    assert everything_is_at_rest(street)


def test_a_host_that_slept_through_the_night_catches_up() -> None:
    street = a_thousand_on_monday()
    kept = street.host.snapshot()
    asleep = Street(corner_shop(), MONDAY)
    asleep.host.restore(kept)
    asleep.host.book.post("P1", (("A.scheme_receivable", PENDING, 100_000),))
    asleep.at = MONDAY + 3 * DAY + 9 * HOUR
    asleep._queue = []
    asleep.stop("host")
    asleep.until(MONDAY + 3 * DAY + 12 * HOUR)
    assert asleep.became(PAYOUT)[-1] == "credited"


def test_days_missed_together_are_cut_one_after_the_other() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR)
    for day, business_date in enumerate(("20260105", "20260106")):
        for number in range(LINES_A_PART + 1):
            key = f"90000001-{day:06d}-{number:06d}"
            street.host.desk.capture("o", business_date, key, f"2{day}{number:010d}", SHOP, "good-debit", 12_800)
    street._queue = []
    street.until(WEDNESDAY + HOUR)
    street.stop("host")
    street.until(MONDAY + 5 * DAY)
    files = [(file.business_date, file.part) for file in street.sent("clearing-file", "switch")]
    assert files == [("20260105", 1), ("20260105", 2), ("20260106", 1), ("20260106", 2)]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 2 * (LINES_A_PART + 1) * (12_800 - 64)


def test_a_snapshot_in_the_middle_of_a_file_is_whole() -> None:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 12 * HOUR)
    for number in range(3 * LINES_A_PART):
        key = f"90000001-000001-{number:06d}"
        street.host.desk.capture(f"o{number}", "20260105", key, f"26{number:010d}", SHOP, "good-debit", 12_800)
    street.until(MONDAY + 23 * HOUR + 30 * MINUTE + 1)
    street.stop("host")
    street.until(WEDNESDAY)
    # The first part was on its way: it is said again, and is the same.
    files = {file.part: file for file in street.sent("clearing-file", "switch")}
    assert Counter(line.rrn for file in files.values() for line in file.lines) == Counter(
        f"26{number:010d}" for number in range(3 * LINES_A_PART)
    )
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 3 * LINES_A_PART * (12_800 - 64)


# --- stale letters, closed lists, whole tables


def test_a_letter_is_heard_once() -> None:
    street = a_thousand_on_monday().until(TUESDAY)
    assert not street.host.awaits(ClearingDue("", "20260105"))
    assert street.host.handle(ClearingDue("", "20260105"), street.at) is None
    street.until(TUESDAY + 10 * HOUR + 10_000)
    assert street.host.awaits(StatusOverdue("", PAYOUT, 1, 1))
    street.stop("host")
    assert not street.host.awaits(StatusOverdue("", PAYOUT, 1, 1))
    assert street.host.awaits(StatusOverdue("", PAYOUT, 1, 2))


def test_the_table_says_something_about_everything() -> None:
    assert PAYOUTS.missing((RunReached, PayoutStatus, StatusOverdue, RepayoutApplied)) == []


def test_log_words_are_the_host_s() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(MONDAY + 12 * DAY)
    words = {e.word for _, who, e in street.lines if who == "host" and isinstance(e, Logged)}
    assert words <= HOST_WORDS.keys()


# --- random days on bad lines


def two_shops() -> World:
    world = corner_shop()
    second = Merchant("999000054110002", Text("二店", "Second"), "5411", "bank", "999100000002", "二店", "merchant-2")
    return msgspec.structs.replace(world, merchants=(*world.merchants, second))


sales = st.lists(
    st.tuples(
        st.integers(0, 5 * 24 * 60 - 1),  # minute of five days from Friday on
        st.integers(1, 900_000),
        st.sampled_from(("good-debit", "good-credit", "slow-refunds")),
        st.sampled_from((SHOP, "999000054110002")),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40)
@given(sales=sales, seed=st.integers(0, 10_000), loss_percent=st.sampled_from((0, 10, 40)))
def test_whatever_the_lines_do_every_fen_arrives_once(
    sales: list[tuple[int, int, str, str]], seed: int, loss_percent: int
) -> None:
    dice = random.Random(seed)
    friday = midnight(date(2026, 1, 9))

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        if attempt > 6 or message.kind in ("statement-line", "payout-notice", "sms"):
            return (HOP_US,)
        copies = 0 if dice.randrange(100) < loss_percent else 1 + (dice.randrange(100) < loss_percent)
        return tuple(HOP_US + dice.choice((0, 1, 40_000, 3 * MINUTE, 25 * MINUTE)) for _ in range(copies))

    world = two_shops()
    cards = {ref: msgspec.structs.replace(card, balance_fen=10**12) for ref, card in world.cards.items()}
    street = Street(msgspec.structs.replace(world, cards=cards), friday, way)
    for number, (minute, amount_fen, card, mid) in enumerate(sorted(sales), start=1):
        street.until(friday + minute * MINUTE).sell(f"order-{number}", amount_fen, card, mid, number)
    street.sell("last", 10_000, "good-debit", SHOP, 900)
    street.sell("last-too", 10_000, "good-debit", "999000054110002", 901)
    street.until(friday + 12 * DAY)

    files = {(f.file_no, f.part): f for f in street.sent("clearing-file", "switch") if isinstance(f, ClearingFile)}
    lines = [line for file in files.values() for line in file.lines]
    assert len(lines) == len({line.rrn for line in lines}) == len(sales) + 2
    tariff = Tariff(world)
    for line in lines:
        fees = tariff.of(line.mid, line.card, line.amount_fen)
        assert (line.merchant_fee_fen, line.interchange_fen, line.acquirer_fee_fen, line.issuer_fee_fen) == fees
    for merchant in world.merchants:
        net_fen = sum(ln.amount_fen - ln.merchant_fee_fen for ln in lines if ln.mid == merchant.mid)
        assert street.book("bank").standing(f"B.account.{merchant.account_no}") == net_fen
        tries = {
            (o.payout_no, o.try_no): o.amount_fen for o in street.sent("payout-order", "rail") if o.mid == merchant.mid
        }
        assert sum(tries.values()) == net_fen
    assert street.host.book.standing("A.fee_income") == sum(ln.merchant_fee_fen for ln in lines)
    assert street.book("switch").standing("N.fee_income") == sum(
        ln.acquirer_fee_fen + ln.issuer_fee_fen for ln in lines
    )
    assert street.book("issuer").standing("I.interchange_income") == sum(ln.interchange_fen for ln in lines)
    assert everything_is_at_rest(street)


def everything_is_at_rest(street: Street) -> bool:
    """Nothing is on its way any more, every mirror of central-bank money agrees, and every book balances."""
    host, switch, issuer, rail, bank = (street.book(who) for who in ("host", "switch", "issuer", "rail", "bank"))
    for merchant in street.world.merchants:
        assert host.standing(f"A.merchant_payable.{merchant.mid}.pending") == 0
        assert host.standing(f"A.merchant_payable.{merchant.mid}.available") == 0
    for account in ("A.scheme_receivable", "A.payout_in_transit", "A.payout_returned"):
        assert host.standing(account) == 0, account
    assert (switch.standing("N.due_from_issuer"), switch.standing("N.due_to_acquirer")) == (0, 0)
    assert issuer.standing("I.clearing_payable") == 0
    assert bank.standing("B.suspense") == 0
    assert all(balance == 0 for account, balance in rail.balances.items() if account.startswith("R.in_flight."))
    assert host.standing("A.reserve_cash") == rail.standing("R.account.A.reserve")
    assert switch.standing("N.cash") == rail.standing("R.account.N")
    assert issuer.standing("I.cash") == rail.standing("R.account.I")
    assert bank.standing("B.interbank_cash") == rail.standing("R.account.B")
    return all(sum(street.book(who).balances.values()) == 0 for who in ("host", "switch", "issuer", "rail", "bank"))
