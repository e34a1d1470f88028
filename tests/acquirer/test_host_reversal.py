"""Reversals at the host: of what it approved, forwarded, left in doubt, declined, cleared, or never heard of."""

from collections.abc import Sequence

import msgspec
import pytest
from cardleg import (
    KEY,
    MONDAY,
    MORNING,
    PAYABLE,
    RRN,
    TID,
    answered,
    moves,
    query,
    receivers,
    reversal,
    sale,
    words,
)
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from acquirer.store_and_forward import UNCONFIRMED, AdviceOverdue
from poslab.messages.card import AdviceResponse, ReversalAdvice, key_of
from poslab.messages.facts import AnswersWith
from poslab.party.contract import Became, Effect, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Connected, Disconnected, Restarted, Started
from poslab.party.time import HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop
from poslab.world.world import World

WORLD = corner_shop()


def host(most_tries: int = 0) -> Playbook:
    return Playbook(Host(limited(most_tries)), MORNING)


def limited(most_tries: int) -> World:
    acquirer = msgspec.structs.replace(WORLD.acquirer, advice_most_tries=most_tries)
    return msgspec.structs.replace(WORLD, acquirer=acquirer)


def approved(most_tries: int = 0) -> Playbook:
    book = host(most_tries).given(Started()).given(sale())
    return book.given(answered(book.said("0200")), after=SECOND)


def overdue(effects: Sequence[Effect]) -> AdviceOverdue:
    return next(e.of for e in effects if type(e) is Remind and type(e.of) is AdviceOverdue)


class TestOfAnApprovedSale:
    def test_takes_the_booking_back_at_once_and_tells_the_network(self) -> None:
        book = approved().given(reversal(), after=MINUTE)
        book.wished(
            Posted("victim", f"P7/{KEY}", ((PAYABLE, "A.scheme_receivable", 12_800),)),
            Became("victim", KEY, "approved", "reversed"),
            Kept("victim", "advice"),
            Send("switch", ReversalAdvice("victim", KEY, sale().mid, RRN, "sale", 12_800, "good-debit", "98")),
            Remind(60 * SECOND, AdviceOverdue("victim", "switch", RRN, 1)),
        )
        assert receivers(book.effects) == [("switch", "0420"), ("T1", "0410")]
        assert (book.said("0410").code, book.said("0410").rrn) == ("00", RRN)

    def test_is_confirmed_as_often_as_it_is_repeated(self) -> None:
        book = approved().given(reversal()).given(reversal()).sent("0410")
        assert book.said("0410").code == "00"
        assert moves(book.effects) == []

    def test_leaves_no_late_copy_of_the_sale_a_chance(self) -> None:
        book = approved().given(reversal()).given(sale()).sent("0210")
        assert book.said("0210").code == "94"

    def test_is_not_cleared(self) -> None:
        book = approved().given(reversal())
        office = book.party.office  # type: ignore[attr-defined]
        assert office.funding.withdraw("20260105", KEY) is False
        assert office.book.standing(PAYABLE) == 0

    def test_comes_too_late_after_clearing(self) -> None:
        book = approved()
        book.at = MONDAY + 23 * HOUR + 30 * MINUTE
        clearing_due = next(
            e.of
            for e in Playbook(Host(WORLD), MORNING).given(Started()).effects
            if type(e) is Remind and e.of.kind == "clearing-due"
        )
        book.given(clearing_due).given(reversal(), after=MINUTE).sent("0410")
        assert book.said("0410").code == "12"
        assert words(book.effects) == ["reversal-too-late", "error-case", "adjustment-due"]
        assert moves(book.effects) == []
        assert book.given(query()).said("0610").state == "error-case"

    def test_works_between_cut_off_and_clearing(self) -> None:
        book = approved()
        book.at = MONDAY + 23 * HOUR + 10 * MINUTE
        book.given(reversal())
        assert book.said("0410").code == "00"


