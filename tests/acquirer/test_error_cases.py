"""A reversal after the clearing, and clerks: parked, adjusted with the next file, stopped, told to the platform."""

import msgspec
from nights import KEY, MID, MONDAY, Day

from poslab.messages.card import REFUND, SALE, FinancialNotice, QueryRequest, ReversalRequest
from poslab.messages.facts import AdjustmentStopped, CorrectionOrdered
from poslab.messages.funding import AdjustmentNotice, ClearingFile, PayoutStatus, TransferDone
from poslab.party.contract import Became, Logged, Posted, Send
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop, gateway_shop
from poslab.world.world import World

VICTIM = KEY.format(17)
AVAILABLE = f"A.merchant_payable.{MID}.available"
PENDING = f"A.merchant_payable.{MID}.pending"
PARKED, RECEIVABLE = "A.long_suspense", "A.scheme_receivable"
PAYOUT, PART = f"{MID}-20260105", f"{MID}-20260105-1"
MORNING = MONDAY + DAY + 8 * HOUR + 30 * MINUTE
NEXT_NIGHT = MONDAY + DAY + 23 * HOUR + 40 * MINUTE


def reversal() -> ReversalRequest:
    return ReversalRequest("victim", VICTIM, MID, SALE, 100_000, "good-credit", "98", mac=1)


def cleared(world: World | None = None) -> Day:
    day = Day(world).sell(17, "victim", 100_000, "good-credit").sell(18, "other", 4_500)
    return day.until(MORNING)


def late(world: World | None = None) -> Day:
    return cleared(world).hear(reversal())


def states(day: Day, payout_no: str) -> list[str]:
    return [e.after for e in day.all if isinstance(e, Became) and e.of == payout_no]


def notices(day: Day) -> list[AdjustmentNotice]:
    """What the merchant is told of adjustments."""
    return [e.message for e in day.all if isinstance(e, Send) and isinstance(e.message, AdjustmentNotice)]


def paid(day: Day) -> Day:
    """The network has paid for Monday, and the rail what was due on Tuesday."""
    day.hear(TransferDone("", "20260105-host-out", "R.account.N", "R.account.A.reserve", 99_000), MORNING + MINUTE)
    day.until(MONDAY + DAY + 11 * HOUR)
    return day.hear(PayoutStatus("", PAYOUT, 1, "credited"))


def test_too_late_it_is_answered_12_and_what_it_left_the_merchant_is_parked() -> None:
    day = late()
    day.wished(
        Logged("victim", "reversal-too-late", {"key": VICTIM}),
        Logged("victim", "error-case", {"why": "reversal-after-clearing", "key": VICTIM}),
        Became("", PART, "scheduled", "held"),
    )
    assert day.said("0410").code == "12"
    assert [e.postings for e in day.effects if isinstance(e, Posted)] == [((AVAILABLE, PARKED, 99_400),)]
    assert states(day, PAYOUT) == ["scheduled"]


def test_with_the_next_file_the_whole_amount_is_given_back_and_the_fee_with_it() -> None:
    day = late().until(NEXT_NIGHT)
    (file,) = [e.message for e in day.all if isinstance(e, Send) and isinstance(e.message, ClearingFile)][-1:]
    (line,) = file.lines
    assert (file.business_date, line.key, line.amount_fen) == ("20260106", VICTIM, -100_000)
    assert line.rrn != day.rrn("victim")
    assert (line.merchant_fee_fen, line.interchange_fen, line.acquirer_fee_fen) == (0, 0, 0)
    assert day.entries()[f"P13b/{VICTIM}/{line.rrn}"] == (
        (PARKED, RECEIVABLE, 99_400),
        ("A.fee_income", RECEIVABLE, 600),
    )
    assert states(day, PART) == ["scheduled", "held", "withdrawn"]
    told = AdjustmentNotice("victim", "given-back", f"{VICTIM}/{line.rrn}", 100_000, 0, has_slip=False)
    assert notices(day) == [told], "of the fee she never heard, and her till has taken the sale back"
    assert f"P2/{file.file_no}/1" not in day.entries()


def test_a_case_is_opened_once() -> None:
    day = late().hear(reversal())
    assert day.said("0410").code == "12"
    day.hear(CorrectionOrdered("victim")).until(NEXT_NIGHT)
    day.hear(reversal()).until(NEXT_NIGHT + DAY)
    assert [e for e in day.entries() if e.startswith(("P13a", "P13b"))] == [
        e for e in day.entries() if VICTIM in e and e.startswith("P13")
    ]
    assert len(day.words("error-case")) == len(day.words("credit-adjusted")) == 1


