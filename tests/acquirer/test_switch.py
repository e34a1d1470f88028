"""The card network's switch between host and issuer: routing, silence, and two kinds of advice."""

from collections.abc import Sequence

import msgspec
import pytest
from cardleg import KEY, MORNING, RRN, answered, balance, moves, receivers, sale, void, words
from playbook import Playbook

from acquirer.store_and_forward import AdviceOverdue
from acquirer.switch.routing import SwitchAnswerOverdue
from acquirer.switch.switch import Switch
from poslab.messages.card import AdviceResponse, FinancialRequest, ReversalAdvice
from poslab.party.contract import Became, Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted
from poslab.party.time import DAY, MINUTE, SECOND
from poslab.world.presets import corner_shop
from poslab.world.world import Issuer

WORLD = corner_shop()
REQUEST = msgspec.structs.replace(sale(), rrn=RRN)
ADVICE = ReversalAdvice("victim", KEY, sale().mid, RRN, "sale", 12_800, "good-debit", "98")
OVERDUE = SwitchAnswerOverdue("victim", RRN)


def switch() -> Playbook:
    return Playbook(Switch(WORLD), MORNING)


def of_issuer(code: str = "00") -> AdviceResponse:
    return AdviceResponse("victim", KEY, RRN, code)


def of_acquirer(code: str = "00") -> AdviceResponse:
    return AdviceResponse("victim", KEY, RRN, code, "99900000")


def overdue(effects: Sequence[Effect]) -> AdviceOverdue:
    return next(e.of for e in effects if type(e) is Remind and type(e.of) is AdviceOverdue)


def test_a_healthy_sale_passes_in_two_steps() -> None:
    book = switch().given(REQUEST)
    assert book.effects == [
        Became("victim", RRN, "none", "forwarded"),
        Kept("victim", "request"),
        Send("issuer", REQUEST),
        Remind(40 * SECOND, OVERDUE),
    ]
    book.given(answered(REQUEST))
    assert book.effects == [
        Became("victim", RRN, "forwarded", "answered"),
        Kept("victim", "answer"),
        Send("host", answered(REQUEST)),
    ]
    assert not book.party.awaits(OVERDUE)


def test_a_card_goes_to_the_bank_that_issued_it() -> None:
    world = msgspec.structs.replace(
        WORLD, issuers=(Issuer(cards=("good-credit",)), Issuer(address="issuer-b", cards=("good-debit",)))
    )
    assert receivers(Playbook(Switch(world), MORNING).given(REQUEST).effects) == [("issuer-b", "0200")]


def test_a_card_that_no_bank_issued_is_refused_with_15() -> None:
    book = switch().given(msgspec.structs.replace(REQUEST, card="nobodys")).sent("0210")
    assert (book.said("0210").code, book.said("0210").not_forwarded) == ("15", True)
    assert moves(book.effects) == ["none > refused:15"]


@pytest.mark.parametrize(("reason", "code"), [("refused", "91"), ("unreachable", "92")])
class TestABrokenLineToTheIssuer:
    def test_refuses_without_forwarding(self, reason: str, code: str) -> None:
        book = switch().given(Disconnected("", "issuer", reason), REQUEST).sent("0210")
        assert (book.said("0210").code, book.said("0210").not_forwarded) == (code, True)
        assert receivers(book.effects) == [("host", "0210")]

    def test_may_show_only_when_the_request_is_to_leave(self, reason: str, code: str) -> None:
        book = switch().given(REQUEST).given(ConnectFailed("victim", "issuer", reason)).sent("0210")
        assert moves(book.effects) == [f"forwarded > refused:{code}"]
        assert not book.party.awaits(OVERDUE)

    def test_says_nothing_of_a_request_that_left_before(self, reason: str, code: str) -> None:
        book = switch().given(REQUEST).given(ConnectFailed("victim", "issuer", reason), after=SECOND).sent()
        assert book.party.awaits(OVERDUE)

    def test_may_come_back(self, reason: str, code: str) -> None:
        book = switch().given(Disconnected("", "issuer", reason), Connected("", "issuer"), REQUEST)
        assert receivers(book.effects) == [("issuer", "0200")]


