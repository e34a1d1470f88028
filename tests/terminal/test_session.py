"""The table is total, and no attempt can be led where it must not go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poslab.messages.card import FinancialResponse, SignOnResponse
from poslab.messages.facts import PaperLoaded, PaperOut
from poslab.messages.people import (
    BalanceKeyed,
    CancelPressed,
    EchoKeyed,
    QueryKeyed,
    ReprintKeyed,
    SaleKeyed,
    SignOffKeyed,
    SignOnKeyed,
    VoidKeyed,
)
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Restarted, Started
from poslab.party.table import Unlisted
from poslab.party.time import SECOND
from poslab.world.presets import gateway_shop, market
from terminal.attempts import MOVES, IllegalMove, moved
from terminal.cast import cast
from terminal.errands import AnswerOverdue, RetryDue, SlipPrinted
from terminal.session import HEARS, SESSION

SALE = SaleKeyed("victim", 12_800, "good-debit")


def test_the_table_is_total():
    assert SESSION.missing(HEARS) == []


def test_what_a_terminal_is_never_told_is_our_own_bug(till):
    with pytest.raises(Unlisted):
        till().given(VoidKeyed("victim")).party.handle(AnswerLike("victim"), 0)


class AnswerLike(EchoKeyed, frozen=True):
    """No input of a terminal."""


@pytest.mark.parametrize("after", ["approved-unprinted", "approved"])
def test_nothing_leads_from_unknown_to_an_approval(after):
    with pytest.raises(IllegalMove):
        moved([], "victim", "key", "unknown", after)
    assert ("unknown", after) not in MOVES


@pytest.mark.parametrize(
    ("before", "after"), [("declined:51", "approved"), ("reversed", "unknown"), ("closed:25", "reversed")]
)
def test_final_is_final(before, after):
    with pytest.raises(IllegalMove):
        moved([], "victim", "key", before, after)


def test_facts_that_do_not_concern_it_are_ignored(till):
    book = till().given(Started(), Disconnected("", "host", "refused"), Connected("", "host")).silent()
    book.given(ConnectFailed("", "host", "refused"), PowerRestored()).silent()


def test_stale_reminders_are_not_heard(till):
    book = till().given(SALE).answered().passes(2 * SECOND)
    for stale in (AnswerOverdue("victim", 1), SlipPrinted("victim", 2), RetryDue("victim", 0)):
        assert not book.party.awaits(stale)
        assert book.party.handle(stale, book.at) is None


def test_reminders_of_the_time_before_a_power_cut_are_never_heard_again(till):
    book = till().given(SALE)
    old = book.due[-1][2]
    assert book.party.awaits(old)
    book.given(PowerCut(), PowerRestored()).passes(30 * SECOND)
    assert book.still() == "waiting"
    assert not book.party.awaits(old)


@pytest.mark.parametrize("world", [gateway_shop(), market(25)])
def test_every_terminal_of_a_world_is_cast(world):
    parties = cast(world)
    assert list(parties) == [terminal.address for terminal in world.terminals]
    assert all(world.roles()[address] == "terminal" for address in parties)


def test_a_terminal_dials_where_its_route_leads():
    (connect,) = cast(gateway_shop())["T1"].handle(SALE, 0) or ()
    assert connect.to == "platform"  # type: ignore[union-attr]


DOINGS = st.sampled_from(
    [
        SALE,
        SaleKeyed("other", 700, "good-credit"),
        VoidKeyed("victim"),
        BalanceKeyed("victim", "good-debit"),
        QueryKeyed("victim"),
        ReprintKeyed("victim"),
        EchoKeyed(),
        SignOnKeyed(),
        SignOffKeyed(),
        CancelPressed(),
        PaperOut(),
        PaperLoaded(),
        PowerCut(),
        PowerRestored(),
        Restarted(),
        FinancialResponse("victim", "90000001-000001-000017", "999000054110001", "sale", 12_800, "00"),
        "up",
        "unreachable",
        "silent",
        "00",
        "51",
        "98",
        "25",
        "reversed",
        "approved",
        "pending",
        1,
        35,
        61,
    ]
)
PARAMETERS = st.sampled_from(
    [{}, {"policy": "drop"}, {"park": "queue"}, {"print_fail": "reverse"}, {"park": "queue", "queue_limit": 2}]
)


@settings(max_examples=300, deadline=None)
@given(PARAMETERS, st.lists(DOINGS, max_size=40))
def test_whatever_happens_in_whatever_order(till, parameters, doings):
    """No crash, no illegal move; and when the host answers again nothing waits for ever."""
    book = till(**parameters)
    for doing in doings:
        if isinstance(doing, int):
            book.passes(doing * SECOND)
        elif not isinstance(doing, str):
            book.given(doing)
        elif doing in ("up", "unreachable", "silent"):
            book.line = doing
        else:
            answer(book, doing)
        flash = book.party.device.flash
        assert not set(flash.records) & set(flash.open)
    kept = book.party.snapshot()
    book.party.restore(kept)
    assert book.party.snapshot() == kept
    heal(book)
    assert (book.still(), book.party.device.flash.records) == ("idle", {})


def heal(book):
    """Power, line and host are back, and somebody makes a balance inquiry."""
    book.line = "up"
    if book.still() == "connecting":
        book.given(ConnectFailed("victim", "host", "unreachable"))
    book.given(PowerRestored(), PaperLoaded())
    book.passes(61 * SECOND)
    for _ in range(60):
        if book.still() == "idle":
            if not book.party.device.flash.records:
                return
            book.given(BalanceKeyed("victim", "good-debit"))
        sent = next(e.message for e in reversed(book.past) if hasattr(e, "message") and e.to == "host")
        if sent.kind == "0800":
            book.given(SignOnResponse(sent.about, sent.key, sent.mid, "00", "000001"))
        answer(book, "reversed" if sent.kind == "0600" else "00")
        book.passes(2 * SECOND)


def answer(book, word):
    """Answer what was sent last, if the answer fits."""
    sent = [e.message.kind for e in book.past if hasattr(e, "message") and e.to == "host"]
    if not sent:
        return
    if sent[-1] == "0200" and len(word) == 2:
        book.answered(word)
    elif sent[-1] == "0400" and len(word) == 2:
        book.reversal_answered(word)
    elif sent[-1] == "0600" and len(word) > 2:
        book.query_answered(word)
