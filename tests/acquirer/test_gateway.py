"""The platform as a gateway, and the orders that follow the acquirer's notices."""

from collections.abc import Sequence

import pytest
from cardleg import KEY, MID, MORNING, RRN, TID, answered, moves, query, receivers, reversal, sale, void, words
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from acquirer.order_notices import NoticeOverdue
from acquirer.platform.gateway import Gateway, SlotOverdue
from poslab.messages.card import OrderHeard, OrderNotice, ReversalResponse, SignOnRequest, key_of
from poslab.messages.facts import AnswersWith, PaperOut
from poslab.party.contract import Accept, Became, Effect, Remind, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted
from poslab.party.time import DAY, MINUTE, SECOND
from poslab.world.presets import corner_shop, gateway_shop

WORLD = gateway_shop()


def gateway() -> Playbook:
    return Playbook(Gateway(WORLD), MORNING)


def host() -> Playbook:
    return Playbook(Host(WORLD), MORNING)


def told(effects: Sequence[Effect]) -> list[str]:
    """The order states that the host told the platform."""
    return [e.message.state for e in effects if type(e) is Send and type(e.message) is OrderNotice]


def awaited(book: Playbook) -> list[NoticeOverdue]:
    """The letters that would still be heard, of the last answer."""
    letters = [e.of for e in book.effects if type(e) is Remind and type(e.of) is NoticeOverdue]
    return [of for of in letters if book.party.awaits(of)]


def notice(state: str) -> OrderNotice:
    return OrderNotice("victim", KEY, state, 12_800, RRN)


class TestTheWayThrough:
    def test_leads_every_message_to_the_host_and_its_answer_to_the_terminal(self) -> None:
        book = (
            gateway()
            .given(sale())
            .wished(Send("host", sale()), Remind(55 * SECOND, SlotOverdue("victim", f"0210/{KEY}", 1)))
        )
        book.given(answered(sale())).wished(Send("T1", answered(sale())))
        for request in (reversal(), query(), SignOnRequest("", key_of(TID, "000001", "0"), MID)):
            assert receivers(gateway().given(request).effects) == [("host", request.kind)]

    def test_keeps_a_sale_and_its_reversal_apart(self) -> None:
        book = gateway().given(sale(), reversal()).given(ReversalResponse("victim", KEY, MID, "00"))
        assert receivers(book.effects) == [("T1", "0410")]
        assert receivers(book.given(answered(sale())).effects) == [("T1", "0210")]

    def test_frees_a_slot_without_answering(self) -> None:
        book = gateway().given(sale()).given(SlotOverdue("victim", f"0210/{KEY}", 1), after=55 * SECOND).sent()
        assert words(book.effects) == ["slot-freed"]
        book.given(answered(sale())).sent()
        assert words(book.effects) == ["late-answer"]

    def test_times_a_repetition_anew(self) -> None:
        book = gateway().given(reversal(), reversal())
        assert not book.party.awaits(SlotOverdue("victim", f"0410/{KEY}", 1))
        assert book.party.handle(SlotOverdue("victim", f"0410/{KEY}", 1), MORNING) is None
        assert book.party.awaits(SlotOverdue("victim", f"0410/{KEY}", 2))

    def test_passes_a_second_answer_nowhere(self) -> None:
        gateway().given(sale(), answered(sale())).given(answered(sale())).sent()

    def test_has_no_answer_for_a_terminal_that_does_not_exist(self) -> None:
        gateway().given(sale("99999999-1-1")).given(answered(sale("99999999-1-1"))).sent()


class TestItsWayOnward:
    def test_decides_whether_it_takes_connections(self) -> None:
        book = gateway().given(Disconnected("", "host", "refused")).wished(Accept(False))
        book.given(Disconnected("", "host", "refused")).silent()
        book.given(Connected("", "host")).wished(Accept(True))
        book.given(Connected("", "host")).silent()

    def test_may_turn_out_to_be_closed(self) -> None:
        gateway().given(sale()).given(ConnectFailed("victim", "host", "refused")).wished(Accept(False))

    def test_is_not_closed_by_a_terminal_that_hung_up(self) -> None:
        gateway().given(ConnectFailed("victim", "T1", "refused")).silent()

    def test_is_tried_again_after_a_restart_without_the_slots(self) -> None:
        book = gateway().given(sale(), Disconnected("", "host", "refused")).given(Restarted()).wished(Accept(True))
        book.given(answered(sale())).sent()


class TestAnOrder:
    def test_follows_the_notices(self) -> None:
        book = gateway().given(*map(notice, ("created", "paying", "success", "refunded")))
        assert [effect for effect in book.effects if type(effect) is Became] == [
            Became("victim", KEY, before, after)
            for before, after in (
                ("none", "created"),
                ("created", "paying"),
                ("paying", "success"),
                ("success", "refunded"),
            )
        ]

    @pytest.mark.parametrize(
        ("before", "late"),
        [
            ("paying", "created"),
            ("paying", "paying"),
            ("success", "paying"),
            ("failed", "success"),
            ("failed", "refunded"),
            ("refunded", "failed"),
        ],
    )
    def test_does_not_go_back_for_a_late_or_repeated_notice(self, before: str, late: str) -> None:
        book = gateway().given(notice(before)).given(notice(late))
        assert moves(book.effects) == []
        assert receivers(book.effects) == [("host", "order-heard")]

    def test_does_not_believe_a_word_it_does_not_know(self) -> None:
        gateway().given(notice("splendid")).silent()

    def test_survives_a_restart_and_a_night(self) -> None:
        book = gateway().given(notice("success")).given(Restarted()).given(notice("failed"), after=DAY)
        assert moves(book.effects) == ["success > failed"]

    def test_that_waits_for_its_end_is_not_forgotten(self) -> None:
        book = gateway().given(notice("paying"))
        for n in range(5):
            other = OrderNotice("other", f"other-{n}", "success", 100, RRN)
            book.given(other, after=DAY)
        book.given(notice("failed"))
        assert moves(book.effects) == ["paying > failed"]

    def test_never_follows_the_bytes_that_pass(self) -> None:
        book = gateway().given(sale(), answered(sale()))
        assert moves(book.effects) == []