class TestACopyOfTheRequest:
    def test_is_swallowed_while_the_first_is_under_way(self) -> None:
        book = switch().given(REQUEST).given(REQUEST).sent()
        assert words(book.effects) == ["duplicate"]

    def test_is_answered_again_without_asking_the_issuer(self) -> None:
        book = switch().given(REQUEST, answered(REQUEST)).given(REQUEST)
        assert receivers(book.effects) == [("host", "0210")]
        assert book.said("0210") == answered(REQUEST)

    def test_does_not_look_approved_once_it_was_undone(self) -> None:
        book = switch().given(REQUEST, answered(REQUEST), ADVICE, of_issuer()).given(REQUEST).sent("0210")
        assert book.said("0210").code == "94"


class TestTheAcquirersAdvice:
    def test_passes_to_the_issuer_and_its_answer_back(self) -> None:
        book = switch().given(REQUEST, answered(REQUEST)).given(ADVICE)
        assert receivers(book.effects) == [("issuer", "0420")]
        book.given(of_issuer())
        assert receivers(book.effects) == [("host", "0430")]
        assert moves(book.effects) == ["answered > undone"]

    def test_is_not_repeated_by_the_switch(self) -> None:
        book = switch().given(REQUEST, answered(REQUEST)).given(ADVICE)
        assert not [e for e in book.effects if type(e) is Remind]

    def test_that_was_heard_before_is_answered_here(self) -> None:
        book = switch().given(REQUEST, answered(REQUEST), ADVICE, of_issuer()).given(ADVICE)
        assert receivers(book.effects) == [("host", "0430")]
        assert book.said("0430").code == "00"

    def test_overtaking_the_answer_makes_the_answer_too_late(self) -> None:
        book = switch().given(REQUEST).given(ADVICE)
        assert not book.party.awaits(OVERDUE)
        book.given(answered(REQUEST)).sent()
        assert words(book.effects) == ["late-answer"]
        book.given(of_issuer()).sent("0430")
        assert moves(book.effects) == ["forwarded > undone"]

    def test_about_a_request_that_never_came_reaches_the_issuer_all_the_same(self) -> None:
        book = switch().given(ADVICE)
        assert receivers(book.effects) == [("issuer", "0420")]
        book.given(of_issuer("25"))
        assert receivers(book.effects) == [("host", "0430")]

    def test_about_a_request_that_was_refused_here_is_answered_here(self) -> None:
        book = switch().given(Disconnected("", "issuer", "refused"), REQUEST).given(ADVICE).sent("0430")
        assert book.said("0430").code == "25"

    def test_waits_with_the_acquirer_while_the_line_is_down(self) -> None:
        switch().given(REQUEST, answered(REQUEST), Disconnected("", "issuer", "refused")).given(ADVICE).silent()

    def test_that_the_issuer_refuses_is_told_so(self) -> None:
        book = switch().given(REQUEST, answered(REQUEST), ADVICE).given(of_issuer("96")).sent("0430")
        assert book.said("0430").code == "96"
        assert moves(book.effects) == []

    def test_answered_twice_is_passed_back_once(self) -> None:
        switch().given(REQUEST, answered(REQUEST), ADVICE, of_issuer()).given(of_issuer()).sent()


