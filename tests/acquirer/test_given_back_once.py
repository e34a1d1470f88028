"""What was given back of a payment in one way the host gives back in no other: refund, correction, chargeback.

Each pair in both orders, with a copy of what came first and a restart in between.
"""

import pytest
from msgspec.structs import replace
from nights import KEY, MID, MONDAY, Day

from poslab.messages.card import REFUND, SALE, VOID, FinancialNotice, FinancialRequest, ReversalRequest
from poslab.messages.disputes import DisputeAnswered, DisputeStep
from poslab.messages.facts import (
    AdjustmentStopped,
    CorrectionOrdered,
    FreezeLifted,
    FreezeOrdered,
    HoldReviewed,
)
from poslab.messages.funding import AdjustmentNotice
from poslab.party.contract import Became, Input, Logged, Posted, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, MINUTE
from poslab.world.presets import corner_shop
from poslab.world.world import RiskRules, World

VICTIM, RRN = KEY.format(17), "260000000001"
CASE = f"D{RRN}"
GROSS, NET, FEE, PART = 100_000, 99_400, 600, 40_000
AVAILABLE, HELD = (f"A.merchant_payable.{MID}.{state}" for state in ("available", "held"))
PARKED, RECEIVABLE, SUSPENSE = "A.long_suspense", "A.scheme_receivable", "A.dispute_suspense"
PAYOUT = f"{MID}-20260105"
MORNING = MONDAY + DAY + 8 * HOUR
NEXT_NIGHT = MONDAY + DAY + 23 * HOUR + 40 * MINUTE


def refund(amount_fen: int = GROSS, number: int = 30) -> FinancialNotice:
    key = KEY.format(number)
    return FinancialNotice(
        "victim", key, MID, REFUND, amount_fen, "good-credit", original=VICTIM, original_rrn=RRN, mac=1
    )  # fmt: skip


def chargeback(amount_fen: int = 0) -> DisputeStep:
    return DisputeStep("victim", "issuer", RRN, "chargeback", "issuer", "goods", amount_fen)


def retrieval() -> DisputeStep:
    return DisputeStep("victim", "issuer", RRN, "retrieval", "issuer", "goods")


CORRECTION = CorrectionOrdered("victim")
REVERSAL = ReversalRequest("victim", VICTIM, MID, SALE, GROSS, "good-credit", "98", mac=1)
FREEZE, LIFT = FreezeOrdered("", "ZF-0001", RRN), FreezeLifted("", "ZF-0001", RRN)


def shop() -> World:
    """A merchant that may owe something for refunds."""
    world = corner_shop()
    (merchant,) = world.merchants
    return replace(world, merchants=(replace(merchant, refund_credit_fen=10 * GROSS),))


def risky() -> World:
    """The acquirer holds what is larger than 500.00."""
    world = shop()
    return replace(world, acquirer=replace(world.acquirer, risk=RiskRules(amount_over_fen=50_000)))


def cleared(world: World | None = None) -> Day:
    """A sale of 1,000.00 on Monday that is in its file, with a small one beside it."""
    day = Day(world or shop()).sell(17, "victim", GROSS, "good-credit").sell(18, "other", 4_500)
    day.until(MORNING)
    assert day.rrn("victim") == RRN
    return day


def again(day: Day, first: Input) -> Day:
    """A copy comes, and the host restarts: nothing more is booked for either."""
    for told in (first, Restarted()):
        kept = day.party.snapshot()
        day.party.restore(kept)
        assert day.party.snapshot() == kept
        day.hear(told)
        assert [e for e in day.effects if isinstance(e, Posted)] == []
    return day


def answer_to(day: Day, second: Input) -> str:
    """With which code the host refuses what comes second; 00 if it takes it."""
    day.hear(second)
    if isinstance(second, DisputeStep):
        return str(day.said("dispute-step-heard").code)
    if isinstance(second, ReversalRequest):
        return str(day.said("0410").code)
    if isinstance(second, FinancialNotice):
        return str(day.said("0230").code)
    said = [e.details["code"] for e in day.effects if isinstance(e, Logged) and e.word == "correction-refused"]
    return str(said[0]) if said else "00"