class TestAMerchant:
    def test_is_told_of_an_end_once_it_is_known(self) -> None:
        book = gateway().given(notice("created"), notice("paying"))
        assert receivers(book.effects) == [("host", "order-heard"), ("host", "order-heard")]
        book.given(notice("success")).wished(Send("merchant", notice("success")))
        assert receivers(book.given(notice("success")).effects) == [("host", "order-heard")]

    def test_is_told_again_until_its_register_has_heard(self) -> None:
        book = gateway().given(notice("success"))
        book.given(NoticeOverdue("victim", KEY, "success", 1), after=15 * SECOND)
        again = NoticeOverdue("victim", KEY, "success", 2)
        book.wished(Send("merchant", notice("success"), 2), Remind(MINUTE, again))
        book.given(OrderHeard("victim", KEY, "success")).silent()
        assert not book.party.awaits(NoticeOverdue("victim", KEY, "success", 2))
        assert book.party.handle(NoticeOverdue("victim", KEY, "success", 2), MORNING) is None

    def test_is_told_again_after_a_restart(self) -> None:
        book = gateway().given(notice("success")).given(Restarted())
        book.wished(Send("merchant", notice("success"), 2))


class TestTheHostTells:
    def test_a_word_again_at_the_published_intervals_and_then_no_more(self) -> None:
        book = host().given(sale())
        book.given(answered(book.said("0200")))
        assert NoticeOverdue("victim", KEY, "paying", 1) not in awaited(book)  # a newer word took its place
        waited = []
        for attempt in range(1, 7):
            (overdue,) = awaited(book)
            assert overdue.attempt == attempt
            after = next(e.after for e in book.effects if type(e) is Remind and e.of == overdue)
            waited.append(after)
            book.given(overdue, after=after)
        assert sum(waited) == (7 * 60 + 21) * MINUTE + 15 * SECOND
        assert told(book.effects) == []
        assert words(book.effects) == ["order-notice-stopped"]
        book.given(Disconnected("", "platform", "refused")).given(Connected("", "platform"))
        assert told(book.effects) == ["success"]

    def test_nothing_twice_that_was_heard(self) -> None:
        book = host().given(sale()).given(OrderHeard("victim", KEY, "created"), OrderHeard("victim", KEY, "paying"))
        assert not book.party.awaits(NoticeOverdue("victim", KEY, "paying", 1))
        book.given(Restarted())
        assert told(book.effects) == []

    def test_nothing_while_the_platform_is_gone_and_all_of_it_when_it_is_back(self) -> None:
        book = host().given(sale())
        result = answered(book.said("0200"))
        book.given(Disconnected("", "platform", "refused")).given(result)
        assert told(book.effects) == []
        assert told(book.given(Connected("", "platform")).effects) == ["success"]

    def test_the_course_of_a_sale(self) -> None:
        book = host().given(sale())
        assert told(book.effects) == ["created", "paying"]
        book.given(answered(book.said("0200")))
        assert told(book.effects) == ["success"]
        assert ("platform", "0210") in receivers(book.effects)
        assert told(book.given(reversal()).effects) == ["failed"]
        assert told(book.given(reversal()).effects) == []

    def test_a_decline_and_a_doubt_that_was_undone(self) -> None:
        book = host().given(sale())
        assert told(book.given(answered(book.said("0200"), "51")).effects) == ["failed"]
        book = host().given(sale())
        assert told(book.given(HostAnswerOverdue("victim", KEY, RRN)).effects) == []
        assert told(book.given(reversal()).effects) == ["failed"]

    def test_a_void_and_its_undoing(self) -> None:
        book = host().given(sale())
        book.given(answered(book.said("0200"))).given(void())
        assert told(book.effects) == []
        assert told(book.given(answered(book.said("0200"))).effects) == ["refunded"]
        assert told(book.given(reversal(void().key, "void")).effects) == ["success"]

    def test_a_marked_refusal_as_failed(self) -> None:
        assert told(host().given(AnswersWith("", "96", True), sale()).effects) == ["created", "failed"]

    def test_an_unmarked_refusal_as_failed_only_when_it_was_asked(self) -> None:
        book = host().given(AnswersWith("", "96", False), sale())
        assert told(book.effects) == ["created", "paying"]
        assert told(book.given(query()).effects) == ["failed"]
        assert told(book.given(query()).effects) == []

    def test_nobody_where_there_is_no_platform(self) -> None:
        assert told(Playbook(Host(corner_shop()), MORNING).given(sale()).effects) == []


def test_a_world_without_a_platform_has_no_gateway() -> None:
    with pytest.raises(ValueError, match="no platform"):
        Gateway(corner_shop())


def test_survives_what_is_not_for_a_gateway() -> None:
    gateway().given(PaperOut()).silent()