class TestASilentIssuer:
    def test_is_answered_for_with_98_and_its_undoing_owned(self) -> None:
        book = switch().given(REQUEST).given(OVERDUE, after=40 * SECOND)
        first = Remind(60 * SECOND, AdviceOverdue("victim", "issuer", RRN, 0))
        book.wished(Became("victim", RRN, "forwarded", "in-doubt:98"), Kept("victim", "advice"), first, Send)
        assert receivers(book.effects) == [("host", "0210")]
        assert book.said("0210").code == "98"
        book.given(first.of, after=60 * SECOND)
        again = Remind(60 * SECOND, AdviceOverdue("victim", "issuer", RRN, 1))
        assert book.effects[1:] == [Send("issuer", ADVICE), again]

    def test_first_the_issuer_then_the_acquirer_must_confirm(self) -> None:
        book = switch().given(REQUEST).given(OVERDUE)
        to_issuer = overdue(book.effects)
        book.given(to_issuer, after=MINUTE)
        assert receivers(book.effects) == [("issuer", "0420")]
        book.given(of_issuer())
        assert receivers(book.effects) == [("host", "0420")]
        assert moves(book.effects) == ["in-doubt:98 > undone"]
        to_acquirer = overdue(book.effects)
        # a second answer of the issuer is no answer of the acquirer
        book.given(of_issuer()).sent()
        assert book.party.awaits(to_acquirer)
        book.given(to_acquirer, after=MINUTE)
        assert receivers(book.effects) == [("host", "0420")]
        book.given(of_acquirer()).sent()
        assert not book.party.awaits(overdue([Remind(0, AdviceOverdue("victim", "host", RRN, 2))]))

    def test_whose_late_answer_arrives_is_not_believed(self) -> None:
        book = switch().given(REQUEST).given(OVERDUE).given(answered(REQUEST)).sent()
        assert words(book.effects) == ["late-answer"]
        assert moves(book.effects) == []

    def test_that_refuses_the_undoing_is_asked_again(self) -> None:
        book = switch().given(REQUEST).given(OVERDUE)
        asked = overdue(book.effects)
        book.given(of_issuer("96"))
        assert book.party.awaits(asked)

    def test_leaves_nothing_to_undo_after_an_inquiry(self) -> None:
        inquiry = msgspec.structs.replace(balance(), rrn=RRN)
        book = switch().given(inquiry).given(OVERDUE).sent("0210")
        assert moves(book.effects) == ["forwarded > refused:98"]

    def test_has_its_void_undone_as_a_void(self) -> None:
        request = msgspec.structs.replace(void(), rrn=RRN, original_rrn="260000000000")
        book = switch().given(request).given(OVERDUE)
        assert book.given(overdue(book.effects)).said("0420").what == "void"

    def test_may_be_undone_for_switch_and_acquirer_by_one_answer(self) -> None:
        book = switch().given(REQUEST).given(OVERDUE).given(ADVICE)
        assert receivers(book.effects) == [("issuer", "0420")]
        book.given(of_issuer())
        assert receivers(book.effects) == [("host", "0420"), ("host", "0430")]

    def test_is_left_to_error_handling_after_the_cut_off(self) -> None:
        book = switch().given(REQUEST).given(OVERDUE)
        while "advice-stopped" not in words(book.effects):
            wait = next(e for e in book.effects if type(e) is Remind)
            book.given(wait.of, after=wait.after)
        book.wished(Kept("victim", "open-item"))
        assert words(book.effects) == ["advice-stopped", "error-case"]
        (item,) = book.party.exchange.advices.open_items()  # type: ignore[attr-defined]
        assert item.to == "issuer"
        book.given(of_issuer())  # and is heard all the same, should it wake up
        assert moves(book.effects) == ["in-doubt:98 > undone"]


def test_what_the_bank_undoes_long_after_it_refused_is_told_to_the_acquirer() -> None:
    book = switch().given(REQUEST).given(answered(REQUEST)).given(ADVICE).given(of_issuer("96"))
    assert receivers(book.effects) == [("host", "0430")]
    book.given(of_issuer(), after=DAY)
    assert (moves(book.effects), receivers(book.effects)) == (["answered > undone"], [("host", "0430")])
    book.given(of_issuer()).sent()


def test_a_restart_waits_anew_and_says_its_advices_again() -> None:
    second = msgspec.structs.replace(REQUEST, key="90000001-000001-000018", rrn="260000000002")
    book = switch().given(REQUEST).given(OVERDUE).given(second).given(Restarted())
    book.wished(Logged("", "restarted"), Remind(40 * SECOND, SwitchAnswerOverdue("victim", "260000000002")))
    assert receivers(book.effects) == [("issuer", "0420")]


def test_an_answer_that_does_not_fit_is_not_passed_back() -> None:
    book = switch().given(REQUEST).given(msgspec.structs.replace(answered(REQUEST), amount_fen=1)).sent()
    assert book.party.awaits(OVERDUE)


def test_an_answer_out_of_nowhere_is_noted() -> None:
    assert words(switch().given(answered(REQUEST)).sent().effects) == ["late-answer"]


def test_a_stale_reminder_is_not_for_it_any_more() -> None:
    book = switch().given(REQUEST, answered(REQUEST))
    assert book.party.handle(OVERDUE, MORNING) is None


def test_requests_at_rest_are_forgotten_on_the_second_day() -> None:
    def numbered(rrn: str) -> FinancialRequest:
        return msgspec.structs.replace(REQUEST, rrn=rrn)

    book = switch().given(REQUEST, answered(REQUEST)).given(numbered("260000000002"), after=DAY)
    assert book.given(REQUEST).said("0210").code == "00"
    book.given(numbered("260000000003"), after=DAY).given(REQUEST)
    assert receivers(book.effects) == [("issuer", "0200")]