def moved(day: Day) -> bool:
    """Whether the last input moved money, or will with the next file."""
    due = [e for e in day.effects if isinstance(e, Logged) and e.word == "adjustment-due"]
    return bool(due) or any(isinstance(e, Posted) for e in day.effects)


PAIRS: dict[str, tuple[Input, Input, str]] = {
    "refund, then a chargeback": (refund(), chargeback(), "12"),
    "refund, then a chargeback of a part": (refund(), chargeback(PART), "12"),
    "refund, then a request for the slip": (refund(), retrieval(), "12"),
    "refund, then a correction": (refund(), CORRECTION, "12"),
    "refund, then a late reversal": (refund(), REVERSAL, "12"),
    "a part refunded, then more than is left charged back": (refund(PART), chargeback(GROSS), "64"),
    "a part refunded, then a correction": (refund(PART), CORRECTION, "12"),
    "a part refunded, then a late reversal": (refund(PART), REVERSAL, "12"),
    "correction, then a refund": (CORRECTION, refund(), "12"),
    "correction, then a refund of a part": (CORRECTION, refund(PART), "12"),
    "correction, then a chargeback": (CORRECTION, chargeback(), "12"),
    "correction, then a chargeback of a part": (CORRECTION, chargeback(PART), "12"),
    "correction, then a request for the slip": (CORRECTION, retrieval(), "12"),
    "correction, then a late reversal": (CORRECTION, REVERSAL, "12"),
    "chargeback, then a refund": (chargeback(), refund(), "12"),
    "chargeback, then a refund of a part": (chargeback(), refund(PART), "12"),
    "chargeback, then a correction": (chargeback(), CORRECTION, "12"),
    "chargeback, then a late reversal": (chargeback(), REVERSAL, "12"),
    "a part charged back, then a refund of all": (chargeback(PART), refund(), "64"),
    "a part charged back, then a correction": (chargeback(PART), CORRECTION, "12"),
    "a part charged back, then a late reversal": (chargeback(PART), REVERSAL, "12"),
    "late reversal, then a refund": (REVERSAL, refund(), "12"),
    "late reversal, then a chargeback": (REVERSAL, chargeback(), "12"),
    "late reversal, then a correction": (REVERSAL, CORRECTION, "12"),
}
"""What came first, what comes second, and with which code that is refused."""


@pytest.mark.parametrize("later", [0, DAY, 10 * DAY], ids=["at once", "a day later", "ten days later"])
@pytest.mark.parametrize("pair", PAIRS)
def test_what_comes_second_is_refused_and_moves_nothing(pair: str, later: int) -> None:
    first, second, code = PAIRS[pair]
    day = cleared().hear(first)
    assert moved(day)
    again(day, first).until(MORNING + later)
    if later > DAY and isinstance(second, CorrectionOrdered | ReversalRequest):
        day.hear(second)  # the attempt itself is forgotten by then: nothing is found that could be taken back
    else:
        assert answer_to(day, second) == code
    assert not moved(day)


PARTS: dict[str, tuple[Input, Input]] = {
    "refunded, then refunded": (refund(PART), refund(GROSS - PART, 31)),
    "refunded, then charged back": (refund(PART), chargeback(GROSS - PART)),
    "charged back, then refunded": (chargeback(PART), refund(GROSS - PART)),
}


@pytest.mark.parametrize("pair", PARTS)
def test_parts_add_up_to_the_payment_and_no_further(pair: str) -> None:
    first, second = PARTS[pair]
    day = again(cleared().hear(first), first)
    assert answer_to(day, second) == "00"
    again(day, second)
    assert answer_to(day, refund(1, 32)) == "12"
    back = [fen for name, posted in day.entries().items() if name[:4] in ("P8a/", "P10a") for _, _, fen in posted]
    assert sum(back) == GROSS


