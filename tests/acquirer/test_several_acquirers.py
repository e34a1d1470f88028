"""Host and switch in a world with two acquirers: each hears, answers, clears and is paid for its own."""

import msgspec
import pytest
from cardleg import KEY, MORNING, RRN, answered, sale
from playbook import Playbook
from street import Desk

from acquirer.cast import cast
from acquirer.switch.clearing import ClearingDesk, SettlementDue
from acquirer.switch.switch import Switch
from poslab.messages.card import AdviceResponse, FinancialRequest, ReversalAdvice
from poslab.messages.disputes import DisputeStep
from poslab.messages.funding import ClearingFile, ClearingLine, FileAccepted, TransferDone, TransferOrder
from poslab.party.contract import Kept, Logged, Posted, Send
from poslab.party.facts import ConnectFailed, Disconnected
from poslab.party.time import HOUR, midnight
from poslab.world.presets import two_acquirers

WORLD = two_acquirers()
OURS, THEIRS = WORLD.merchants
THEIR_KEY = KEY.replace("90000001", "90000002")
THEIR_RRN = "270000000001"
REQUEST = msgspec.structs.replace(sale(), rrn=RRN)
THEIR_REQUEST = msgspec.structs.replace(sale(), key=THEIR_KEY, mid=THEIRS.mid, rrn=THEIR_RRN)
EVENING = midnight(WORLD.calendar.first_day) + 23 * HOUR + 30 * 60_000_000


def receivers(book: Playbook, kind: str) -> list[str]:
    return [e.to for e in book.effects if type(e) is Send and e.message.kind == kind]


def switch() -> Playbook:
    return Playbook(Switch(WORLD), MORNING)


def test_an_answer_goes_back_to_whoever_asked() -> None:
    book = switch().given(REQUEST, THEIR_REQUEST)
    assert receivers(book, "0200") == ["issuer", "issuer"]
    assert receivers(book.given(answered(THEIR_REQUEST)), "0210") == ["host-b"]
    assert receivers(book.given(answered(REQUEST)), "0210") == ["host"]


def test_a_card_of_the_second_issuer_goes_there_whoever_asks() -> None:
    for request in (REQUEST, THEIR_REQUEST):
        book = switch().given(msgspec.structs.replace(request, card="good-credit"))
        assert receivers(book, "0200") == ["issuer-b"]


def test_what_never_left_is_refused_to_whoever_asked() -> None:
    book = switch().given(Disconnected("", "issuer", "unreachable"), THEIR_REQUEST)
    assert receivers(book, "0210") == ["host-b"]
    book = switch().given(REQUEST, THEIR_REQUEST).given(ConnectFailed("victim", "issuer", "refused"))
    assert receivers(book, "0210") == ["host-b"]


def test_an_advice_is_answered_to_whoever_gave_it_also_long_after() -> None:
    advice = ReversalAdvice("victim", THEIR_KEY, THEIRS.mid, THEIR_RRN, "sale", 12_800, "good-debit", "98")
    book = switch().given(advice)
    assert receivers(book, "0420") == ["issuer"]
    assert receivers(book.given(AdviceResponse("victim", THEIR_KEY, THEIR_RRN, "25")), "0430") == ["host-b"]


def test_a_dispute_is_passed_to_the_acquirer_of_its_reference_number() -> None:
    book = switch().given(DisputeStep("", "issuer", THEIR_RRN, "chargeback", "issuer-b", "goods"))
    assert receivers(book, "dispute-step") == ["host-b"]


@pytest.mark.parametrize(("address", "request_"), [("host", THEIR_REQUEST), ("host-b", REQUEST)])
def test_a_host_has_no_terminal_of_the_other_on_file(address: str, request_: FinancialRequest) -> None:
    book = Playbook(cast(WORLD)[address], MORNING)
    book.given(msgspec.structs.replace(request_, rrn=""))
    book.sent().wished(Logged)
    assert not any(isinstance(effect, Posted | Kept) for effect in book.effects)


# --- clearing and settlement


def line(mid: str, rrn: str, card: str = "good-credit") -> ClearingLine:
    return ClearingLine("o", "k", rrn, mid, card, 100_000, 600, 450, 33, 33)


def file(of: str, *lines: ClearingLine) -> ClearingFile:
    return ClearingFile("", f"20260105-{of}", 1, True, "20260105", "20260106", lines)


def orders(book: Playbook) -> list[TransferOrder]:
    return [e.message for e in book.effects if type(e) is Send and type(e.message) is TransferOrder]


def test_each_file_is_acknowledged_to_its_acquirer_and_settled_by_itself() -> None:
    book = Playbook(Desk(WORLD, ClearingDesk, "N"), EVENING)
    book.given(file("host", line(OURS.mid, RRN, "good-debit")), file("host-b", line(THEIRS.mid, THEIR_RRN)))
    accepted = [(e.to, e.message) for e in book.effects if type(e) is Send and type(e.message) is FileAccepted]
    assert accepted == [
        ("host", FileAccepted("", "20260105-host", 1)),
        ("host-b", FileAccepted("", "20260105-host-b", 1)),
    ]
    passed = {e.message.file_no: e.to for e in book.effects if type(e) is Send and type(e.message) is ClearingFile}
    assert passed == {
        "20260105-host-issuer": "issuer",
        "20260105-host-issuer-b": "issuer-b",
        "20260105-host-b-issuer": "issuer",
        "20260105-host-b-issuer-b": "issuer-b",
    }
    book.given(SettlementDue("", "20260105-host-b"), after=9 * HOUR)
    assert orders(book) == [
        TransferOrder("", "20260105-issuer-b-in-host-b", "R.account.I.issuer-b", "R.account.N", 99_583)
    ]
    book.given(TransferDone("", "20260105-issuer-b-in-host-b", "", "", 0))
    assert orders(book) == [
        TransferOrder("", "20260105-host-b-out", "R.account.N", "R.account.A.host-b.reserve", 99_517)
    ]
    book.given(TransferDone("", "20260105-host-b-out", "", "", 0), SettlementDue("", "20260105-host"))
    assert orders(book) == [TransferOrder("", "20260105-issuer-in", "R.account.I", "R.account.N", 99_583)]