class TestOfAnUnknownSale:
    def test_is_remembered_so_that_a_late_original_is_refused(self) -> None:
        book = host().given(reversal()).sent("0410")
        assert book.said("0410").code == "25"
        assert moves(book.effects) == ["none > reversal-only"]
        book.given(sale(), after=HOUR).sent("0210")
        assert (book.said("0210").code, book.said("0210").not_forwarded) == ("12", True)
        assert book.given(query()).said("0610").state == "unknown"

    def test_is_answered_alike_when_repeated(self) -> None:
        book = host().given(reversal()).given(reversal())
        assert book.said("0410").code == "25"
        assert moves(book.effects) == []

    def test_is_forgotten_after_a_day(self) -> None:
        book = host().given(reversal()).given(sale(), after=24 * HOUR - 1).sent("0210")
        book.given(sale(), after=1).sent("0200")

    def test_leaves_no_trace_when_a_day_old_one_is_followed_by_another(self) -> None:
        book = host().given(reversal()).given(reversal(key_of(TID, "000001", "000018")), after=25 * HOUR)
        assert list(book.party.office.orphans) == [key_of(TID, "000001", "000018")]  # type: ignore[attr-defined]


def test_of_a_forwarded_sale_is_done_at_once_and_the_answer_comes_too_late() -> None:
    book = host().given(sale())
    upstream = book.said("0200")
    book.given(reversal()).sent("0420", "0410")
    assert moves(book.effects) == ["forwarded > reversed"]
    assert not book.party.awaits(HostAnswerOverdue("victim", KEY, RRN))
    book.given(answered(upstream)).sent()
    assert words(book.effects) == ["late-answer"]


def test_of_a_sale_in_doubt_needs_no_second_advice() -> None:
    book = host().given(sale()).given(HostAnswerOverdue("victim", KEY, RRN)).given(reversal()).sent("0410")
    assert moves(book.effects) == ["in-doubt:68 > reversed"]
    assert moves(book.given(AdviceResponse("victim", KEY, RRN, "00")).effects) == []
    book = host().given(sale())
    book.given(answered(book.said("0200"), "98")).given(reversal()).sent("0410")
    assert moves(book.effects) == ["in-doubt:98 > reversed"]


def test_of_a_declined_sale_is_a_no_op() -> None:
    book = host().given(sale())
    book.given(answered(book.said("0200"), "51")).given(reversal()).sent("0410")
    assert book.said("0410").code == "00"
    assert moves(book.effects) == []


def test_of_another_amount_undoes_nothing_and_calls_people() -> None:
    book = approved().given(reversal(amount_fen=1)).sent("0410")
    assert book.said("0410").code == "12"
    assert words(book.effects) == ["error-case"]


@pytest.mark.parametrize(
    ("told", "code"),
    [((reversal(mac=0),), "A0"), ((AnswersWith("", "96"), reversal()), "96")],
)
def test_that_cannot_be_read_is_left_to_be_repeated(told: tuple[object, ...], code: str) -> None:
    book = approved().given(*told).sent("0410")  # type: ignore[arg-type]
    assert book.said("0410").code == code
    assert moves(book.effects) == []


def test_of_a_terminal_that_is_not_on_file_gets_no_answer() -> None:
    host().given(reversal("99999999-000001-000001")).sent()


