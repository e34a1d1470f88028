"""Rail and account bank told orders and answers: once, again, out of order, never."""

import msgspec
import pytest
from playbook import Playbook

from bank.account_bank import ORDERS, AccountBank
from bank.rail import PAYOUTS, Rail
from bank.rail_records import CREDIT_REPEAT_US, CreditOverdue
from poslab.messages.facts import AccountSet
from poslab.messages.funding import (
    RETURN_REASONS,
    AccountTransfer,
    CreditAnswer,
    CreditOrder,
    PayoutOrder,
    PayoutStatus,
    StatementLine,
    TransferDone,
    TransferOrder,
    TransferQuery,
)
from poslab.messages.words import BANK_WORDS, RAIL_WORDS
from poslab.party.contract import Became, Input, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Disconnected, Restarted, Started
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer

PAYOUT = "999000054110001-20260105"
TRY = f"{PAYOUT}/1"
ACCOUNT = "999100000001"
FLIGHT = f"R.in_flight.{PAYOUT}"
NAME = "示例小店"
ORDER = PayoutOrder("", PAYOUT, 1, "999000054110001", "bank", ACCOUNT, NAME, 99_400)
CREDIT = CreditOrder("", PAYOUT, 1, ACCOUNT, NAME, 99_400)
CREDITED = CreditAnswer("", PAYOUT, 1, "credited")
RETURNED = CreditAnswer("", PAYOUT, 1, "returned", "ACCOUNT_FROZEN")


def rail() -> Playbook:
    return Playbook(Rail(corner_shop()), 0)


def bank() -> Playbook:
    world = corner_shop()
    return Playbook(AccountBank(world, world.banks[0]), 0)


def status(state: str, reason: str = "", try_no: int = 1) -> Send:
    return Send("host", PayoutStatus("", PAYOUT, try_no, state, reason))


# --- the rail


def test_the_rail_takes_the_money_and_hands_it_on() -> None:
    book = rail().given(ORDER)
    book.wished(
        Kept("", "payout-order"),
        Became("", TRY, "none", "taken"),
        Posted("", f"P4b/{TRY}", (("R.account.A.reserve", FLIGHT, 99_400),)),
        status("taken"),
        Send("bank", CREDIT),
        Remind(CREDIT_REPEAT_US, CreditOverdue("", PAYOUT, 1, 1)),
    )
    book.given(CREDITED).wished(
        Kept("", "delivery"),
        Became("", TRY, "taken", "delivered"),
        Posted("", f"P4c/{TRY}", ((FLIGHT, "R.account.B", 99_400),)),
        status("credited"),
    )
    assert not book.party.awaits(CreditOverdue("", PAYOUT, 1, 1))


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ((ORDER,), status("taken")),
        ((ORDER, CREDITED), status("credited")),
        ((ORDER, RETURNED), status("returned", "ACCOUNT_FROZEN")),
    ],
)
def test_a_repeated_order_is_told_how_it_stands(before: tuple[Input, ...], told: Send) -> None:
    book = rail().given(*before)
    book.given(ORDER).sent("payout-status").wished(told)
    assert not [e for e in book.effects if isinstance(e, Posted | Became)]


def test_what_the_bank_cannot_apply_comes_back() -> None:
    book = rail().given(ORDER).given(RETURNED)
    book.wished(
        Became("", TRY, "taken", "returned"),
        Posted("", f"P5a/{TRY}", ((FLIGHT, "R.account.B", 99_400),)),
        Posted("", f"P5b/{TRY}", (("R.account.B", FLIGHT, 99_400), (FLIGHT, "R.account.A.reserve", 99_400))),
        status("returned", "ACCOUNT_FROZEN"),
    )
    assert isinstance(book.party, Rail)
    assert all(balance == 0 for balance in book.party.book.balances.values())


