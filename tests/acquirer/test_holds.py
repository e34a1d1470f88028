"""What the acquirer keeps back: risk rules, reviews, an authority's order; who may let it go, and what is posted."""

from typing import Any

import msgspec
import pytest
from street import AVAILABLE, MONDAY, PAYOUT, SHOP, TUESDAY, WEDNESDAY, Street, everything_is_at_rest

from acquirer.host.risk import AMOUNT, NIGHT, ROUND, SAME_CARD, RiskDesk, rule_of
from poslab.messages.facts import FreezeLifted, FreezeOrdered, HoldReviewed, ReviewOpened, ReviewPassed
from poslab.messages.funding import FileAccepted, kept_line_no
from poslab.party.contract import Kept, Posted
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop, wallet_shop
from poslab.world.world import RiskRules

NET = 99_400
HELD = f"A.merchant_payable.{SHOP}.held"
RRN = "260000000017"


def street_with(*sales: tuple[str, int], number: int = 17) -> Street:
    street = Street(corner_shop(), MONDAY)
    street.until(MONDAY + 10 * HOUR + 15 * MINUTE)
    for n, (order, amount_fen) in enumerate(sales):
        street.sell(order, amount_fen, "good-credit", number=number + n)
    return street


def hit(street: Street, rule: str = AMOUNT) -> Street:
    street.host.desk.holds.risk._hits[RRN] = ("20260105", rule)
    return street


# --- the rules


@pytest.mark.parametrize(
    ("rules", "amount_fen", "same_card", "hour", "rule"),
    [
        (RiskRules(amount_over_fen=500_000), 500_001, 1, 12, AMOUNT),
        (RiskRules(amount_over_fen=500_000), 500_000, 1, 12, ""),
        (RiskRules(round_fen=100_000), 300_000, 1, 12, ROUND),
        (RiskRules(round_fen=100_000), 300_001, 1, 12, ""),
        (RiskRules(same_card=3), 100, 3, 12, SAME_CARD),
        (RiskRules(same_card=3), 100, 4, 12, SAME_CARD),
        (RiskRules(same_card=3), 100, 2, 12, ""),
        (RiskRules(night_from_at=23 * HOUR, night_until_at=5 * HOUR), 100, 1, 23, NIGHT),
        (RiskRules(night_from_at=23 * HOUR, night_until_at=5 * HOUR), 100, 1, 4, NIGHT),
        (RiskRules(night_from_at=23 * HOUR, night_until_at=5 * HOUR), 100, 1, 5, ""),
        (RiskRules(night_from_at=1 * HOUR, night_until_at=5 * HOUR), 100, 1, 2, NIGHT),
        (RiskRules(night_from_at=1 * HOUR, night_until_at=5 * HOUR), 100, 1, 12, ""),
        (RiskRules(), 10**9, 99, 3, ""),
    ],
)
def test_a_rule_hits(rules: RiskRules, amount_fen: int, same_card: int, hour: int, rule: str) -> None:
    assert rule_of(rules, amount_fen, same_card, MONDAY + hour * HOUR) == rule


def test_sales_with_one_card_are_counted_by_merchant_and_day() -> None:
    desk = RiskDesk(RiskRules(same_card=2))
    for n, (mid, card, date) in enumerate(
        (("m1", "c", "20260105"), ("m2", "c", "20260105"), ("m1", "d", "20260105"), ("m1", "c", "20260105"),
         ("m1", "c", "20260106"))
    ):  # fmt: skip
        desk.look(f"rrn-{n}", mid, card, 100, date, MONDAY)
    assert desk.hits_of("20260106") == [("rrn-3", SAME_CARD)]
    assert desk.hits_of("20260106") == []


# --- a rule holds a sale


def test_a_sale_that_a_rule_has_hit_is_held_when_it_is_cleared() -> None:
    street = hit(street_with(("victim", 100_000))).until(TUESDAY + 12 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "held"]
    assert street.posted("host")["P9a/90000001-000001-000017/1"] == ((AVAILABLE, HELD, NET),)
    (held,) = street.logged("payout-held")
    assert (held["why"], held["ref"], held["rrn"], held["amount_fen"]) == ("rule", AMOUNT, RRN, NET)


def test_the_hold_is_kept_before_it_is_posted() -> None:
    street = hit(street_with(("victim", 100_000))).until(TUESDAY)
    wished = [effect for _, who, effect in street.lines if who == "host"]
    posted = next(n for n, e in enumerate(wished) if isinstance(e, Posted) and e.entry.startswith("P9a/"))
    assert any(isinstance(e, Kept) and e.what == "hold" for e in wished[:posted])