def test_paid_out_already_nothing_is_parked_and_later_payouts_are_less() -> None:
    day = paid(cleared()).hear(reversal())
    assert day.words("adjustment-due") == [{"key": VICTIM, "payout_no": "", "amount_fen": 99_400}]
    day.sell(40, "next", 200_000, "good-credit").until(NEXT_NIGHT)
    booked = next(postings for entry, postings in day.entries().items() if entry.startswith("P13b"))
    assert booked == ((AVAILABLE, RECEIVABLE, 99_400), ("A.fee_income", RECEIVABLE, 600))
    assert [(notice.amount_fen, notice.fee_fen) for notice in notices(day)] == [(100_000, 600)]
    day.hear(
        TransferDone("", "20260106-host-out", "R.account.N", "R.account.A.reserve", 99_000),
        MONDAY + 2 * DAY + 9 * HOUR,
    )
    day.until(MONDAY + 2 * DAY + 11 * HOUR)
    assert [netted["amount_fen"] for netted in day.words("adjustment-netted")] == [99_400]
    order = [e.message for e in day.all if isinstance(e, Send) and e.message.kind == "payout-order"][-1]
    assert order.amount_fen == 198_800 - 99_400


def test_a_clerk_who_keeps_the_credit_has_it_paid_with_the_next_run() -> None:
    day = late().hear(AdjustmentStopped("victim"))
    assert [e.postings for e in day.effects if isinstance(e, Posted)] == [((PARKED, AVAILABLE, 99_400),)]
    assert states(day, PART) == ["scheduled", "held", "scheduled"]
    day.hear(AdjustmentStopped("victim")).silent()
    day.hear(TransferDone("", "20260105-host-out", "R.account.N", "R.account.A.reserve", 99_000))
    day.until(NEXT_NIGHT)
    assert states(day, PART)[-2:] == ["instructed", "unknown"]  # nobody answers for the rail here
    assert [date for date, _ in day.files()] == ["20260105"]


def test_a_clerk_takes_a_sale_back_before_its_clearing_by_reversal() -> None:
    day = Day().sell(17, "victim", 100_000, "good-credit").hear(CorrectionOrdered("victim"))
    day.wished(Became("victim", VICTIM, "approved", "reversed"))
    assert day.entries()[f"P7/{VICTIM}"] == ((PENDING, RECEIVABLE, 100_000),)
    assert day.said("0420").rrn == day.rrn("victim")
    day.hear(CorrectionOrdered("victim")).silent()
    assert day.until(NEXT_NIGHT).files() == []


def test_a_clerk_takes_a_sale_back_after_its_clearing_by_adjustment() -> None:
    day = cleared().hear(CorrectionOrdered("victim"))
    assert day.words("error-case") == [{"why": "correction-ordered", "key": VICTIM}]
    assert notices(day) == [], "a clerk may still stop it"
    assert len(day.until(NEXT_NIGHT).words("credit-adjusted")) == 1
    assert [notice.has_slip for notice in notices(day)] == [True]


def test_what_is_being_given_back_is_not_refunded_too() -> None:
    refund = FinancialNotice(
        "victim", KEY.format(30), MID, REFUND, 100_000, "good-credit", original=VICTIM,
        original_rrn=cleared().rrn("victim"), mac=1,
    )  # fmt: skip
    late().hear(refund).wished(Logged("victim", "refused", {"code": "12", "key": KEY.format(30)}))
    stopped = late().hear(AdjustmentStopped("victim")).hear(refund)
    assert stopped.words("refused") == []


def test_a_refunded_sale_opens_no_case() -> None:
    day = cleared()
    refund = FinancialNotice(
        "victim", KEY.format(30), MID, REFUND, 50_000, "good-credit", original=VICTIM, original_rrn=day.rrn("victim"),
        mac=1,
    )  # fmt: skip
    day.hear(refund).hear(reversal())
    assert day.words("error-case") == []


def test_the_platform_is_told_that_the_order_is_given_back() -> None:
    day = late(gateway_shop())
    assert [e.message.state for e in day.effects if isinstance(e, Send) and e.message.kind == "order-notice"] == []
    day.until(NEXT_NIGHT)
    told = [e.message for e in day.all if isinstance(e, Send) and e.message.kind == "order-notice"]
    assert "refunded" in [notice.state for notice in told if notice.key == VICTIM]


def test_a_sale_that_is_paid_by_itself_is_kept_back_by_itself() -> None:
    world = corner_shop()
    merchants = tuple(msgspec.structs.replace(one, payout_mode="per-sale") for one in world.merchants)
    day = late(msgspec.structs.replace(world, merchants=merchants))
    own = f"{PAYOUT}-{day.rrn('victim')[-10:]}"
    assert states(day, own) == ["scheduled", "held"]
    day.until(NEXT_NIGHT)
    assert states(day, own) == ["scheduled", "held", "withdrawn"]


def test_a_case_survives_a_restart() -> None:
    day = late()
    kept = day.party.snapshot()
    day.party.restore(kept)
    assert day.party.snapshot() == kept
    assert len(day.until(NEXT_NIGHT).words("credit-adjusted")) == 1


def test_a_query_says_that_an_error_case_is_open_until_it_is_given_back_or_kept() -> None:
    asked = QueryRequest("victim", KEY.format(90), MID, VICTIM, 1)
    assert cleared().hear(asked).said("0610").state == "cleared"
    assert late().hear(asked).said("0610").state == "error-case"
    assert late().hear(AdjustmentStopped("victim")).hear(asked).said("0610").state == "cleared"