def test_the_next_try_is_an_order_of_its_own() -> None:
    second = msgspec.structs.replace(ORDER, try_no=2)
    book = rail().given(ORDER).given(RETURNED).given(second)
    book.wished(Posted("", f"P4b/{PAYOUT}/2", (("R.account.A.reserve", FLIGHT, 99_400),)))
    book.given(ORDER).wished(status("returned", "ACCOUNT_FROZEN"))


@pytest.mark.parametrize("late", [RETURNED, CREDITED, CreditAnswer("", PAYOUT, 1, "nonsense")])
def test_the_first_answer_of_the_bank_counts(late: Input) -> None:
    book = rail().given(ORDER).given(CREDITED)
    book.given(late).sent().wished(Logged)
    book.given(ORDER).wished(status("credited"))


def test_an_answer_that_says_nothing_known_leaves_the_question_open() -> None:
    book = rail().given(ORDER).given(CreditAnswer("", PAYOUT, 1, "nonsense")).sent()
    assert book.party.awaits(CreditOverdue("", PAYOUT, 1, 1))
    book.given(CREDITED).wished(status("credited"))


def test_an_answer_about_nothing_is_passed_over() -> None:
    rail().given(CREDITED).silent()


def test_a_silent_bank_is_asked_again_with_the_same_order() -> None:
    book = rail().given(ORDER).given(CreditOverdue("", PAYOUT, 1, 1), after=CREDIT_REPEAT_US)
    book.wished(Send("bank", CREDIT, 2), Remind(CREDIT_REPEAT_US, CreditOverdue("", PAYOUT, 1, 2)))
    assert book.party.handle(CreditOverdue("", PAYOUT, 1, 1), book.at) is None
    assert not book.party.awaits(CreditOverdue("", PAYOUT, 1, 1))


def test_a_bank_that_does_not_exist_gets_nothing() -> None:
    book = rail().given(msgspec.structs.replace(ORDER, bank="nowhere"))
    book.sent("payout-status").wished(status("refused", "ACCOUNT_NOT_EXIST"))
    book.given(msgspec.structs.replace(ORDER, bank="nowhere")).wished(status("refused", "ACCOUNT_NOT_EXIST"))
    assert not [e for e in book.effects if isinstance(e, Posted)]