class TestTheAdvice:
    def test_is_repeated_quickly_then_slowly_until_the_cut_off(self) -> None:
        book = approved().given(reversal())
        began = book.at
        instants = [0]
        waits = {60 * SECOND, 15 * MINUTE}
        while True:
            wait = next(e for e in book.effects if type(e) is Remind)
            assert wait.after in waits
            book.given(wait.of, after=wait.after)
            if "advice-stopped" in words(book.effects):
                break
            book.sent("0420")
            instants.append(book.at - began)
        assert instants[:21] == [n * MINUTE for n in range(20)] + [34 * MINUTE]
        assert book.at >= MONDAY + 23 * HOUR > book.at - 15 * MINUTE
        assert words(book.effects) == ["advice-stopped", "error-case"]
        assert not book.party.awaits(wait.of)
        # a confirmation that comes after all is still heard
        book.given(AdviceResponse("victim", KEY, RRN, "00"))
        assert book.party.office.advices.state() == []  # type: ignore[attr-defined]

    def test_that_was_stopped_stays_an_open_item_over_a_restart(self) -> None:
        book = approved(most_tries=3).given(reversal())
        for _ in range(2):
            book.given(overdue(book.effects), after=MINUTE).sent("0420")
        last = overdue(book.effects)
        book.given(last, after=MINUTE).sent()
        book.wished(Kept("victim", "open-item"), Logged("victim", "error-case", {"why": UNCONFIRMED, "rrn": RRN}))
        (item,) = book.party.office.advices.open_items()  # type: ignore[attr-defined]
        assert (item.message.rrn, item.stopped_at, item.sent) == (RRN, book.at, 3)
        reborn = Host(limited(3))
        reborn.restore(book.party.snapshot())
        book.party = reborn
        assert reborn.office.advices.open_items() == [item]
        book.given(Restarted()).sent()
        assert not reborn.awaits(last)
        book.given(AdviceResponse("victim", KEY, RRN, "00"))
        assert reborn.office.advices.open_items() == []

    def test_that_could_not_leave_uses_up_no_try(self) -> None:
        book = approved(most_tries=2).given(Disconnected("", "switch", "unreachable")).given(reversal())
        for _ in range(4):
            book.given(overdue(book.effects), after=MINUTE).sent()
        book.given(Connected("", "switch")).sent("0420")
        book.given(overdue(book.effects), after=MINUTE).sent("0420")
        book.given(overdue(book.effects), after=MINUTE).sent()
        assert words(book.effects) == ["advice-stopped", "error-case"]

    def test_says_which_repetition_it_is(self) -> None:
        book = approved().given(reversal())
        book.given(overdue(book.effects))
        assert next(e.attempt for e in book.effects if type(e) is Send) == 2

    def test_is_stale_once_answered_or_repeated(self) -> None:
        book = approved().given(reversal())
        first = overdue(book.effects)
        book.given(first)
        assert not book.party.awaits(first)
        assert book.party.handle(first, book.at) is None
        second = overdue(book.effects)
        book.given(AdviceResponse("victim", KEY, RRN, "25"))
        assert not book.party.awaits(second)

    def test_waits_while_the_line_is_down_and_goes_out_when_it_is_up(self) -> None:
        book = approved().given(Disconnected("", "switch", "unreachable")).given(reversal()).sent("0410")
        book.given(overdue(book.effects), after=MINUTE).sent()
        book.given(Connected("", "switch"), after=SECOND).sent("0420")

    def test_is_said_again_after_a_restart(self) -> None:
        book = approved().given(reversal()).given(Restarted()).sent("0420")
        assert book.party.awaits(overdue(book.effects))


class TestTheNetworksAdvice:
    ADVICE = ReversalAdvice("victim", KEY, sale().mid, RRN, "sale", 12_800, "good-debit", "98")

    def test_ends_the_doubt_and_is_confirmed(self) -> None:
        book = host().given(sale())
        book.given(answered(book.said("0200"), "98")).given(self.ADVICE).sent("0430")
        assert moves(book.effects) == ["in-doubt:98 > reversed"]
        assert book.effects[-1] == Send("switch", AdviceResponse("victim", KEY, RRN, "00", "99900000"))
        book.given(self.ADVICE).sent("0430")
        assert moves(book.effects) == []

    def test_is_an_answer_itself_when_the_98_was_lost(self) -> None:
        book = host().given(sale()).given(self.ADVICE).sent("0210", "0430")
        assert moves(book.effects) == ["forwarded > in-doubt:98", "in-doubt:98 > reversed"]
        assert book.said("0210").code == "98"

    def test_ends_the_hosts_own_advice_too(self) -> None:
        book = host().given(sale()).given(HostAnswerOverdue("victim", KEY, RRN))
        own = overdue(book.effects)
        book.given(self.ADVICE).sent("0430")
        assert not book.party.awaits(own)

    def test_about_something_unknown_or_declined_is_answered_25(self) -> None:
        assert host().given(self.ADVICE).said("0430").code == "25"
        assert host().given(reversal()).given(self.ADVICE).said("0430").code == "25"
        book = host().given(sale())
        book.given(answered(book.said("0200"), "51")).given(self.ADVICE)
        assert book.said("0430").code == "25"

    def test_about_an_approved_sale_is_for_people_to_look_at(self) -> None:
        book = approved().given(self.ADVICE)
        assert book.said("0430").code == "12"
        assert words(book.effects) == ["error-case"]

    def test_with_another_rrn_is_not_this_sales(self) -> None:
        other = ReversalAdvice("victim", KEY, sale().mid, "260000000099", "sale", 12_800, "good-debit", "98")
        book = host().given(sale()).given(other)
        assert book.said("0430").code == "25"
        assert moves(book.effects) == []


def test_a_confirmation_out_of_nowhere_is_noted() -> None:
    book = host().given(AdviceResponse("victim", KEY, RRN, "00")).sent()
    assert book.effects == [Logged("victim", "advice-answered", {"code": "00", "rrn": RRN})]