def test_a_clerk_lets_it_go_and_it_is_paid_with_the_next_run() -> None:
    street = hit(street_with(("victim", 100_000))).until(TUESDAY + 15 * HOUR)
    street.stop("host")
    street.tell("host", HoldReviewed("", RRN))
    assert street.posted("host")["P9b/90000001-000001-000017/1"] == ((HELD, AVAILABLE, NET),)
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)
    assert street.host.book.standing(HELD) == 0


def test_a_second_word_of_the_clerk_changes_nothing() -> None:
    street = hit(street_with(("victim", 100_000))).until(TUESDAY + 15 * HOUR)
    street.tell("host", HoldReviewed("", RRN))
    before = street.host.snapshot()
    street.tell("host", HoldReviewed("", RRN))
    street.tell("host", HoldReviewed("", "260000000099"))
    assert street.host.snapshot() == before


def test_a_sale_that_was_void_before_its_clearing_is_not_held() -> None:
    street = hit(street_with(("victim", 100_000)))
    street.host.desk.withdraw("20260105", "90000001-000001-000017")
    street.until(TUESDAY + 12 * HOUR)
    assert street.logged("payout-held") == []
    assert street.host.desk.holds.held().holds == {}


# --- an authority


@pytest.mark.parametrize("at", [MONDAY + 18 * HOUR, TUESDAY + 9 * HOUR])
def test_an_order_holds_a_sale_that_is_not_paid_yet(at: int) -> None:
    street = street_with(("victim", 100_000), ("other", 10_000)).until(at)
    street.tell("host", FreezeOrdered("", "ZF-1", rrn=RRN))
    street.until(TUESDAY + 12 * HOUR)
    number = f"{PAYOUT}-1"
    assert (street.became(number)[-1], street.became(PAYOUT)[-1]) == ("held", "credited")
    assert street.host.book.standing(HELD) == NET


def test_no_clerk_releases_what_an_authority_has_ordered() -> None:
    street = hit(street_with(("victim", 100_000))).until(TUESDAY + 9 * HOUR)
    street.tell("host", FreezeOrdered("", "ZF-1", rrn=RRN))
    street.tell("host", HoldReviewed("", RRN))
    street.tell("host", HoldReviewed("", RRN))
    assert street.logged("release-refused") == [{"key": "90000001-000001-000017", "why": "legal"}]
    street.until(WEDNESDAY)
    assert street.became(PAYOUT)[-1] == "held"
    street.tell("host", FreezeLifted("", "ZF-1", rrn=RRN))
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)


def test_of_a_sale_that_is_paid_the_amount_is_kept_from_later_settlements() -> None:
    street = street_with(("victim", 100_000)).until(TUESDAY + 12 * HOUR)
    street.tell("host", FreezeOrdered("", "ZF-1", rrn=RRN))
    assert street.host.book.standing(AVAILABLE) == -NET
    street.sell("later", 150_000, "good-credit", number=30)
    street.until(WEDNESDAY + 12 * HOUR)
    assert [order.amount_fen for order in street.sent("payout-order", "rail")] == [NET, 149_100 - NET]
    assert street.logged("hold-netted")[0]["amount_fen"] == NET
    street.stop("host")
    street.tell("host", FreezeLifted("", "ZF-1", rrn=RRN))
    street.until(MONDAY + 3 * DAY + 11 * HOUR)
    assert street.became(f"{PAYOUT}-1")[-1] == "credited"
    assert everything_is_at_rest(street)
    assert street.host.book.standing(HELD) == 0


def test_what_was_owed_and_never_taken_is_simply_owed_no_more() -> None:
    street = street_with(("victim", 100_000)).until(TUESDAY + 12 * HOUR)
    street.tell("host", FreezeOrdered("", "ZF-1", rrn=RRN))
    street.tell("host", FreezeLifted("", "ZF-1", rrn=RRN))
    street.until(WEDNESDAY + 12 * HOUR)
    assert len(street.sent("payout-order", "rail")) == 1
    assert everything_is_at_rest(street)


def test_nobody_has_heard_of_that_sale() -> None:
    street = street_with(("victim", 100_000))
    street.tell("host", FreezeOrdered("", "ZF-1", rrn="260000000099"))
    assert street.host.desk.holds.held().holds == {}


# --- a review


