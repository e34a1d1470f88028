"""The funding leg while messages are lost, late and repeated, and while its institutions restart."""

import random
from collections import Counter
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street import (
    ACCOUNT,
    HOP_US,
    MONDAY,
    PAYOUT,
    PENDING,
    SHOP,
    TUESDAY,
    WEDNESDAY,
    Street,
    a_thousand_on_monday,
    everything_is_at_rest,
)

from acquirer.host.clearing import LINES_A_PART
from acquirer.host.fees import Tariff
from poslab.messages.facts import RepayoutApplied
from poslab.messages.funding import ClearingFile, PayoutStatus, TransferDone
from poslab.party.contract import Became, Input
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.text import Text
from poslab.world.presets import corner_shop
from poslab.world.world import Merchant, World

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
    assert len(street.sent("payout-order", "rail")) == 1
    queries = street.sent("payout-query", "rail")
    assert len(queries) > 3
    assert {(query.payout_no, query.try_no) for query in queries} == {(PAYOUT, 1)}
    assert street.became(PAYOUT) == ["scheduled", "instructed", "unknown", "taken", "credited"]
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == 99_400


def test_words_about_another_try_or_a_finished_payout_change_nothing() -> None:
    street = a_thousand_on_monday().until(TUESDAY + 11 * HOUR)
    before, lines = street.host.snapshot(), len(street.lines)
    for state in ("taken", "credited", "returned", "refused", "nonsense"):
        if state != "returned":  # of the try that was paid, that is news: its bank could not apply it after all
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


# --- random days on bad lines


def two_shops() -> World:
    world = corner_shop()
    second = Merchant("999000054110002", Text("二店", "Second"), "5411", "bank", "999100000002", "二店", "merchant-2")
    shops = (*world.merchants, second)  # nothing is too little to be paid: on bad lines no later payout may come
    paid = tuple(msgspec.structs.replace(shop, minimum_payout_fen=1) for shop in shops)
    return msgspec.structs.replace(world, merchants=paid)


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
