"""What a terminal may ask the host: what became of an attempt, its open batch, whether anybody is there."""

import pytest
from cardleg import KEY, MID, MORNING, RRN, TID, answered, query, reversal, sale, words
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from poslab.messages.card import KNOWN_STATES, ManagementRequest, QueryRequest, SignOnRequest, key_of
from poslab.messages.facts import AnswersWith, PaperOut
from poslab.party.contract import Input
from poslab.party.time import SECOND
from poslab.world.presets import corner_shop

WORLD = corner_shop()


def host() -> Playbook:
    return Playbook(Host(WORLD), MORNING)


@pytest.mark.parametrize(
    ("code", "then", "state"),
    [
        (None, (), "pending"),
        (None, (HostAnswerOverdue("victim", KEY, RRN),), "pending"),
        ("98", (), "pending"),
        ("00", (), "approved"),
        ("51", (), "declined"),
        ("00", (reversal(),), "reversed"),
    ],
)
def test_says_what_it_knows_of_an_attempt(code: str | None, then: tuple[Input, ...], state: str) -> None:
    book = host().given(sale())
    if code is not None:
        book.given(answered(book.said("0200"), code))
    answer = book.given(*then).given(query()).sent("0610").said("0610")
    assert (answer.state, answer.asked, answer.code) == (state, KEY, "00")
    assert answer.state in KNOWN_STATES


def test_says_with_an_approval_all_that_a_slip_needs() -> None:
    book = host().given(sale())
    book.given(answered(book.said("0200")), after=SECOND)
    answer = book.given(query()).said("0610")
    assert (answer.rrn, answer.auth, answer.business_date) == (RRN, "123456", "20260105")
    assert answer.host_at == MORNING + SECOND - 250_000


def test_says_unknown_of_what_it_never_heard_of() -> None:
    answer = host().given(query()).said("0610")
    assert (answer.state, answer.code) == ("unknown", "25")


def test_tells_no_stranger_about_a_sale() -> None:
    book = host().given(sale())
    stranger = QueryRequest("victim", key_of(TID, "000001", "000099"), "999000054110002", KEY)
    assert book.given(stranger).said("0610").code == "03"
    host().given(query(key="99999999-000001-000001")).sent()


def test_its_log_can_be_read_while_it_refuses_requests() -> None:
    book = host().given(AnswersWith("", "96", False), sale()).given(query())
    assert book.said("0610").state == "declined"


def test_signs_a_terminal_on_to_its_open_batch() -> None:
    book = host().given(SignOnRequest("", key_of(TID, "000001", "000000"), MID)).sent("0810")
    answer = book.said("0810")
    assert (answer.code, answer.batch, answer.key_version) == ("00", "000001", 1)
    assert words(book.effects) == ["signed-on"]


@pytest.mark.parametrize("key_set", ["single", "double", "double-and-track"])
def test_a_sign_on_is_answered_with_the_keys_that_it_asks_for(key_set: str) -> None:
    asked = SignOnRequest("", key_of(TID, "000001", "000000"), MID, key_set=key_set)
    assert host().given(asked).said("0810").key_set == key_set


def test_does_not_sign_on_a_terminal_of_another_merchant() -> None:
    answer = host().given(SignOnRequest("", key_of(TID, "000001", "000000"), "999000054110002")).said("0810")
    assert (answer.code, answer.batch) == ("03", "")


@pytest.mark.parametrize(("what", "word"), [("sign-off", "signed-off"), ("echo", "echo")])
def test_confirms_sign_off_and_echo(what: str, word: str) -> None:
    book = host().given(ManagementRequest("", key_of(TID, "000001", "000000"), MID, what)).sent("0830")
    assert book.said("0830").code == "00"
    assert words(book.effects) == [word]


def test_does_not_know_other_management() -> None:
    assert host().given(ManagementRequest("", key_of(TID, "000001", "0"), MID, "dance")).said("0830").code == "40"


def test_survives_what_is_not_for_a_host() -> None:
    host().given(PaperOut()).silent()