def test_a_transfer_is_done_once_and_told_to_both_sides() -> None:
    order = TransferOrder("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583)
    done = TransferDone("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583)
    book = rail().given(order)
    book.wished(
        Kept("", "transfer"),
        Became("", "20260105-issuer-in", "none", "done"),
        Posted("", "P3/20260105-issuer-in", (("R.account.I", "R.account.N", 99_583),)),
        Send("issuer", done),
        Send("switch", done),
    ).sent("transfer-done", "transfer-done")
    book.given(order).sent("transfer-done", "transfer-done")
    assert not [e for e in book.effects if isinstance(e, Posted | Became)]


def test_a_query_is_answered_when_there_is_something_to_say() -> None:
    book = rail().given(TransferQuery("", "20260105-host-out")).silent()
    book.given(TransferOrder("", "20260105-host-out", "R.account.N", "R.account.A.reserve", 99_517))
    book.given(TransferQuery("", "20260105-host-out"))
    assert [e.to for e in book.effects if isinstance(e, Send)] == ["switch", "host"]


def test_of_several_issuers_the_one_that_paid_is_told() -> None:
    world = msgspec.structs.replace(corner_shop(), issuers=(Issuer(), Issuer(address="issuer-b")))
    book = Playbook(Rail(world), 0)
    book.given(TransferOrder("", "20260105-issuer-b-in", "R.account.I.issuer-b", "R.account.N", 1))
    assert [e.to for e in book.effects if isinstance(e, Send)] == ["issuer-b", "switch"]


def test_after_a_restart_the_rail_asks_for_what_is_open() -> None:
    book = rail().given(ORDER).given(Restarted())
    book.wished(Logged("", "restarted"), Send("bank", CREDIT, 2), Remind)
    assert book.party.awaits(CreditOverdue("", PAYOUT, 1, 2))
    book.given(CREDITED).given(Restarted()).sent()


# --- the account bank


def test_the_bank_credits_once() -> None:
    book = bank().given(CREDIT)
    book.wished(
        Kept("", "credit"),
        Became("", TRY, "none", "credited"),
        Posted("", f"P4c/{TRY}", (("B.interbank_cash", f"B.account.{ACCOUNT}", 99_400),)),
        Logged("", "credited", {"account_no": ACCOUNT, "payout": TRY}),
        Send("merchant", StatementLine("", ACCOUNT, PAYOUT, 99_400, 99_400, 0)),
        Send("rail", CREDITED),
    )
    book.given(CREDIT).sent("credit-answer").wished(Send("rail", CREDITED))
    assert not [e for e in book.effects if isinstance(e, Posted | Became)]


def test_the_statement_carries_the_balance() -> None:
    second = CreditOrder("", "999000054110001-20260106", 1, ACCOUNT, NAME, 600)
    book = bank().given(CREDIT).given(second)
    assert book.said("statement-line").balance_fen == 100_000


@pytest.mark.parametrize(
    ("before", "order", "reason"),
    [
        ((AccountSet("", ACCOUNT, "frozen", "both"),), CREDIT, "ACCOUNT_FROZEN"),
        ((AccountSet("", ACCOUNT, "frozen", "in"),), CREDIT, "ACCOUNT_FROZEN"),
        ((), msgspec.structs.replace(CREDIT, account_name="别人"), "NAME_NOT_CORRECT"),
        ((), msgspec.structs.replace(CREDIT, account_no="999100009999"), "ACCOUNT_NOT_EXIST"),
    ],
)
def test_what_cannot_be_applied_goes_through_suspense_and_back(
    before: tuple[Input, ...], order: CreditOrder, reason: str
) -> None:
    book = bank().given(*before).given(order)
    answer = Send("rail", CreditAnswer("", PAYOUT, 1, "returned", reason))
    book.wished(
        Became("", TRY, "none", "suspense"),
        Posted("", f"P5a/{TRY}", (("B.interbank_cash", "B.suspense", 99_400),)),
        Became("", TRY, "suspense", "returned"),
        Posted("", f"P5b/{TRY}", (("B.suspense", "B.interbank_cash", 99_400),)),
        answer,
    ).sent("credit-answer")
    assert reason in RETURN_REASONS
    book.given(AccountSet("", ACCOUNT, "open"), order).wished(answer)
    assert isinstance(book.party, AccountBank)
    assert book.party.book.standing("B.interbank_cash") == 0


def test_an_account_frozen_for_debits_takes_credits() -> None:
    bank().given(AccountSet("", ACCOUNT, "frozen", "out")).given(CREDIT).wished(Send("rail", CREDITED))


def test_an_opened_account_takes_the_next_try() -> None:
    book = bank().given(AccountSet("", ACCOUNT, "frozen"), CREDIT, AccountSet("", ACCOUNT, "open"))
    book.given(msgspec.structs.replace(CREDIT, try_no=2))
    book.wished(Send("rail", CreditAnswer("", PAYOUT, 2, "credited")))


def test_the_state_of_an_account_is_on_the_bank_s_log() -> None:
    book = bank().given(AccountSet("victim", ACCOUNT, "frozen", "both"))
    details = {"account_no": ACCOUNT, "state": "frozen", "direction": "both"}
    book.wished(Logged("victim", "account-set", dict(details)))
    bank().given(AccountSet("", "nobody's")).silent()


# --- both


@pytest.mark.parametrize(
    ("make", "story"),
    [
        (rail, (ORDER, CreditOverdue("", PAYOUT, 1, 1), RETURNED, msgspec.structs.replace(ORDER, try_no=2), ORDER)),
        (bank, (CREDIT, AccountSet("", ACCOUNT, "frozen"), msgspec.structs.replace(CREDIT, try_no=2), CREDIT)),
    ],
)
def test_equal_states_give_equal_bytes_at_every_step(make: type, story: tuple[Input, ...]) -> None:
    first, again = make(), make()
    for given in story:
        again.party.restore(first.party.snapshot())
        assert again.party.snapshot() == first.party.snapshot()
        assert list(again.given(given).effects) == list(first.given(given).effects)


def test_the_tables_say_something_about_everything() -> None:
    assert PAYOUTS.missing((PayoutOrder, CreditAnswer, CreditOverdue)) == []
    assert ORDERS.missing((CreditOrder,)) == []


@pytest.mark.parametrize("given", [Started(), Disconnected("", "rail", "refused")])
@pytest.mark.parametrize("make", [rail, bank])
def test_what_is_passed_over_changes_nothing(make: type, given: Input) -> None:
    book = make()
    before = book.party.snapshot()
    book.given(given).silent()
    assert book.party.snapshot() == before


def test_log_words_are_closed() -> None:
    tells = (ORDER, ORDER, CreditOverdue("", PAYOUT, 1, 1), CREDITED, CREDITED, Restarted())
    said = {e.word for told in tells for e in rail().given(ORDER, told).effects if isinstance(e, Logged)}
    assert said <= RAIL_WORDS.keys()
    tells = (CREDIT, AccountSet("", ACCOUNT, "frozen"), Restarted())
    said = {e.word for told in tells for e in bank().given(told, CREDIT, CREDIT).effects if isinstance(e, Logged)}
    assert said <= BANK_WORDS.keys()


# --- transfers between accounts of the bank


def neighbours() -> Playbook:
    world = corner_shop()
    shop = world.merchants[0]
    other = msgspec.structs.replace(
        shop, mid="999000072990009", account_no="999100000009", account_name="隔壁修理铺", address="neighbour"
    )
    world = msgspec.structs.replace(world, merchants=(shop, other))
    return Playbook(AccountBank(world, world.banks[0]), 0).given(CREDIT)


PASSED_ON = AccountTransfer("", "rent", ACCOUNT, "999100000009", 40_000)


def test_a_transfer_moves_the_money_and_tells_both_owners() -> None:
    book = neighbours().given(PASSED_ON)
    book.wished(
        Posted("", "transfer/rent", (("B.account.999100000001", "B.account.999100000009", 40_000),)),
        Send("merchant", StatementLine("", ACCOUNT, "rent", -40_000, 59_400, 0)),
        Send("neighbour", StatementLine("", "999100000009", "rent", 40_000, 40_000, 0)),
    )


def test_a_transfer_is_carried_out_once() -> None:
    book = neighbours().given(PASSED_ON).given(PASSED_ON)
    assert [effect.word for effect in book.effects if type(effect) is Logged] == ["duplicate"]
    book.sent()


@pytest.mark.parametrize(
    ("before", "transfer", "why"),
    [
        ((), AccountTransfer("", "rent", ACCOUNT, "999100000009", 99_401), "not-enough"),
        ((), AccountTransfer("", "rent", ACCOUNT, "999100000010", 100), "no-account"),
        ((AccountSet("", ACCOUNT, "frozen", "out"),), PASSED_ON, "closed"),
        ((AccountSet("", "999100000009", "frozen", "in"),), PASSED_ON, "closed"),
        ((AccountSet("", ACCOUNT, "frozen", "in"),), PASSED_ON, ""),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_and_moves_nothing(
    before: tuple[Input, ...], transfer: AccountTransfer, why: str
) -> None:
    book = neighbours().given(*before).given(transfer)
    refused = [e.details["reason"] for e in book.effects if type(e) is Logged and e.word == "transfer-refused"]
    assert refused == ([why] if why else [])
    assert any(type(effect) is Posted for effect in book.effects) is (why == "")
