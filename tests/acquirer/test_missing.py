"""Sales that no clearing file has: counted at the cut, found in the morning, claimed by a clerk, paid late and once."""

import msgspec
import pytest
from nights import KEY, MID, MONDAY, Day

from acquirer.host.clearing import MatchDue
from poslab.messages.card import REFUND as GIVEN_BACK
from poslab.messages.card import FinancialNotice
from poslab.messages.facts import ClaimFiled, RecordLost
from poslab.party.contract import Logged, Posted, Remind
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop
from poslab.world.world import World


def lost(record: str, world: World | None = None) -> Day:
    day = Day(world).hear(RecordLost("victim", record))
    return day.sell(17, "victim").sell(18, "other", 4_500)


@pytest.mark.parametrize("record", ["capture", "file-line"])
def test_it_is_counted_at_the_cut_found_in_the_morning_and_claimed_into_the_next_file(record: str) -> None:
    day = lost(record).until(MONDAY + 23 * HOUR + 40 * MINUTE)
    assert day.files() == [("20260105", ["other"])]
    assert day.words("file-break") == []
    day.until(MONDAY + DAY + 3 * HOUR)
    assert day.words("file-break") == [{"why": "ledger-without-file", "key": KEY.format(17)}]
    day.at = MONDAY + DAY + 14 * HOUR
    day.hear(ClaimFiled("victim"))
    assert [details["key"] for details in day.words("claimed")] == [KEY.format(17)]
    day.hear(ClaimFiled("victim")).silent()
    day.until(MONDAY + DAY + 23 * HOUR + 40 * MINUTE)
    assert day.files()[1:] == [("20260106", ["victim"])]
    day.until(MONDAY + 2 * DAY + 12 * HOUR)
    assert len(day.words("file-break")) == 1


def test_what_was_never_captured_is_in_no_book_before_its_claim() -> None:
    day = lost("capture").until(MONDAY + DAY + 3 * HOUR)
    own = [entry for entry in day.entries() if KEY.format(17) in entry]
    assert own == []
    day.hear(ClaimFiled("victim")).wished(
        Posted(
            "victim",
            f"P14/{KEY.format(17)}",
            (("A.scheme_receivable", f"A.merchant_payable.{MID}.pending", 12_800),),
        )
    )


def test_what_only_the_file_lacks_is_booked_already() -> None:
    day = lost("file-line").until(MONDAY + DAY + 3 * HOUR)
    day.hear(ClaimFiled("victim"))
    assert [entry for entry in day.entries() if KEY.format(17) in entry] == [f"P1/{KEY.format(17)}"]


def test_a_day_that_lost_its_only_sale_is_matched_too() -> None:
    day = Day().hear(RecordLost("victim", "capture")).sell(17, "victim").until(MONDAY + DAY + 3 * HOUR)
    assert day.files() == []
    assert len(day.words("file-break")) == 1


def test_nobody_looks_where_the_count_agrees() -> None:
    day = Day().sell(17, "victim").sell(18, "other").until(MONDAY + 2 * DAY)
    assert not [e for e in day.all if isinstance(e, Remind) and isinstance(e.of, MatchDue)]


def test_where_nothing_is_matched_nobody_finds_out() -> None:
    world = corner_shop()
    acquirer = msgspec.structs.replace(world.acquirer, file_match=False)
    day = lost("capture", msgspec.structs.replace(world, acquirer=acquirer)).until(MONDAY + 3 * DAY)
    assert day.words("file-break") == []
    day.hear(ClaimFiled("victim")).silent()


def test_what_is_missing_is_claimed_before_it_is_given_back() -> None:
    day = lost("file-line").until(MONDAY + DAY + 12 * HOUR)
    refund = FinancialNotice(
        "victim", KEY.format(30), MID, GIVEN_BACK, 12_800, "good-debit", original=KEY.format(17),
        original_rrn=day.rrn("victim"), mac=1,
    )  # fmt: skip
    day.hear(refund).wished(Logged("victim", "refused", {"code": "12", "key": KEY.format(30)}))


def test_it_survives_a_restart_at_every_step() -> None:
    day = lost("capture")
    for at in (MONDAY + 20 * HOUR, MONDAY + DAY + HOUR, MONDAY + DAY + 3 * HOUR, MONDAY + DAY + 14 * HOUR):
        day.until(at)
        kept = day.party.snapshot()
        day.party.restore(kept)
        assert day.party.snapshot() == kept
    day.hear(ClaimFiled("victim")).until(MONDAY + DAY + 23 * HOUR + 40 * MINUTE)
    assert day.files()[1:] == [("20260106", ["victim"])]
