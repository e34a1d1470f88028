"""What its payer asks back: the rail asks for it by itself until the account bank has said what becomes of it."""

import pytest
from playbook import Playbook

from bank.rail import Rail
from bank.rail_records import (
    APPLIED_REPEAT_US,
    CREDIT_REPEAT_US,
    OWNER_ASKED,
    RECALL_ENDS_US,
    RECALLED,
    RecallOverdue,
)
from poslab.messages.funding import (
    BEING_RECALLED,
    CreditAnswer,
    PayoutOrder,
    PayoutQuery,
    PayoutRecall,
    PayoutStatus,
)
from poslab.party.contract import Became, Input, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.world.presets import corner_shop

PAYOUT = "999000054110001-20260105"
TRY = f"{PAYOUT}/1"
ORDER = PayoutOrder("", PAYOUT, 1, "999000054110001", "bank", "999100000777", "别人", 99_400)
CREDITED = CreditAnswer("", PAYOUT, 1, "credited")
RETURNED = CreditAnswer("", PAYOUT, 1, "returned", "NAME_NOT_CORRECT")
ASKS_BACK = PayoutRecall("", PAYOUT, 1)
ASKED = CreditAnswer("", PAYOUT, 1, "asked", "", 1)
KEPT = CreditAnswer("", PAYOUT, 1, "credited", "", 1)


def rail() -> Playbook:
    return Playbook(Rail(corner_shop()), 0)


def status(state: str, reason: str = "") -> Send:
    return Send("host", PayoutStatus("", PAYOUT, 1, state, reason))


def recalled(*then: Input) -> Playbook:
    """A payout that its payer asks back, and what was heard since."""
    return rail().given(ORDER, CREDITED, ASKS_BACK, *then)


def passed_on(attempt: int, number: int = 1) -> Send:
    return Send("bank", PayoutRecall("", PAYOUT, 1, number), attempt)


def letter(attempt: int) -> RecallOverdue:
    return RecallOverdue("", PAYOUT, 1, attempt)


def test_it_is_passed_on_and_asked_again_every_ten_minutes_of_silence() -> None:
    told = rail().given(ORDER, CREDITED).given(ASKS_BACK)
    told.wished(
        Kept("", "recall"),
        Became("", TRY, "delivered", "recalled"),
        Logged("", "recall-passed", {"payout": TRY}),
        status("credited", BEING_RECALLED),
        passed_on(2),
        Remind(CREDIT_REPEAT_US, letter(2)),
    ).sent("payout-status", "payout-recall")
    told.given(letter(2), after=CREDIT_REPEAT_US)
    told.wished(Logged("", "no-answer", {"payout": TRY}), passed_on(3), Remind(CREDIT_REPEAT_US, letter(3)))
    told.given(letter(3), after=CREDIT_REPEAT_US).wished(passed_on(4))
    assert not told.party.awaits(letter(3))


def test_a_bank_that_waits_for_the_owner_is_asked_every_few_hours() -> None:
    """For what the owner says may be lost on its way."""
    told = recalled().given(ASKED)
    told.wished(Became("", TRY, "recalled", "owner-asked"), Remind(APPLIED_REPEAT_US, letter(3))).sent()
    assert not told.party.awaits(letter(2))
    told.given(letter(3), after=APPLIED_REPEAT_US).wished(passed_on(4), Remind(APPLIED_REPEAT_US, letter(4)))
    told.given(ASKED).sent()
    assert told.party.awaits(letter(4))


@pytest.mark.parametrize("before", [(), (ASKED,)])
def test_what_the_owner_gives_back_goes_to_the_payer_once(before: tuple[Input, ...]) -> None:
    told = recalled(*before).given(RETURNED)
    told.wished(Posted, status("returned", "NAME_NOT_CORRECT")).sent("payout-status")
    told.given(RETURNED, ASKED, KEPT).sent()
    assert not told.party.awaits(letter(2))
    assert isinstance(told.party, Rail)
    assert all(balance == 0 for balance in told.party.book.balances.values())


