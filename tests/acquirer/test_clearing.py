"""The network's clearing desk told files, acknowledgements and the rail's word."""

import msgspec
import pytest
from playbook import Playbook
from street import Desk

from acquirer.switch.clearing import ClearingDesk, IssuerFileOverdue, SettlementDue, TransferOverdue
from poslab.messages.funding import ClearingFile, ClearingLine, FileAccepted, TransferDone, TransferOrder
from poslab.messages.words import SWITCH_WORDS
from poslab.party.contract import Input, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer, World

EVENING = midnight(corner_shop().calendar.first_day) + 23 * HOUR + 30 * MINUTE
FILE = "20260105-host"
IN, OUT = "20260105-issuer-in", "20260105-host-out"
DUE = SettlementDue("", FILE)


def line(number: int, card: str = "good-credit") -> ClearingLine:
    return ClearingLine(f"o{number}", f"k{number}", f"26{number:010d}", "m", card, 100_000, 600, 450, 33, 33)


def part(number: int = 1, last: bool = True, *lines: ClearingLine) -> ClearingFile:
    return ClearingFile("", FILE, number, last, "20260105", "20260106", lines or (line(number),))


def done(transfer_no: str) -> TransferDone:
    return TransferDone("", transfer_no, "", "", 0)


def desk(world: World | None = None) -> Playbook:
    return Playbook(Desk(world or corner_shop(), ClearingDesk, "N"), EVENING)


def two_banks() -> World:
    first = Issuer(cards=("good-debit",))
    return msgspec.structs.replace(corner_shop(), issuers=(first, Issuer(address="issuer-b", cards=("good-credit",))))


def orders(book: Playbook) -> list[TransferOrder]:
    return [e.message for e in book.effects if isinstance(e, Send) and isinstance(e.message, TransferOrder)]


def test_a_part_is_booked_acknowledged_and_passed_on() -> None:
    postings = (("N.due_from_issuer", "N.due_to_acquirer", 99_517), ("N.due_from_issuer", "N.fee_income", 66))
    theirs = ClearingFile("", f"{FILE}-issuer", 1, True, "20260105", "20260106", (line(1),))
    desk().given(part()).wished(
        Remind(9 * HOUR, DUE),
        Kept("", "clearing-file"),
        Posted("", f"P2/{FILE}/1", postings),
        Logged("", "file-taken", {"file_no": FILE, "part": 1}),
        Send("host", FileAccepted("", FILE, 1)),
        Send("issuer", theirs),
        Remind(10 * MINUTE, IssuerFileOverdue("", f"{FILE}-issuer", 1, 1)),
    )


def test_a_repeated_part_is_acknowledged_and_nothing_else() -> None:
    book = desk().given(part()).given(part()).sent("file-accepted")
    assert not [e for e in book.effects if isinstance(e, Posted | Remind)]


def test_an_issuer_that_does_not_accept_gets_it_again() -> None:
    book = desk().given(part())
    letter = IssuerFileOverdue("", f"{FILE}-issuer", 1, 1)
    book.given(letter, after=10 * MINUTE).sent("clearing-file")
    assert book.party.handle(letter, book.at) is None
    book.given(FileAccepted("", f"{FILE}-issuer", 1)).silent()
    assert not book.party.awaits(IssuerFileOverdue("", f"{FILE}-issuer", 1, 2))


def test_settlement_draws_first_and_pays_then() -> None:
    book = desk().given(part()).given(DUE, after=9 * HOUR)
    assert orders(book) == [TransferOrder("", IN, "R.account.I", "R.account.N", 99_583)]
    book.given(done(IN)).wished(Posted("", f"P3/{IN}", (("N.cash", "N.due_from_issuer", 99_583),)))
    assert orders(book) == [TransferOrder("", OUT, "R.account.N", "R.account.A.reserve", 99_517)]
    book.given(done(OUT)).wished(Posted("", f"P3/{OUT}", (("N.due_to_acquirer", "N.cash", 99_517),))).sent()
    for transfer_no in (IN, OUT, "nobody's"):
        book.given(done(transfer_no)).silent()
    book.given(part()).sent("file-accepted")
    assert book.party.handle(DUE, book.at) is None