def test_a_review_suspends_a_merchant_and_its_end_pays_it() -> None:
    street = street_with(("victim", 100_000)).until(MONDAY + 18 * HOUR)
    street.tell("host", ReviewOpened("", SHOP, "kyc"))
    street.until(TUESDAY + 12 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "suspended"]
    street.stop("host")
    street.tell("host", ReviewPassed("", SHOP))
    street.until(WEDNESDAY + 11 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
    assert everything_is_at_rest(street)


def test_a_review_of_nobody_is_nothing() -> None:
    street = street_with(("victim", 100_000))
    before = street.host.snapshot()
    street.tell("host", ReviewOpened("", "999000000000000"))
    street.tell("host", ReviewPassed("", SHOP))
    assert street.host.snapshot() == before


# --- the whole host


def test_a_blocked_merchant_sells_nothing_and_its_reversals_are_heard() -> None:
    from cardleg import MORNING, reversal, sale

    from acquirer.cast import cast

    host: Any = cast(corner_shop())["host"]
    host.handle(ReviewOpened("", SHOP, "kyc", True), MORNING)
    refused = [e.message for e in host.handle(sale(), MORNING) if hasattr(e, "message")]
    assert [(message.kind, message.code, message.not_forwarded) for message in refused] == [("0210", "03", True)]
    answered = [e.message for e in host.handle(reversal(), MORNING) if hasattr(e, "message")]
    assert [(message.kind, message.code) for message in answered] == [("0410", "00")]
    again = cast(corner_shop())["host"]
    again.restore(host.snapshot())
    assert again.snapshot() == host.snapshot()
    host.handle(ReviewPassed("", SHOP), MORNING)
    later = sale("90000001-000001-000020")
    assert [e.message.kind for e in host.handle(later, MORNING) if hasattr(e, "message")] == ["0200"]


def test_the_rules_look_at_what_the_host_captures() -> None:
    from cardleg import MORNING, answered, sale

    from acquirer.cast import cast

    world = corner_shop()
    acquirer = msgspec.structs.replace(world.acquirer, risk=RiskRules(amount_over_fen=10_000))
    host: Any = cast(msgspec.structs.replace(world, acquirer=acquirer))["host"]
    upstream = next(e.message for e in host.handle(sale(), MORNING) if hasattr(e, "message"))
    host.handle(answered(upstream), MORNING)
    assert host.office.funding.holds.risk.hits_of("20260105") == [("260000000001", AMOUNT)]


# --- what the merchant is told


def told(street: Street) -> list[str]:
    return [notice.state for notice in street.sent("hold-notice", "merchant")]


def test_a_host_that_dies_when_it_has_kept_a_sale_back_says_so_again() -> None:
    """It may have booked it and not have told the merchant, and nobody asks."""
    street = street_with(("victim", 100_000)).until(TUESDAY + 9 * HOUR)
    for fact, words in (
        (FreezeOrdered("", "ZF-1", RRN), ["held"]),
        (FreezeLifted("", "ZF-1", RRN), ["released"]),
        (ReviewOpened("", SHOP, "kyc"), ["suspended"]),
        (ReviewPassed("", SHOP), ["resumed"]),
    ):
        street.until(street.at + MINUTE)
        before = len(told(street))
        street.tell("host", fact)
        assert told(street)[before:] == words
        street.stop("host")
        assert told(street)[before:] == words * 2


def test_whoever_keeps_wallets_is_told_of_a_hold_and_its_end_until_it_has_heard() -> None:
    """A word is repeated as files are, past a restart as well, and no longer than until it is accepted."""
    street = Street(wallet_shop(), MONDAY).until(MONDAY + 10 * HOUR)
    street.sell("victim", 100_000, "good-credit", number=17)
    street.until(TUESDAY + 9 * HOUR)
    for fact, step in ((FreezeOrdered("", "ZF-1", RRN), "held"), (FreezeLifted("", "ZF-1", RRN), "released")):
        number = kept_line_no(RRN, "1", step)

        def said(number: str = number) -> int:
            return sum(file.file_no == number for file in street.sent("ledger-file", "platform"))

        street.tell("host", fact)
        assert said() == 1
        street.until(street.at + 3 * street.world.acquirer.file_repeat_us)
        assert said() == 4
        street.stop("host")
        assert said() == 5
        street.tell("host", FileAccepted("", number, 1))
        street.until(street.at + 3 * street.world.acquirer.file_repeat_us)
        assert said() == 5
