"""Accounts in every state, with the limits of their class, parked credits, and a bank in maintenance."""

from datetime import date

import msgspec
import pytest
from playbook import Playbook

from bank.account_bank import HEARD, ORDERS, AccountBank, ParkedDue
from poslab.messages.facts import ACCOUNT_STATES, AccountSet, BankMaintenance, CreditsParked, RecallAnswered
from poslab.messages.funding import CreditAnswer, CreditOrder, PayoutRecall, StatementLine
from poslab.party.contract import Became, Input, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, midnight
from poslab.world.accounts import CLASSES, Account
from poslab.world.presets import corner_shop
from poslab.world.world import World

PAYOUT = "999000054110001-20260105"
TRY = f"{PAYOUT}/1"
ACCOUNT = "999100000001"
STRANGERS = "999100000777"
NAME = "示例小店"
TUESDAY = midnight(date(2026, 1, 6)) + 10 * HOUR
FRIDAY = midnight(date(2026, 1, 9)) + 10 * HOUR
CREDIT = CreditOrder("", PAYOUT, 1, ACCOUNT, NAME, 99_400)
PARKED = CreditsParked("", ACCOUNT)


def world(contract: dict[str, object] | None = None, **settings: object) -> World:
    shop = corner_shop()
    merchants = (msgspec.structs.replace(shop.merchants[0], **(contract or {})),)
    banks = (msgspec.structs.replace(shop.banks[0], **settings),)
    return msgspec.structs.replace(shop, merchants=merchants, banks=banks)


def bank(contract: dict[str, object] | None = None, at: int = TUESDAY, **settings: object) -> Playbook:
    made = world(contract, **settings)
    return Playbook(AccountBank(made, made.banks[0]), at)


def order(number: int, amount_fen: int, account_no: str = ACCOUNT, name: str = NAME) -> CreditOrder:
    return CreditOrder("", f"999000054110001-{20260105 + number}", 1, account_no, name, amount_fen)


def answer(state: str, reason: str = "", to: CreditOrder = CREDIT, recall: int = 0) -> Send:
    return Send("rail", CreditAnswer("", to.payout_no, to.try_no, state, reason, recall))


def book_of(told: Playbook) -> tuple[int, int, int]:
    """Interbank cash, suspense, the merchant's account."""
    assert isinstance(told.party, AccountBank)
    names = ("B.interbank_cash", "B.suspense", f"B.account.{ACCOUNT}")
    cash, suspense, account = (told.party.book.standing(name) for name in names)
    return cash, suspense, account


# --- states and names


@pytest.mark.parametrize("state", ACCOUNT_STATES)
def test_only_an_open_account_takes_money(state: str) -> None:
    told = bank().given(AccountSet("", ACCOUNT, state), CREDIT)
    reason = {"frozen": "ACCOUNT_FROZEN", "closed": "ACCOUNT_CLOSED", "dormant": "ACCOUNT_CLOSED"}.get(state, "")
    told.wished(answer("returned" if reason else "credited", reason))
    assert book_of(told) == ((0, 0, 0) if reason else (99_400, 0, 99_400))


def test_a_dormant_account_can_be_woken_and_a_closed_one_cannot() -> None:
    bank().given(AccountSet("", ACCOUNT, "dormant"), AccountSet("", ACCOUNT)).given(CREDIT).wished(answer("credited"))
    told = bank().given(AccountSet("", ACCOUNT, "closed")).given(AccountSet("", ACCOUNT)).silent()
    told.given(CREDIT).wished(answer("returned", "ACCOUNT_CLOSED"))


def test_a_stranger_s_account_takes_what_is_in_its_owner_s_name_and_nobody_here_reads_of_it() -> None:
    told = bank(accounts=(Account(STRANGERS, "别人"),))
    told.given(order(1, 100, STRANGERS, NAME)).wished(answer("returned", "NAME_NOT_CORRECT", order(1, 100)))
    told.given(order(2, 100, STRANGERS, "别人")).wished(answer("credited", "", order(2, 100))).sent("credit-answer")