def test_a_transfer_not_confirmed_is_ordered_again_under_its_number() -> None:
    book = desk().given(part()).given(DUE, after=9 * HOUR).given(TransferOverdue("", IN, 1), after=10 * MINUTE)
    assert [order.transfer_no for order in orders(book)] == [IN]
    assert book.party.handle(TransferOverdue("", IN, 1), book.at) is None
    assert book.party.awaits(TransferOverdue("", IN, 2))


def test_settlement_waits_for_the_whole_file() -> None:
    book = desk().given(part(1, False)).given(part(3, True)).given(DUE, after=9 * HOUR)
    assert orders(book) == []
    book.given(part(2, False), after=HOUR)
    assert [order.amount_fen for order in orders(book)] == [3 * 99_583]


def test_parts_may_come_in_any_order() -> None:
    book = desk().given(part(2, True)).given(part(1, False)).given(DUE, after=9 * HOUR)
    assert [order.amount_fen for order in orders(book)] == [2 * 99_583]


def test_each_bank_gets_its_own_lines_and_pays_for_them() -> None:
    book = desk(two_banks()).given(part(1, True, line(1), line(2, "good-debit"), line(3)))
    files = [e for e in book.effects if isinstance(e, Send) and isinstance(e.message, ClearingFile)]
    assert [(e.to, e.message.file_no, [ln.about for ln in e.message.lines]) for e in files] == [
        ("issuer", f"{FILE}-issuer", ["o2"]),
        ("issuer-b", f"{FILE}-issuer-b", ["o1", "o3"]),
    ]
    book.given(DUE, after=9 * HOUR)
    assert [(order.transfer_no, order.amount_fen) for order in orders(book)] == [
        (IN, 99_583),
        ("20260105-issuer-b-in", 2 * 99_583),
    ]
    book.given(done(IN)).sent()
    book.given(done("20260105-issuer-b-in"))
    assert [order.transfer_no for order in orders(book)] == [OUT]


def test_a_bank_without_lines_hears_of_the_end_of_the_file_only() -> None:
    book = desk(two_banks()).given(part(1, False)).sent("file-accepted", "clearing-file")
    book.given(part(2, True)).sent("file-accepted", "clearing-file", "clearing-file")
    book.given(DUE, after=9 * HOUR)
    assert [order.transfer_no for order in orders(book)] == ["20260105-issuer-b-in"]


STORY: tuple[Input, ...] = (
    part(1, False), part(2, True), FileAccepted("", f"{FILE}-issuer", 1), DUE, done(IN), Restarted(), done(OUT), part(),
)  # fmt: skip


def test_equal_states_give_equal_bytes_at_every_step() -> None:
    first, again = desk(), desk()
    for given in STORY:
        again.party.restore(first.party.snapshot())
        assert again.party.snapshot() == first.party.snapshot()
        assert [e for e in again.given(given).effects if not isinstance(e, Posted)] == [
            e for e in first.given(given).effects if not isinstance(e, Posted)
        ]


@pytest.mark.parametrize("until", range(1, len(STORY)))
def test_a_restart_says_again_what_is_not_confirmed(until: int) -> None:
    book = desk()
    for given in STORY[:until]:
        book.given(given)
    book.given(Restarted(), after=DAY)
    for letter in [e.of for e in book.effects if isinstance(e, Remind)]:
        assert book.party.awaits(letter)
    for given in STORY[until:]:
        book.given(given)
    assert isinstance(book.party, Desk)
    assert book.party.book.standing("N.due_from_issuer") == 0
    assert book.party.book.standing("N.due_to_acquirer") == 0


def test_settled_files_are_forgotten_in_time() -> None:
    book = desk()
    day = corner_shop().calendar.first_day
    for number in range(100):
        file_no, date = f"2026{number:04d}-host", f"2026{number:04d}"
        book.given(ClearingFile("", file_no, 1, True, date, f"{day:%Y%m%d}", (line(number),)))
        book.given(FileAccepted("", f"{file_no}-issuer", 1), SettlementDue("", file_no))
        book.given(done(f"{date}-issuer-in"), done(f"{date}-host-out"))
    assert len(book.party.snapshot()) < 10_000
    assert isinstance(book.party, Desk)
    assert len(book.party.book.state()[1]) + len(book.party.book.state()[2]) < 20


def test_log_words_are_the_switch_s() -> None:
    book = desk()
    said = {e.word for given in STORY for e in book.given(given).effects if isinstance(e, Logged)}
    assert said <= SWITCH_WORDS.keys()
