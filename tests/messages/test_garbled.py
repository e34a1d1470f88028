"""What damaged bytes leave of a message: a broken MAC between terminal and host, nothing usable anywhere else."""

from poslab.history.reading import INPUTS
from poslab.messages.card import (
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    NoticeResponse,
    QueryRequest,
    ReversalAdvice,
    ReversalResponse,
)
from poslab.party.contract import Input

KEY = "90000001-000001-000017"
SHOP = "999000054110001"


def test_between_terminal_and_host_the_mac_tells_of_it() -> None:
    request = FinancialRequest("victim", KEY, SHOP, "sale", 12_800, "good-debit")
    assert request.garbled() == FinancialRequest("victim", KEY, SHOP, "sale", 12_800, "good-debit", mac=0)
    answer = FinancialResponse("victim", KEY, SHOP, "sale", 12_800, "00", host_at=1_000_000)
    assert answer.garbled() == FinancialResponse("victim", KEY, SHOP, "sale", 12_800, "00", host_at=1_000_000, mac=0)
    reversed_ = ReversalResponse("victim", KEY, SHOP, "00")
    assert reversed_.garbled() == ReversalResponse("victim", KEY, SHOP, "00", mac=0)
    assert QueryRequest("victim", KEY, SHOP, KEY).garbled() == QueryRequest("victim", KEY, SHOP, KEY, mac=0)
    notice = FinancialNotice("victim", KEY, SHOP, "offline-sale", 900, "good-debit")
    assert notice.garbled() == FinancialNotice("victim", KEY, SHOP, "offline-sale", 900, "good-debit", mac=0)
    taken = NoticeResponse("victim", KEY, SHOP, "offline-sale", 900, "00", host_at=1_000_000)
    assert taken.garbled() == NoticeResponse("victim", KEY, SHOP, "offline-sale", 900, "00", host_at=1_000_000, mac=0)


def test_upstream_of_the_host_nothing_usable_is_left() -> None:
    assert FinancialRequest("victim", KEY, SHOP, "sale", 12_800, "good-debit", rrn="260105000001").garbled() is None
    assert FinancialResponse("victim", KEY, SHOP, "sale", 12_800, "00", "260105000001").garbled() is None
    assert ReversalAdvice("victim", KEY, SHOP, "260105000001", "sale", 12_800, "good-debit", "98").garbled() is None
    assert FinancialNotice("victim", KEY, SHOP, "offline-sale", 900, "good-debit", rrn="260105000001").garbled() is None
    assert NoticeResponse("victim", KEY, SHOP, "offline-sale", 900, "00", "260105000001").garbled() is None
    assert QueryRequest("victim", KEY, SHOP, KEY, close=True, rrn="260105000001").garbled() is None


def test_whoever_has_a_mac_says_what_becomes_of_it() -> None:
    with_a_mac = {name for name, kind in INPUTS.items() if "mac" in kind.__struct_fields__}
    assert with_a_mac == {name for name, kind in INPUTS.items() if kind.garbled is not Input.garbled}