def test_a_bank_that_does_not_compare_names_pays_the_stranger() -> None:
    told = bank(accounts=(Account(STRANGERS, "别人"),), name_check=False)
    told.given(order(1, 100, STRANGERS, NAME)).wished(answer("credited", "", order(1, 100)))


def test_the_bank_s_risk_control_sends_back_what_is_too_large() -> None:
    told = bank(refuse_above_fen=99_399).given(CREDIT).wished(answer("returned", "RISK"))
    assert book_of(told) == (0, 0, 0)
    bank(refuse_above_fen=99_400).given(CREDIT).wished(answer("credited"))


# --- classes


@pytest.mark.parametrize(("kind", "amount_fen"), [("II", 1_000_000), ("III", 200_000), ("I", 9_000_000_000)])
def test_a_class_takes_what_it_may_and_not_a_fen_more(kind: str, amount_fen: int) -> None:
    within, over = order(1, amount_fen), order(1, amount_fen + 1)
    bank({"account_class": kind}).given(within).wished(answer("credited", "", within))
    if kind == "I":
        return
    told = bank({"account_class": kind}).given(over).wished(answer("returned", "QUOTA_EXCEED", over))
    limit = "day" if kind == "II" else "balance"
    assert Logged("", "limit-reached", {"payout": f"{over.payout_no}/1", "limit": limit}) in told.effects


def test_the_daily_limit_counts_the_day_s_credits_and_begins_anew_at_midnight() -> None:
    told = bank({"account_class": "II"})
    told.given(order(1, 600_000)).wished(answer("credited", "", order(1, 0)))
    told.given(order(2, 400_001)).wished(answer("returned", "QUOTA_EXCEED", order(2, 0)))
    told.given(order(3, 400_000)).wished(answer("credited", "", order(3, 0)))
    told.given(order(4, 1)).wished(answer("returned", "QUOTA_EXCEED", order(4, 0)))
    told.given(order(5, 1_000_000), after=14 * HOUR).wished(answer("credited", "", order(5, 0)))


def test_the_yearly_limit_counts_what_came_before_the_world_began_and_ends_with_the_year() -> None:
    told = bank({"account_class": "II", "received_this_year_fen": 19_990_000})
    told.given(order(1, 10_001)).wished(answer("returned", "QUOTA_EXCEED", order(1, 0)))
    assert "year" in [e.details.get("limit") for e in told.effects if isinstance(e, Logged)]
    told.given(order(2, 10_000)).wished(answer("credited", "", order(2, 0)))
    told.given(order(3, 10_000), after=360 * DAY).wished(answer("credited", "", order(3, 0)))


def test_what_came_back_counts_against_no_limit() -> None:
    told = bank({"account_class": "II"})
    told.given(*(order(number, 1_000_001) for number in range(5)))
    told.given(order(9, 1_000_000)).wished(answer("credited", "", order(9, 0)))


def test_the_classes_are_ordered_by_what_they_take() -> None:
    assert [CLASSES[kind].day_fen for kind in ("I", "II", "III")] == [None, 1_000_000, 500_000]
    assert [CLASSES[kind].year_fen for kind in ("I", "II", "III")] == [None, 20_000_000, 10_000_000]


# --- parked


def test_what_is_parked_is_in_suspense_and_applied_the_next_afternoon() -> None:
    told = bank().given(PARKED).given(CREDIT)
    told.wished(
        Kept("", "parked"),
        Became("", TRY, "none", "suspense"),
        Posted("", f"P5a/{TRY}", (("B.interbank_cash", "B.suspense", 99_400),)),
        Remind(29 * HOUR, ParkedDue("", PAYOUT, 1)),
        answer("received"),
    ).sent("credit-answer")
    assert book_of(told) == (99_400, 99_400, 0)
    told.given(CREDIT).wished(answer("received")).sent("credit-answer")
    told.given(ParkedDue("", PAYOUT, 1), after=29 * HOUR)
    told.wished(
        Became("", TRY, "suspense", "credited"),
        Posted("", f"P5d/{TRY}", (("B.suspense", f"B.account.{ACCOUNT}", 99_400),)),
        Send("merchant", StatementLine("", ACCOUNT, PAYOUT, 99_400, 99_400, told.at)),
        answer("credited"),
    )
    assert book_of(told) == (99_400, 0, 99_400)
    assert told.party.handle(ParkedDue("", PAYOUT, 1), told.at) is None


