"""Notices pass the card network's switch; silence undoes nothing, for whoever sent one says it again."""

import msgspec
import pytest
from cardleg import KEY, MID, MORNING, RRN, moves, receivers
from playbook import Playbook

from acquirer.switch.switch import Switch
from poslab.messages.card import FinancialNotice, NoticeResponse
from poslab.party.contract import Became, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, Disconnected, Restarted
from poslab.party.time import MINUTE
from poslab.world.presets import corner_shop

WORLD = corner_shop()
NOTICE = FinancialNotice("victim", KEY, MID, "offline-sale", 12_800, "good-debit", rrn=RRN)


def switch() -> Playbook:
    return Playbook(Switch(WORLD), MORNING)


def heard(code: str = "00") -> NoticeResponse:
    return NoticeResponse("victim", KEY, MID, "offline-sale", 12_800, code, RRN)


def test_it_passes_in_two_steps_and_nobody_counts_the_time() -> None:
    book = switch().given(NOTICE)
    assert book.effects == [
        Became("victim", RRN, "none", "forwarded"),
        Kept("victim", "request"),
        Logged("victim", "notice-passed", {"rrn": RRN}),
        Send("issuer", NOTICE),
    ]
    book.given(heard())
    assert (moves(book.effects), receivers(book.effects)) == (["forwarded > answered"], [("host", "0230")])


def test_a_repeated_one_goes_to_the_issuer_again_until_it_was_answered() -> None:
    book = switch().given(NOTICE)
    assert receivers(book.given(NOTICE, after=MINUTE).effects) == [("issuer", "0220")]
    book.given(heard("51"))
    assert book.given(NOTICE, after=MINUTE).said("0230").code == "51"
    assert receivers(book.effects) == [("host", "0230")]


@pytest.mark.parametrize("code", ["90", "91", "96"])
def test_a_refusal_that_passes_is_told_and_is_no_answer(code: str) -> None:
    book = switch().given(NOTICE).given(heard(code))
    assert (moves(book.effects), receivers(book.effects)) == ([], [("host", "0230")])
    assert receivers(book.given(NOTICE).effects) == [("issuer", "0220")]


def test_over_a_broken_line_it_is_held_for_the_acquirer_to_say_again() -> None:
    book = switch().given(Disconnected("", "issuer", "refused")).given(NOTICE)
    assert (moves(book.effects), receivers(book.effects)) == (["none > forwarded"], [])
    book.given(Connected("", "issuer"))
    assert receivers(book.given(NOTICE).effects) == [("issuer", "0220")]


def test_a_card_that_no_bank_issued_is_refused_for_good() -> None:
    world = msgspec.structs.replace(WORLD, issuers=())
    book = Playbook(Switch(world), MORNING).given(NOTICE)
    assert (book.said("0230").code, moves(book.effects)) == ("15", ["none > refused:15"])
    assert book.given(NOTICE).said("0230").code == "15"


def test_a_restart_waits_for_no_answer_to_a_notice() -> None:
    book = switch().given(NOTICE)
    kept = book.party.snapshot()
    book.party = Switch(WORLD)
    book.party.restore(kept)
    book.given(Restarted())
    assert [e for e in book.effects if type(e) is Remind and e.of.kind == "answer-overdue"] == []
    assert moves(book.given(heard()).effects) == ["forwarded > answered"]


def test_an_answer_to_something_else_moves_nothing() -> None:
    book = switch().given(NOTICE).given(msgspec.structs.replace(heard(), amount_fen=1))
    assert moves(book.effects) == []
    assert switch().given(heard()).effects == [Logged("victim", "duplicate", {"how": "ignored", "rrn": RRN})]
