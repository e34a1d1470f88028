"""A sale at the acquirer's host: accepted, forwarded, answered; repeated, refused, left without an answer."""

import msgspec
import pytest
from cardleg import KEY, MID, MONDAY, MORNING, PAYABLE, RRN, TID, answered, balance, moves, receivers, sale, words
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from acquirer.store_and_forward import AdviceOverdue
from poslab.messages.card import AdviceResponse, FinancialResponse, ReversalAdvice, key_of
from poslab.messages.facts import AnswersWith
from poslab.party.contract import Became, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Restarted
from poslab.party.time import HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop
from poslab.world.world import World

WORLD = corner_shop()


def host(world: World = WORLD) -> Playbook:
    return Playbook(Host(world), MORNING)


def test_a_healthy_sale_is_forwarded_booked_and_answered() -> None:
    book = host().given(sale())
    book.wished(
        Logged("victim", "business-date", {"date": "20260105", "rrn": RRN}),
        Became("victim", KEY, "none", "forwarded"),
        Kept("victim", "request"),
        Send,
        Remind(50 * SECOND, HostAnswerOverdue("victim", KEY, RRN)),
    )
    upstream = book.said("0200")
    assert upstream == msgspec.structs.replace(sale(), rrn=RRN)
    book.given(answered(upstream), after=SECOND).wished(
        Posted("victim", f"P1/{KEY}", (("A.scheme_receivable", PAYABLE, 12_800),)),
        Became("victim", KEY, "forwarded", "approved"),
        Kept("victim", "answer"),
        Send(
            "T1",
            FinancialResponse(
                "victim",
                KEY,
                MID,
                "sale",
                12_800,
                "00",
                RRN,
                "123456",
                "20260105",
                MORNING + SECOND - 250_000,
                False,
                None,
                "20260106",
            ),
        ),
    )
    assert not book.party.awaits(HostAnswerOverdue("victim", KEY, RRN))


def test_from_the_cut_off_on_a_sale_belongs_to_the_next_day() -> None:
    book = Playbook(Host(WORLD), MONDAY + 23 * HOUR - 1).given(sale())
    assert book.effects[0] == Logged("victim", "business-date", {"date": "20260105", "rrn": RRN})
    book.given(sale(key_of(TID, "000001", "000018")), after=1)
    assert book.effects[0] == Logged("victim", "business-date", {"date": "20260106", "rrn": "260000000002"})


def test_a_decline_is_passed_on_and_books_nothing() -> None:
    book = host().given(sale())
    book.given(answered(book.said("0200"), "51"))
    assert moves(book.effects) == ["forwarded > declined:51"]
    assert book.said("0210").code == "51"
    book.given(sale())
    assert book.said("0210").code == "51"


class TestACopyOfTheRequest:
    def test_is_swallowed_while_the_first_is_under_way(self) -> None:
        book = host().given(sale()).given(sale()).sent()
        assert words(book.effects) == ["duplicate"]

    def test_is_answered_again_from_the_store(self) -> None:
        book = host().given(sale())
        first = book.given(answered(book.said("0200"))).said("0210")
        book.given(sale(), after=5 * MINUTE).sent("0210")
        assert book.said("0210") == first

    def test_is_refused_with_94_when_it_names_another_amount(self) -> None:
        book = host().given(sale())
        book.given(answered(book.said("0200"))).given(sale(amount_fen=1)).sent("0210")
        assert book.said("0210").code == "94"
        book = host().given(sale()).given(sale(amount_fen=1)).sent("0210")
        assert book.said("0210").code == "94"

    def test_is_a_sale_of_its_own_where_the_check_is_off(self) -> None:
        careless = msgspec.structs.replace(
            WORLD, acquirer=msgspec.structs.replace(WORLD.acquirer, duplicate_check=False)
        )
        book = host(careless).given(sale())
        first = book.said("0200")
        second = book.given(sale()).sent("0200").said("0200")
        assert (first.rrn, second.rrn) == (RRN, "260000000002")
        book.given(answered(second)).wished(
            Posted("victim", f"P1/{KEY}/260000000002", (("A.scheme_receivable", PAYABLE, 12_800),)),
            Became("victim", f"{KEY}/260000000002", "forwarded", "approved"),
        )
        assert book.said("0210").key == KEY
        book.given(answered(first)).wished(Posted, Became("victim", KEY, "forwarded", "approved"))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (sale(key_of(TID, "000002", "000001")), "77"),
        (msgspec.structs.replace(sale(), mid="999000054110002"), "03"),
        (msgspec.structs.replace(sale(), mac=0), "A0"),
        (sale(amount_fen=0), "13"),
        (msgspec.structs.replace(sale(), what="tip"), "40"),
    ],
)
def test_what_the_host_refuses_itself_never_leaves_it(request_: object, code: str) -> None:
    book = host().given(request_)  # type: ignore[arg-type]
    assert receivers(book.effects) == [("T1", "0210")]
    answer = book.said("0210")
    assert (answer.code, answer.not_forwarded, answer.rrn) == (code, True, "")
    assert moves(book.effects) == [f"none > declined:{code}"]