@pytest.mark.parametrize(
    ("between", "reason"),
    [
        ((AccountSet("", ACCOUNT, "frozen", "both"),), "ACCOUNT_FROZEN"),
        ((AccountSet("", ACCOUNT, "closed"),), "ACCOUNT_CLOSED"),
        ((BankMaintenance(),), "BANK_MAINTENANCE"),
    ],
)
def test_what_cannot_be_applied_when_the_clerk_looks_goes_back(between: tuple[Input, ...], reason: str) -> None:
    told = bank().given(PARKED, CREDIT, *between).given(ParkedDue("", PAYOUT, 1))
    told.wished(Posted("", f"P5b/{TRY}", (("B.suspense", "B.interbank_cash", 99_400),)), answer("returned", reason))
    assert book_of(told) == (0, 0, 0)
    told.given(CREDIT).wished(answer("returned", reason)).sent("credit-answer")


def test_another_name_is_found_by_the_clerk() -> None:
    other = msgspec.structs.replace(CREDIT, account_name="示例便利店")
    told = bank().given(PARKED, other).wished(answer("received"))
    told.given(ParkedDue("", PAYOUT, 1)).wished(answer("returned", "NAME_NOT_CORRECT"))


@pytest.mark.parametrize(("days", "hours"), [(1, 3 * 24 + 5), (2, 4 * 24 + 5), (3, 5 * 24 + 5)])
def test_clerks_work_on_working_days(days: int, hours: int) -> None:
    told = bank(at=FRIDAY, parked_days=days).given(PARKED, CREDIT)
    told.wished(Remind(hours * HOUR, ParkedDue("", PAYOUT, 1)))


def test_money_for_no_account_is_parked_nowhere() -> None:
    nobodys = msgspec.structs.replace(CREDIT, account_no="999100009999")
    bank().given(CreditsParked("", "999100009999"), nobodys).wished(answer("returned", "ACCOUNT_NOT_EXIST"))


def test_after_a_restart_the_clerk_still_looks() -> None:
    told = bank().given(PARKED, CREDIT)
    again = bank()
    again.party.restore(told.party.snapshot())
    again.given(Restarted(), after=28 * HOUR).wished(Remind(HOUR, ParkedDue("", PAYOUT, 1)))
    again.given(ParkedDue("", PAYOUT, 1), after=HOUR).wished(answer("credited"))
    again.given(Restarted()).sent()
    assert not [effect for effect in again.effects if isinstance(effect, Remind)]


# --- maintenance


def test_in_maintenance_whatever_comes_is_sent_back() -> None:
    told = bank().given(BankMaintenance()).given(CREDIT).wished(answer("returned", "BANK_MAINTENANCE"))
    told.given(BankMaintenance(running=False)).given(order(1, 100)).wished(answer("credited", "", order(1, 0)))


# --- asked back


RECALL, ANOTHER = PayoutRecall("", PAYOUT, 1, 1), PayoutRecall("", PAYOUT, 1, 2)
ASKED = Logged("", "recall-asked", {"payout": TRY, "account_no": STRANGERS})
STRAYED = CreditOrder("", PAYOUT, 1, STRANGERS, "别人", 99_400)
CONSENTS, REFUSES = RecallAnswered("", STRANGERS), RecallAnswered("", STRANGERS, False)


def strayed() -> Playbook:
    """A payout that went to a stranger's account at this bank."""
    return bank(accounts=(Account(STRANGERS, "别人"),)).given(STRAYED)


def test_what_went_to_a_stranger_is_given_back_with_the_stranger_s_consent() -> None:
    told = strayed().given(RECALL)
    told.wished(ASKED, Kept("", "recall"), answer("asked", recall=1)).sent("credit-answer")
    assert not [effect for effect in told.effects if isinstance(effect, Posted)]
    told.given(CONSENTS).wished(
        Became("", TRY, "credited", "returned"),
        Posted("", f"P15/{TRY}", ((f"B.account.{STRANGERS}", "B.interbank_cash", 99_400),)),
        answer("returned", "NAME_NOT_CORRECT"),
    )
    assert book_of(told) == (0, 0, 0)
    told.given(CONSENTS).sent()
    told.given(RECALL).wished(answer("returned", "NAME_NOT_CORRECT")).sent("credit-answer")
    told.given(STRAYED).wished(answer("returned", "NAME_NOT_CORRECT")).sent("credit-answer")