@pytest.mark.parametrize("before", [(), (ASKED,)])
def test_what_the_owner_keeps_is_asked_for_no_more_until_the_payer_asks_again(before: tuple[Input, ...]) -> None:
    told = recalled(*before).given(KEPT)
    told.wished(Became("", TRY, OWNER_ASKED if before else RECALLED, "delivered"), status("credited"))
    told.wished(Logged("", "recall-refused", {"payout": TRY})).sent("payout-status")
    assert not [attempt for attempt in range(9) if told.party.awaits(letter(attempt))]
    told.given(KEPT).sent()
    told.given(ASKS_BACK).wished(Became("", TRY, "delivered", "recalled")).sent("payout-status", "payout-recall")
    assert told.said("payout-recall").number == 2


@pytest.mark.parametrize("before", [(), (ASKED,)])
def test_a_late_answer_to_the_order_or_to_an_older_recall_ends_nothing(before: tuple[Input, ...]) -> None:
    told = recalled(*before).given(CREDITED).sent()
    told.wished(Logged("", "duplicate", {"payout": TRY, "how": "answer-credited-not-used"}))
    told.given(KEPT, ASKS_BACK, KEPT, ASKED).sent("payout-status", "payout-status", "payout-recall")
    letters = [effect.of for effect in told.effects if isinstance(effect, Remind)]
    assert told.party.awaits(letters[-1])
    told.given(CreditAnswer("", PAYOUT, 1, "credited", "", 2)).wished(Became("", TRY, "recalled", "delivered"))


def test_a_payer_who_asks_once_more_has_the_same_recall_passed_on() -> None:
    told = recalled().given(ASKS_BACK)
    told.wished(status("credited", BEING_RECALLED), passed_on(3), Remind(CREDIT_REPEAT_US, letter(3)))
    told.given(ASKED).given(ASKS_BACK).wished(passed_on(5), Remind(APPLIED_REPEAT_US, letter(5)))
    assert not told.party.awaits(letter(3))


@pytest.mark.parametrize("before", [(), (ASKED,)])
def test_after_ten_days_it_is_left_and_the_payer_may_ask_again(before: tuple[Input, ...]) -> None:
    told = recalled(*before)
    last = letter(2 + len(before))
    assert isinstance(told.party, Rail)
    told.given(last, after=RECALL_ENDS_US - 1).sent("payout-recall")
    last = letter(3 + len(before))
    told.given(last, after=1)
    told.wished(Became("", TRY, OWNER_ASKED if before else RECALLED, "delivered"), status("credited"))
    told.wished(Logged("", "recall-ended", {"payout": TRY})).sent("payout-status")
    assert not [effect for effect in told.effects if isinstance(effect, Remind)]
    told.given(ASKS_BACK).sent("payout-status", "payout-recall")
    assert told.said("payout-recall").number == 2


def test_what_is_given_back_after_that_is_taken_all_the_same() -> None:
    told = recalled().given(letter(2), after=RECALL_ENDS_US).given(RETURNED)
    told.wished(Became("", TRY, "delivered", "returned"), status("returned", "NAME_NOT_CORRECT"))


@pytest.mark.parametrize(("before", "after_us"), [((), CREDIT_REPEAT_US), ((ASKED,), APPLIED_REPEAT_US)])
def test_it_survives_a_restart_and_is_asked_at_once(before: tuple[Input, ...], after_us: int) -> None:
    told = recalled(*before)
    again = rail()
    again.party.restore(told.party.snapshot())
    assert again.party.snapshot() == told.party.snapshot()
    attempt = 3 + len(before)
    again.given(Restarted()).wished(passed_on(attempt), Remind(after_us, letter(attempt))).sent("payout-recall")
    assert not again.party.awaits(letter(attempt - 1))
    again.given(letter(attempt), after=RECALL_ENDS_US).wished(Logged("", "recall-ended", {"payout": TRY}))


def test_meanwhile_it_stands_as_credited_and_asked_back_for_whoever_asks() -> None:
    for told in (recalled(), recalled(ASKED)):
        told.given(ORDER).wished(status("credited", BEING_RECALLED))
        told.given(PayoutQuery("", PAYOUT, 1)).wished(status("credited", BEING_RECALLED))
    recalled(KEPT).given(PayoutQuery("", PAYOUT, 1)).wished(status("credited"))


def test_nobody_is_asked_for_what_is_not_credited() -> None:
    told = rail().given(ORDER).given(ASKS_BACK).silent()
    told.given(RETURNED).given(ASKS_BACK).wished(status("returned", "NAME_NOT_CORRECT")).sent("payout-status")