@pytest.mark.parametrize("key", ["99999999-000001-000017", "rubbish", ""])
def test_a_terminal_that_is_not_on_file_gets_no_answer(key: str) -> None:
    book = host().given(sale(key)).sent()
    assert book.effects == [Logged("victim", "refused", {"code": "97", "key": key})]


def test_a_broken_line_to_the_network_is_a_marked_92() -> None:
    book = host().given(Disconnected("", "switch", "unreachable"), sale()).sent("0210")
    assert (book.said("0210").code, book.said("0210").not_forwarded) == ("92", True)
    book.given(Connected("", "switch"), sale(key_of(TID, "000001", "000018"))).sent("0200")


def test_a_line_that_turns_out_to_be_broken_is_a_marked_92_for_the_request_that_never_left() -> None:
    earlier = key_of(TID, "000001", "000018")
    book = host().given(sale(earlier)).given(sale(), after=SECOND)
    book.given(ConnectFailed("victim", "switch", "unreachable"))
    assert moves(book.effects) == ["forwarded > declined:92"]
    assert (book.said("0210").key, book.said("0210").not_forwarded) == (KEY, True)
    book.given(ConnectFailed("victim", "switch", "unreachable"), after=SECOND).silent()


class TestSilenceOfTheNetwork:
    def test_is_answered_68_and_undone_until_the_network_confirms(self) -> None:
        book = host().given(sale()).given(HostAnswerOverdue("victim", KEY, RRN), after=50 * SECOND)
        first = Remind(60 * SECOND, AdviceOverdue("victim", "switch", RRN, 0))
        book.wished(Became("victim", KEY, "forwarded", "in-doubt:68"), Kept("victim", "advice"), first, Send)
        assert receivers(book.effects) == [("T1", "0210")]
        assert book.said("0210").code == "68"
        book.given(first.of, after=60 * SECOND)
        assert receivers(book.effects) == [("switch", "0420")]
        assert (book.said("0420").rrn, book.said("0420").reason) == (RRN, "98")
        book.given(AdviceResponse("victim", KEY, RRN, "00"))
        assert moves(book.effects) == ["in-doubt:68 > reversed"]
        book.given(AdviceResponse("victim", KEY, RRN, "00")).sent()

    def test_ends_as_well_when_there_was_nothing_to_undo(self) -> None:
        book = host().given(sale()).given(HostAnswerOverdue("victim", KEY, RRN))
        assert moves(book.given(AdviceResponse("victim", KEY, RRN, "25")).effects) == ["in-doubt:68 > reversed"]

    def test_goes_on_when_the_undoing_was_refused(self) -> None:
        book = host().given(sale()).given(HostAnswerOverdue("victim", KEY, RRN))
        overdue = next(e.of for e in book.effects if type(e) is Remind)
        assert moves(book.given(AdviceResponse("victim", KEY, RRN, "96")).effects) == []
        assert book.party.awaits(overdue)

    def test_is_not_broken_by_a_late_answer(self) -> None:
        book = host().given(sale())
        upstream = book.said("0200")
        book.given(HostAnswerOverdue("victim", KEY, RRN)).given(answered(upstream)).sent()
        assert words(book.effects) == ["late-answer"]
        assert moves(book.effects) == []
        assert book.party.snapshot() == book.given(answered(upstream)).party.snapshot()

    def test_costs_an_inquiry_nothing(self) -> None:
        book = host().given(balance()).given(HostAnswerOverdue("victim", KEY, RRN)).sent("0210")
        assert moves(book.effects) == ["forwarded > declined:68"]
        assert "advice-stored" not in words(book.effects)

    def test_is_noticed_once(self) -> None:
        overdue = HostAnswerOverdue("victim", KEY, RRN)
        book = host().given(sale()).given(overdue)
        assert not book.party.awaits(overdue)
        assert book.party.handle(overdue, MORNING) is None


def test_behind_a_98_the_network_does_the_undoing() -> None:
    book = host().given(sale())
    book.given(answered(book.said("0200"), "98")).sent("0210")
    assert moves(book.effects) == ["forwarded > in-doubt:98"]
    assert "advice-stored" not in words(book.effects)


