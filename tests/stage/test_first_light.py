"""net-response-lost through every room: file, stage, runtime, history, views, checks, diagnosis, bytes."""

import io

import msgspec
import pytest

from poslab.history.header import Header
from poslab.messages.card import FinancialRequest, FinancialResponse, ReversalRequest, ReversalResponse
from poslab.messages.iso8583.mapping import decode, encode
from poslab.party.contract import Input, Send
from scenarios.schema.load import load
from scenarios.stage.play import Played, play


@pytest.fixture(scope="module")
def lost() -> Played:
    return play(load("net-response-lost"), keep=True)


def leg(played: Played) -> list[Input]:
    """What passed between T1 and the host, in the order in which it was sent."""
    return [
        effect.message
        for line, _ in played.pairs
        for effect in line.effects
        if type(effect) is Send and {line.party, effect.to} == {"T1", "host"}
    ]


def test_four_messages_pass_and_the_answer_is_never_heard(lost: Played) -> None:
    assert [type(message) for message in leg(lost)] == [
        FinancialRequest, FinancialResponse, ReversalRequest, ReversalResponse,
    ]  # fmt: skip
    heard = [given.kind for line, given in lost.pairs if line.party == "T1"]
    assert "0210" not in heard and "0410" in heard


def test_they_are_real_bytes_that_come_back_as_the_same_messages(lost: Played) -> None:
    for message in leg(lost):
        assert decode(encode(message), message.about) == message


def test_the_result_says_where_the_money_is_and_what_to_do(lost: Played) -> None:
    result = lost.result
    assert result.verdict == "pass"
    (purchase,) = result.purchases
    assert purchase.due == 12_800 and [attempt.stan for attempt in purchase.attempts] == ["000017"]
    asked = purchase.at_complaint
    assert asked is not None and asked.diagnosis is not None and asked.cancel is not None
    assert (asked.truth, asked.views.terminal, asked.views.host, asked.views.issuer) == (
        "M1",
        "unknown",
        "approved",
        "debited",
    )
    assert [(place.place, place.amount) for place in asked.places] == [("I.clearing_payable", 12_800)]
    assert asked.diagnosis.cause == "net-response-lost"
    assert (asked.cancel.possible, asked.cancel.by, asked.cancel.how) == ("is-being-cancelled", "terminal", "reversal")
    assert "pay-again-elsewhere" in [step.do for step in asked.never]
    assert "pay-again-elsewhere" not in [step.do for step in asked.remedies]
    assert purchase.end.truth == "M1" and purchase.end.places == () and purchase.end.charged_net == 0
    assert {check.verdict for check in result.invariants} <= {"holds", "no evidence"}


def test_the_history_begins_with_who_existed(lost: Played) -> None:
    written = io.BytesIO()
    again = play(load("net-response-lost"), history=written)
    assert again.result.history_sha256 == lost.result.history_sha256
    first, *lines = written.getvalue().splitlines()
    assert msgspec.json.decode(first, type=Header).world == lost.world
    assert len(lines) == lost.result.history_lines == len(lost.pairs)