@pytest.mark.parametrize(
    ("before", "said", "why"),
    [
        ((), REFUSES, "no-consent"),
        ((AccountSet("", STRANGERS, "frozen", "out"),), CONSENTS, "nothing-to-take"),
        ((AccountSet("", STRANGERS, "frozen", "both"),), CONSENTS, "nothing-to-take"),
        ((AccountSet("", STRANGERS, "closed"),), CONSENTS, "nothing-to-take"),
    ],
)
def test_without_consent_or_from_a_shut_account_nothing_goes_back(
    before: tuple[Input, ...], said: Input, why: str
) -> None:
    told = strayed().given(*before, RECALL).given(said)
    told.wished(Logged("", "recall-refused", {"payout": TRY, "why": why}), answer("credited", recall=1))
    assert not [effect for effect in told.effects if isinstance(effect, Posted | Became)]


def test_an_account_that_is_frozen_for_credits_only_still_gives_back() -> None:
    told = strayed().given(AccountSet("", STRANGERS, "frozen", "in"), RECALL).given(CONSENTS)
    told.wished(answer("returned", "NAME_NOT_CORRECT"))


def test_nobody_is_asked_about_what_is_in_no_account() -> None:
    bank().given(RECALL).silent()
    told = bank().given(PARKED, CREDIT).given(RECALL)
    told.wished(Logged("", "recall-refused", {"payout": TRY, "why": "not-credited"}), answer("received"))
    told.sent("credit-answer").given(RecallAnswered("", ACCOUNT)).silent()


def test_an_answer_that_nobody_asked_for_moves_nothing() -> None:
    strayed().given(CONSENTS).silent()


def test_a_recall_survives_a_restart() -> None:
    told = strayed().given(RECALL)
    again = bank(accounts=(Account(STRANGERS, "别人"),))
    again.party.restore(told.party.snapshot())
    again.given(Restarted()).given(CONSENTS).wished(answer("returned", "NAME_NOT_CORRECT"))


def test_an_owner_who_is_being_asked_is_not_asked_again_and_whoever_repeats_it_hears_so() -> None:
    told = strayed().given(RECALL).given(RECALL)
    told.wished(Logged("", "duplicate", {"payout": TRY, "how": "answered-again"}), answer("asked", recall=1))
    told.sent("credit-answer")
    assert ASKED not in told.effects
    told.given(ANOTHER).wished(answer("asked", recall=2))
    assert ASKED not in told.effects
    told.given(RECALL).wished(answer("asked", recall=1))  # an older one that comes late
    told.given(REFUSES).wished(answer("credited", recall=2)).sent("credit-answer")


def test_a_recall_that_was_refused_stays_refused_when_it_is_repeated_and_a_new_one_is_put_to_the_owner() -> None:
    told = strayed().given(RECALL, REFUSES).given(RECALL)
    told.wished(answer("credited", recall=1)).sent("credit-answer")
    again = bank(accounts=(Account(STRANGERS, "别人"),))
    again.party.restore(told.party.snapshot())
    assert again.party.snapshot() == told.party.snapshot()
    again.given(RECALL).wished(answer("credited", recall=1)).given(CONSENTS).silent()
    again.given(ANOTHER).wished(ASKED, answer("asked", recall=2))
    again.given(CONSENTS).wished(answer("returned", "NAME_NOT_CORRECT"))


@pytest.mark.parametrize("told", [(PARKED, CREDIT), (BankMaintenance(), CREDIT), (CREDIT, CREDIT)])
def test_equal_states_give_equal_bytes(told: tuple[Input, ...]) -> None:
    kept = bank().given(*told).party.snapshot()
    again = bank().party
    again.restore(kept)
    assert again.snapshot() == kept


def test_the_table_says_something_about_everything() -> None:
    assert ORDERS.missing(HEARD) == []
