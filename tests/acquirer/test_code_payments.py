"""Payments by code at host and switch: pending until paid or closed, polled from the record, and never undone."""

import msgspec
import pytest
from cardleg import KEY, MID, MORNING, PAYABLE, RRN, answered, moves, receivers, reversal, sale, words
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from acquirer.switch.routing import SwitchAnswerOverdue
from acquirer.switch.switch import Switch
from poslab.messages.card import FinancialRequest, FinancialResponse, QueryRequest, QueryResponse, key_of
from poslab.party.contract import Posted
from poslab.party.facts import Disconnected, Restarted
from poslab.party.time import DAY, MINUTE, SECOND
from poslab.world.presets import corner_shop, gateway_shop
from poslab.world.world import World

BY_CODE = msgspec.structs.replace(sale(card="code"), entry="qr", pin="absent")
UPSTREAM = msgspec.structs.replace(BY_CODE, rrn=RRN)
CLAIM = Posted("victim", f"P1/{KEY}", (("A.scheme_receivable", PAYABLE, 12_800),))


def asked(close: bool = False, stan: str = "000099") -> QueryRequest:
    return QueryRequest("victim", key_of("90000001", "000001", stan), MID, KEY, close=close)


def upstream_says(code: str, mac: int = 1) -> QueryResponse:
    state = "approved" if code == "00" else "declined"
    return QueryResponse("victim", KEY, MID, KEY, code, state, RRN, "123456", mac=mac, close=True)


def result(code: str) -> FinancialResponse:
    return answered(UPSTREAM, code)


def host(world: World | None = None) -> Playbook:
    return Playbook(Host(world or corner_shop()), MORNING)


def pending() -> Playbook:
    return host().given(BY_CODE).given(result("09"), after=SECOND)


# --- the host


def test_09_is_passed_on_and_leaves_it_pending() -> None:
    book = pending()
    assert (moves(book.effects), words(book.effects)) == (["forwarded > pending"], ["payer-awaited"])
    assert receivers(book.effects) == [("T1", "0210")]
    assert (book.said("0210").code, book.said("0210").rrn) == ("09", RRN)
    assert book.given(BY_CODE).said("0210").code == "09"


def test_polls_are_answered_from_the_record_and_nobody_else_is_asked() -> None:
    book = pending().given(asked()).sent("0610")
    assert (book.said("0610").state, book.said("0610").code, book.said("0610").close) == ("pending", "09", False)
    book.given(result("00"))
    assert (moves(book.effects), receivers(book.effects)) == (["pending > approved"], [])
    book.wished(CLAIM)
    book.given(asked())
    assert (book.said("0610").state, book.said("0610").code, book.said("0610").auth) == ("approved", "00", "123456")
    assert words(book.given(result("00")).effects) == ["duplicate"]


def test_the_hosts_own_timer_answers_09_and_undoes_nothing() -> None:
    book = host().given(BY_CODE).given(HostAnswerOverdue("victim", KEY, RRN), after=50 * SECOND)
    assert (moves(book.effects), receivers(book.effects)) == (["forwarded > pending"], [("T1", "0210")])
    book.given(result("00"), after=MINUTE).wished(CLAIM)


def test_to_close_it_the_bank_behind_the_code_is_asked_each_time() -> None:
    book = pending().given(asked(close=True)).sent("0600", "0610")
    assert book.said("0600") == QueryRequest("victim", KEY, MID, KEY, 1, True, RRN)
    assert (book.said("0610").state, book.said("0610").close) == ("pending", True)
    book.given(asked(close=True)).sent("0600", "0610")
    book.given(upstream_says("12"))
    assert (moves(book.effects), receivers(book.effects)) == (["pending > declined:12"], [])
    book.given(asked(close=True)).sent("0610")
    assert (book.said("0610").state, book.said("0610").code) == ("declined", "12")
    assert words(book.given(result("00")).effects) == ["duplicate"]
    assert words(book.given(upstream_says("00")).effects) == ["duplicate"]


def test_a_closing_may_find_it_paid() -> None:
    book = pending().given(asked(close=True)).given(upstream_says("00")).wished(CLAIM)
    assert moves(book.effects) == ["pending > approved"]
    assert book.given(asked(close=True)).sent("0610").said("0610").code == "00"
    assert words(book.given(upstream_says("12")).effects) == ["duplicate"]


