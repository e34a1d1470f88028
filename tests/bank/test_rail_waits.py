"""What the rail keeps while an account bank is in maintenance, and what a bank took in without applying it."""

import msgspec
from playbook import Playbook

from bank.rail import HEARD, PAYOUTS, Rail
from bank.rail_records import APPLIED_REPEAT_US, CREDIT_REPEAT_US, CreditOverdue
from poslab.messages.facts import BankMaintenance
from poslab.messages.funding import CreditAnswer, CreditOrder, PayoutOrder, PayoutRecall, PayoutStatus
from poslab.party.contract import Became, Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.world.presets import corner_shop
from poslab.world.world import AccountBank

PAYOUT = "999000054110001-20260105"
TRY = f"{PAYOUT}/1"
FLIGHT = f"R.in_flight.{PAYOUT}"
ORDER = PayoutOrder("", PAYOUT, 1, "999000054110001", "bank", "999100000001", "示例小店", 99_400)
CREDIT = CreditOrder("", PAYOUT, 1, "999100000001", "示例小店", 99_400)
RECEIVED = CreditAnswer("", PAYOUT, 1, "received")
CREDITED = CreditAnswer("", PAYOUT, 1, "credited")
RETURNED = CreditAnswer("", PAYOUT, 1, "returned", "NAME_NOT_CORRECT")
CLOSED, OPEN = BankMaintenance(bank="bank"), BankMaintenance(running=False, bank="bank")


def rail() -> Playbook:
    return Playbook(Rail(corner_shop()), 0)


def status(state: str, reason: str = "") -> Send:
    return Send("host", PayoutStatus("", PAYOUT, 1, state, reason))


def test_an_order_for_a_closed_bank_is_taken_and_waits() -> None:
    told = rail().given(CLOSED).given(ORDER)
    told.wished(
        Became("", TRY, "none", "queued"),
        Posted("", f"P4b/{TRY}", (("R.account.A.reserve", FLIGHT, 99_400),)),
        status("taken", "BANK_MAINTENANCE"),
    ).sent("payout-status")
    told.given(ORDER).wished(status("taken", "BANK_MAINTENANCE")).sent("payout-status")
    told.given(OPEN).wished(Became("", TRY, "queued", "taken"), Send("bank", CREDIT), Remind).sent("credit-order")
    told.given(CREDITED).wished(Became("", TRY, "taken", "delivered"), status("credited"))


def test_only_that_bank_s_orders_wait() -> None:
    world = msgspec.structs.replace(corner_shop(), banks=(AccountBank(), AccountBank(address="bank-b")))
    told = Playbook(Rail(world), 0).given(CLOSED)
    other = msgspec.structs.replace(ORDER, bank="bank-b", payout_no="999000054110002-20260105")
    told.given(other).sent("payout-status", "credit-order")
    told.given(ORDER).sent("payout-status")
    told.given(BankMaintenance(running=False, bank="bank-b")).sent()
    told.given(OPEN).sent("credit-order")


def test_what_waits_survives_a_restart_and_nobody_is_asked() -> None:
    told = rail().given(CLOSED, ORDER)
    again = rail()
    again.party.restore(told.party.snapshot())
    again.given(Restarted()).sent()
    assert not again.party.awaits(CreditOverdue("", PAYOUT, 1, 1))
    again.given(OPEN).sent("credit-order")


def test_a_bank_that_is_back_gets_no_order_twice() -> None:
    told = rail().given(CLOSED, ORDER, OPEN)
    told.given(OPEN).sent()
    told.given(CREDITED, OPEN).sent("payout-status")


def test_money_that_was_taken_in_and_not_applied_is_a_success_so_far() -> None:
    told = rail().given(ORDER).given(RECEIVED)
    told.wished(
        Became("", TRY, "taken", "handed-over"),
        Posted("", f"P5a/{TRY}", ((FLIGHT, "R.account.B", 99_400),)),
        status("credited"),
        Remind(APPLIED_REPEAT_US, CreditOverdue("", PAYOUT, 1, 2)),
    )
    told.given(CREDITED).wished(Became("", TRY, "handed-over", "delivered")).sent()
    assert not [effect for effect in told.effects if isinstance(effect, Posted)]
    told.given(RETURNED).sent()


def test_it_may_still_come_back() -> None:
    told = rail().given(ORDER, RECEIVED).given(RETURNED)
    told.wished(
        Became("", TRY, "handed-over", "returned"),
        Posted("", f"P5b/{TRY}", (("R.account.B", FLIGHT, 99_400), (FLIGHT, "R.account.A.reserve", 99_400))),
        status("returned", "NAME_NOT_CORRECT"),
    )
    assert isinstance(told.party, Rail)
    assert all(balance == 0 for balance in told.party.book.balances.values())


def test_a_bank_that_is_silent_about_it_is_asked_every_few_hours() -> None:
    told = rail().given(ORDER, RECEIVED)
    assert not told.party.awaits(CreditOverdue("", PAYOUT, 1, 1))
    told.given(CreditOverdue("", PAYOUT, 1, 2), after=APPLIED_REPEAT_US)
    told.wished(Send("bank", CREDIT, 3), Remind(APPLIED_REPEAT_US, CreditOverdue("", PAYOUT, 1, 3)))
    told.given(RECEIVED).sent()
    told.given(Restarted()).wished(Send("bank", CREDIT, 4))


def test_a_word_that_overtakes_ends_it_all_the_same() -> None:
    told = rail().given(ORDER).given(CREDITED, RECEIVED)
    told.wished(Became("", TRY, "taken", "delivered"), status("credited"))
    told.given(ORDER).wished(status("credited"))


def test_until_it_is_applied_the_same_try_is_asked_ten_minutes_after_silence() -> None:
    rail().given(ORDER).wished(Remind(CREDIT_REPEAT_US, CreditOverdue("", PAYOUT, 1, 1)))


def test_what_its_receiver_gives_back_returns_to_the_payer_and_only_if_it_was_asked_for() -> None:
    told = rail().given(ORDER, CREDITED)
    told.given(RETURNED).sent()
    told.given(PayoutRecall("", PAYOUT, 1)).wished(Send("bank", PayoutRecall("", PAYOUT, 1, 1), 2))
    told.sent("payout-status", "payout-recall").given(CREDITED).sent()
    told.given(RETURNED).wished(
        Became("", TRY, "recalled", "returned"),
        Posted("", f"P15/{TRY}", (("R.account.B", FLIGHT, 99_400), (FLIGHT, "R.account.A.reserve", 99_400))),
        status("returned", "NAME_NOT_CORRECT"),
    )
    told.given(RETURNED).sent()
    told.given(PayoutRecall("", PAYOUT, 1)).wished(status("returned", "NAME_NOT_CORRECT")).sent("payout-status")


def test_the_table_says_something_about_everything() -> None:
    assert PAYOUTS.missing(HEARD) == []