def test_an_advice_that_overtakes_the_98_is_answered_with_the_host_s_own_time() -> None:
    book = host().given(sale())
    upstream = book.said("0200")
    undone = ReversalAdvice("victim", KEY, upstream.mid, upstream.rrn, "sale", 12_800, "good-debit", "98")
    book.given(undone, after=5 * MINUTE).sent("0210", "0430")
    answer = book.said("0210")
    assert (answer.code, answer.business_date) == ("98", "20260105")
    assert book.at - SECOND < answer.host_at <= book.at


def test_behind_any_other_code_of_doubt_the_host_does() -> None:
    book = host().given(sale())
    book.given(answered(book.said("0200"), "96")).sent("0210")
    assert moves(book.effects) == ["forwarded > in-doubt:96"]
    assert "advice-stored" in words(book.effects)


def test_an_answer_to_something_else_counts_as_none() -> None:
    book = host().given(sale())
    wrong = msgspec.structs.replace(answered(book.said("0200")), amount_fen=1)
    book.given(wrong).sent()
    assert book.effects == [Logged("victim", "answer-refused", {"field": "amount_fen", "key": KEY})]
    assert book.party.awaits(HostAnswerOverdue("victim", KEY, RRN))


def test_a_copy_of_an_answer_and_an_answer_out_of_nowhere_change_nothing() -> None:
    book = host().given(sale())
    upstream = book.said("0200")
    book.given(answered(upstream)).given(answered(upstream)).sent()
    assert words(book.effects) == ["duplicate"]
    stranger = host().given(answered(upstream)).sent()
    assert words(stranger.effects) == ["late-answer"]


def test_where_only_keys_are_kept_a_copy_of_an_answered_request_gets_94() -> None:
    acquirer = msgspec.structs.replace(WORLD.acquirer, duplicate_answer="94")
    book = host(msgspec.structs.replace(WORLD, acquirer=acquirer)).given(sale())
    upstream = book.said("0200")
    book.given(sale()).sent()  # while it is under way one answer serves both
    book.given(answered(upstream)).given(sale()).sent("0210")
    assert (book.said("0210").code, book.said("0210").not_forwarded) == ("94", False)
    assert moves(book.effects) == []


def test_without_the_duplicate_check_a_copy_is_a_sale_of_its_own() -> None:
    acquirer = msgspec.structs.replace(WORLD.acquirer, duplicate_check=False)
    book = host(msgspec.structs.replace(WORLD, acquirer=acquirer)).given(sale())
    first = book.said("0200")
    second = book.given(sale()).said("0200")
    assert (first.key, second.key, first.rrn == second.rrn) == (KEY, KEY, False)
    book.given(answered(second)).wished(Became("victim", f"{KEY}/{second.rrn}", "forwarded", "approved"))
    book.given(answered(first)).wished(Became("victim", KEY, "forwarded", "approved"))


class TestOutOfOrder:
    def test_with_the_mark_the_sale_is_declined(self) -> None:
        book = host().given(AnswersWith("", "96", True), sale()).sent("0210")
        assert (book.said("0210").code, book.said("0210").not_forwarded) == ("96", True)
        assert "none > declined:96" in moves(book.effects)

    def test_without_the_mark_nobody_can_tell(self) -> None:
        book = host().given(AnswersWith("", "96", False), sale()).sent("0210")
        assert (book.said("0210").code, book.said("0210").not_forwarded) == ("96", False)

    def test_ends(self) -> None:
        book = host().given(AnswersWith("", "96"), AnswersWith("", ""), sale()).sent("0200")
        assert words(book.effects)[:2] == ["out-of-order", "in-order"]

    def test_answers_from_the_store_what_it_answered_before(self) -> None:
        book = host().given(sale())
        book.given(answered(book.said("0200"))).given(AnswersWith("", "96"), sale())
        assert book.said("0210").code == "00"


def test_a_restart_waits_anew_and_forwards_nothing_twice() -> None:
    book = host().given(sale()).given(Restarted(), after=5 * MINUTE).sent()
    book.wished(Logged("", "restarted"), Remind(50 * SECOND, HostAnswerOverdue("victim", KEY, RRN)))


def test_a_balance_is_passed_on_without_an_entry() -> None:
    book = host().given(balance())
    answer = msgspec.structs.replace(answered(book.said("0200")), balance_fen=10_000_000)
    book.given(answer).sent("0210")
    assert book.said("0210").balance_fen == 10_000_000
    assert Posted not in {type(e) for e in book.effects}
