"""From captured sale to the merchant's account: the worked example to the fen, calendars, what is captured."""

from datetime import date

import msgspec
import pytest
from street import (
    ACCOUNT,
    AVAILABLE,
    IN_FLIGHT,
    MONDAY,
    PAYOUT,
    PENDING,
    SHOP,
    TUESDAY,
    WEDNESDAY,
    Desk,
    Street,
    a_thousand_on_monday,
    everything_is_at_rest,
    freeze,
)

from acquirer.host.clearing import LINES_A_PART, ClearingDue
from acquirer.host.fees import Tariff
from acquirer.host.funding import FundingDesk
from acquirer.host.payout_records import StatusOverdue
from acquirer.host.payout_steps import HEARD, PAYOUTS
from poslab.messages.words import HOST_WORDS
from poslab.party.contract import Logged
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.world.calendar import Calendar
from poslab.world.presets import corner_shop

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


def test_a_host_that_was_down_when_the_world_began_begins_when_it_is_back() -> None:
    street = Street(corner_shop(), MONDAY, asleep="host")
    street.until(MONDAY + 9 * HOUR).tell("host", Restarted())
    street.until(MONDAY + 10 * HOUR).sell("victim", 100_000, "good-credit", number=17)
    street.until(WEDNESDAY)
    assert everything_is_at_rest(street)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400


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
    assert PAYOUTS.missing(HEARD) == []


def test_log_words_are_the_host_s() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 9 * HOUR)
    freeze(street)
    street.until(MONDAY + 12 * DAY)
    words = {e.word for _, who, e in street.lines if who == "host" and isinstance(e, Logged)}
    assert words <= HOST_WORDS.keys()