def test_a_chargeback_of_all_takes_what_a_refund_has_left() -> None:
    day = cleared().hear(refund(PART)).hear(chargeback())
    heard = day.said("dispute-step-heard")
    assert (heard.code, heard.amount_fen, heard.charged_fen) == ("00", GROSS, GROSS - PART)
    assert day.entries()[f"P10a/{VICTIM}/{CASE}"] == ((SUSPENSE, RECEIVABLE, GROSS - PART),)
    assert day.entries()[f"P10b/{VICTIM}/{CASE}"] == ((AVAILABLE, SUSPENSE, GROSS - PART),)


def test_who_asked_for_the_slip_may_charge_back_what_is_left_and_no_more() -> None:
    day = cleared().hear(retrieval()).hear(refund(PART))
    assert answer_to(day, chargeback(GROSS)) == "64"
    day.hear(chargeback())
    assert day.entries()[f"P10a/{VICTIM}/{CASE}"] == ((SUSPENSE, RECEIVABLE, GROSS - PART),)


def test_what_representment_won_back_may_be_given_back_again() -> None:
    day = cleared().hear(chargeback()).hear(DisputeAnswered("", RRN, "represent"))
    assert answer_to(day, refund(number=30)) == "12", "it is claimed again, and still with the cardholder"
    day.hear(DisputeStep("victim", "issuer", RRN, "representment-accepted", "issuer"))
    assert answer_to(day, refund(number=31)) == "00"


def test_what_was_voided_or_reversed_before_its_clearing_is_no_payment_that_could_be_taken_back() -> None:
    day = Day(shop()).sell(17, "victim", GROSS, "good-credit").hear(CORRECTION)
    void = FinancialRequest("victim", KEY.format(19), MID, VOID, GROSS, "good-credit", original=VICTIM, mac=1)
    day.hear(void)
    assert day.said("0210").code == "12"
    for second in (refund(), chargeback(), retrieval()):
        assert answer_to(day, second) in ("12", "25")
        assert not moved(day)


def test_a_host_remembers_for_as_long_as_somebody_may_charge_back() -> None:
    day = cleared().hear(refund()).until(MORNING + 165 * DAY).sell(50, "later", 5_000, "good-credit")
    later = replace(refund(5_000, 51), about="later", original=KEY.format(50), original_rrn=day.rrn("later"))
    assert answer_to(day.until(MORNING + 166 * DAY), later) == "00"
    assert answer_to(day, chargeback()) == "12"


# --- a case is open


@pytest.mark.parametrize("asked", ["retrieval", "inquiry"])
def test_a_correction_ends_an_open_case_once_it_is_made(asked: str) -> None:
    day = cleared().hear(DisputeStep("victim", "issuer", RRN, asked, "issuer", "goods")).hear(CORRECTION)
    assert day.words("error-case") == [{"why": "correction-ordered", "key": VICTIM}]
    assert [e.after for e in day.all if isinstance(e, Became) and e.of == CASE] == [asked], "a clerk may still stop it"
    assert answer_to(day, chargeback()) == "12"
    day.until(NEXT_NIGHT)
    assert [e.after for e in day.all if isinstance(e, Became) and e.of == CASE] == [asked, "closed"]
    assert [e.message.step for e in day.all if isinstance(e, Send) and e.message.kind == "dispute-step"][:1] == [
        "refunded"
    ]
    assert day.party.office.book.standing(HELD) == 0  # type: ignore[attr-defined]


def test_a_correction_before_the_clearing_ends_it_at_once() -> None:
    day = Day(shop()).sell(17, "victim", GROSS, "good-credit").hear(retrieval()).hear(CORRECTION)
    assert [e.after for e in day.all if isinstance(e, Became) and e.of == CASE] == ["retrieval", "closed"]


# --- what is held, and what is frozen


def given_back(day: Day) -> list[AdjustmentNotice]:
    return [e.message for e in day.all if isinstance(e, Send) and isinstance(e.message, AdjustmentNotice)]