def test_a_closing_of_what_never_came_refuses_it_should_it_still_come() -> None:
    book = host().given(asked())
    assert book.said("0610").state == "unknown"
    book.given(asked(close=True)).sent("0610")
    assert (book.said("0610").code, moves(book.effects)) == ("12", ["none > declined:12"])
    book.given(BY_CODE).sent("0210")
    assert (book.said("0210").code, moves(book.effects)) == ("12", [])
    assert book.given(asked(close=True)).said("0610").code == "12"


def test_a_refusal_when_the_payer_confirms_is_told_with_its_code() -> None:
    book = pending().given(result("51"))
    assert moves(book.effects) == ["pending > declined:51"]
    assert book.given(asked()).said("0610").code == "51"


def test_a_garbled_closing_or_answer_closes_nothing() -> None:
    broken = msgspec.structs.replace(asked(close=True), mac=0)
    assert moves(host().given(broken).effects) == []
    assert moves(pending().given(upstream_says("12", mac=0)).effects) == []


def test_while_the_line_is_down_and_after_a_day_nobody_is_asked() -> None:
    book = pending().given(Disconnected("", "switch", "unreachable")).given(asked(close=True)).sent("0610")
    assert book.said("0610").state == "pending"
    book = pending().given(asked(close=True), after=DAY + MINUTE).sent("0610")
    assert "error-case" in words(book.effects)


@pytest.mark.parametrize("state", ["nothing", "pending", "paid"])
def test_a_blind_reversal_is_refused_unread(state: str) -> None:
    book = {"nothing": host, "pending": pending, "paid": lambda: pending().given(result("00"))}[state]()
    blind = msgspec.structs.replace(reversal(), entry="qr", card="code")
    book.given(blind).sent("0410")
    assert (book.said("0410").code, moves(book.effects)) == ("40", [])


def test_a_payment_by_code_is_not_voided() -> None:
    book = pending().given(result("00"))
    void = FinancialRequest("victim", key_of("90000001", "000001", "000018"), MID, "void", 12_800, "code", original=KEY)
    assert book.given(void).said("0210").code == "40"


def test_the_platforms_order_follows() -> None:
    book = host(gateway_shop()).given(BY_CODE).given(result("09"))
    assert [kind for _, kind in receivers(book.effects)] == ["0210"]
    assert book.given(result("00")).said("order-notice").state == "success"
    book = host(gateway_shop()).given(BY_CODE).given(result("09"), asked(close=True)).given(upstream_says("12"))
    assert book.said("order-notice").state == "failed"


def test_a_restart_keeps_what_is_pending() -> None:
    book = pending()
    other = host()
    other.party.restore(book.party.snapshot())
    other.given(Restarted())
    assert moves(other.given(result("00")).effects) == ["pending > approved"]


# --- the switch


def switch() -> Playbook:
    return Playbook(Switch(corner_shop()), MORNING)


CLOSING = QueryRequest("victim", KEY, MID, KEY, 1, True, RRN)


def test_09_and_the_result_after_it_are_both_passed_back() -> None:
    book = switch().given(UPSTREAM).given(result("09"))
    assert (moves(book.effects), receivers(book.effects)) == (["forwarded > answered"], [("host", "0210")])
    assert receivers(book.given(result("00"), after=MINUTE).effects) == [("host", "0210")]
    assert words(book.given(result("00")).effects) == ["duplicate"]


def test_the_switchs_own_timer_answers_09_and_undoes_nothing() -> None:
    book = switch().given(UPSTREAM).given(SwitchAnswerOverdue("victim", RRN), after=40 * SECOND)
    assert (receivers(book.effects), book.said("0210").code) == ([("host", "0210")], "09")
    assert receivers(book.given(result("00")).effects) == [("host", "0210")]


def test_a_closing_goes_to_the_bank_and_its_word_back() -> None:
    book = switch().given(UPSTREAM).given(result("09")).given(CLOSING)
    assert receivers(book.effects) == [("issuer", "0600")]
    assert receivers(book.given(upstream_says("12")).effects) == [("host", "0610")]
    assert book.given(UPSTREAM).said("0210").code == "12"


def test_a_closing_that_overtakes_its_request_closes_it_here() -> None:
    book = switch().given(CLOSING)
    assert (moves(book.effects), receivers(book.effects)) == (["none > refused:12"], [("host", "0610")])
    assert receivers(book.given(UPSTREAM).effects) == [("host", "0210")]
    assert book.said("0210").code == "12"


def test_where_the_banks_line_is_down_a_closing_waits() -> None:
    book = switch().given(UPSTREAM).given(result("09")).given(Disconnected("", "issuer", "unreachable"))
    book.given(CLOSING).silent()