def test_what_a_risk_rule_holds_is_taken_for_a_correction_and_nothing_else_is() -> None:
    day = cleared(risky()).hear(CORRECTION)
    (due,) = day.words("adjustment-due")
    assert due["payout_no"] == f"{PAYOUT}-1", "the payout that the rule holds"
    assert not [e for e in day.effects if isinstance(e, Posted)], "it is kept back already"
    day.until(NEXT_NIGHT)
    (rrn,) = [str(made["rrn"]) for made in day.words("credit-adjusted")]
    assert day.entries()[f"P13a/{VICTIM}/{rrn}"] == ((HELD, PARKED, NET),)
    assert day.entries()[f"P13b/{VICTIM}/{rrn}"] == ((PARKED, RECEIVABLE, NET), ("A.fee_income", RECEIVABLE, FEE))
    assert [(told.amount_fen, told.fee_fen) for told in given_back(day)] == [(GROSS, 0)], "she never heard of the fee"
    assert [e.after for e in day.all if isinstance(e, Became) and e.of == f"{PAYOUT}-1"][-1] == "withdrawn"


def test_what_waits_to_be_given_back_is_not_let_go_with_its_rule() -> None:
    day = cleared(risky()).hear(CORRECTION).hear(HoldReviewed("", RRN))
    assert day.words("hold-released") == []
    day.hear(AdjustmentStopped("victim"))
    assert [released["payout_no"] for released in day.words("payout-held")] == [f"{PAYOUT}-1"] * 2
    assert len(day.words("hold-released")) == 1
    assert day.entries()[f"P9b/{VICTIM}/1"] == ((HELD, AVAILABLE, NET),)


def test_a_correction_that_is_stopped_leaves_the_rule_in_force() -> None:
    day = cleared(risky()).hear(CORRECTION).hear(AdjustmentStopped("victim"))
    assert day.words("hold-released") == []
    day.hear(HoldReviewed("", RRN))
    assert len(day.words("hold-released")) == 1


@pytest.mark.parametrize("told", [CORRECTION, refund(), REVERSAL])
def test_what_an_authority_has_frozen_nobody_gives_back(told: Input) -> None:
    day = cleared().hear(FREEZE)
    assert answer_to(day, told) == ("12" if told is REVERSAL else "93")
    assert not moved(day)
    day.hear(told)
    assert not moved(day)
    day.hear(LIFT).hear(CORRECTION)
    assert moved(day)


def test_nor_before_its_clearing() -> None:
    day = Day(shop()).sell(17, "victim", GROSS, "good-credit").hear(FREEZE)
    assert answer_to(day, CORRECTION) == "93"
    void = FinancialRequest("victim", KEY.format(19), MID, VOID, GROSS, "good-credit", original=VICTIM, mac=1)
    assert day.hear(void).said("0210").code == "93"
    assert answer_to(day.hear(LIFT), CORRECTION) == "00"


def test_an_authority_stops_a_correction_and_its_money_stays_where_it_is_kept() -> None:
    day = cleared().hear(CORRECTION).hear(FREEZE)
    assert [e.postings for e in day.effects if isinstance(e, Posted)] == [
        ((PARKED, AVAILABLE, NET),),
        ((AVAILABLE, HELD, NET),),
    ]
    assert [held["payout_no"] for held in day.words("payout-held")] == [f"{PAYOUT}-1"]
    day.hear(FREEZE)
    assert not moved(day)
    assert day.until(NEXT_NIGHT).words("credit-adjusted") == []
    assert answer_to(day, chargeback()) == "00", "an authority keeps the merchant from the money, not the card's bank"


def test_a_rule_and_an_authority_hold_what_a_clerk_wanted_to_give_back() -> None:
    day = cleared(risky()).hear(CORRECTION).hear(FREEZE).hear(HoldReviewed("", RRN))
    assert day.words("hold-released") == []
    assert day.words("adjustment-stopped") == [{"key": VICTIM}]
    day.hear(LIFT)
    assert len(day.words("hold-released")) == 1
