"""What a terminal may ask the host: what became of an attempt, its open batch, whether anybody is there."""

import msgspec
import pytest
from cardleg import KEY, MID, MORNING, RRN, TID, answered, query, reversal, sale, words
from playbook import Playbook

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from poslab.messages.card import KNOWN_STATES, ManagementRequest, QueryRequest, SignOnRequest, key_of
from poslab.messages.facts import AnswersWith, BatchMovedOn, KeyInjected, KeyReplaced, PaperOut, ParametersChanged
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


SIGN_ON = SignOnRequest("", key_of(TID, "000001", "000000"), MID)


def test_signs_a_terminal_on_to_its_open_batch_and_brings_new_keys() -> None:
    book = host().given(SIGN_ON).sent("0810")
    answer = book.said("0810")
    assert (answer.code, answer.batch, answer.key_version) == ("00", "000001", 2)
    assert words(book.effects) == ["signed-on"]
    again = msgspec.structs.replace(SIGN_ON, key=key_of(TID, "000001", "000018"))
    assert book.given(again).said("0810").key_version == 3


def test_a_copy_of_a_sign_on_brings_the_keys_that_it_brought() -> None:
    assert host().given(SIGN_ON, SIGN_ON).said("0810").key_version == 2


def test_after_the_last_version_comes_the_first() -> None:
    book = host()
    book.party.office.reseat(TID, msgspec.structs.replace(book.party.office.terminals[TID], key_version=9999))
    assert book.given(SIGN_ON).said("0810").key_version == 1


# --- keys out of step


def test_what_is_sealed_with_other_keys_is_refused_and_nothing_leaves() -> None:
    book = host().given(KeyReplaced("", TID, "mac")).given(sale())
    assert (book.said("0210").code, book.said("0210").not_forwarded) == ("A0", True)
    book.sent("0210")
    book.given(reversal())
    assert book.said("0410").code == "A0"
    book.given(query())
    assert (book.said("0610").code, book.said("0610").state) == ("A0", "pending")


def test_its_answers_are_sealed_with_the_keys_in_force() -> None:
    book = host().given(SIGN_ON, msgspec.structs.replace(sale(), mac=2))
    book.given(answered(book.said("0200")))
    assert (book.said("0210").code, book.said("0210").mac) == ("00", 2)
    assert book.given(reversal(mac=2)).said("0410").mac == 2
    assert book.given(msgspec.structs.replace(query(), mac=2)).said("0610").mac == 2


def test_a_pin_that_cannot_be_deciphered_is_refused_here() -> None:
    garbled = msgspec.structs.replace(sale(), pin="garbled")
    assert host().given(garbled).said("0210").code == "99"
    book = host().given(KeyReplaced("", TID, "pin"))
    assert book.given(sale()).said("0210").code == "99"
    without = msgspec.structs.replace(sale(key=key_of(TID, "000001", "000018")), pin="absent")
    book.given(without).sent("0200")
    book.given(SIGN_ON)
    book.given(msgspec.structs.replace(sale(key=key_of(TID, "000001", "000019")), mac=2)).sent("0200")


def test_under_a_wrong_master_key_no_keys_come_out_until_it_is_injected_again() -> None:
    book = host().given(KeyReplaced("", TID, "master"))
    assert book.given(SIGN_ON).said("0810").key_version == 0
    book.given(KeyInjected("", TID))
    again = msgspec.structs.replace(SIGN_ON, key=key_of(TID, "000001", "000018"))
    assert book.given(again).said("0810").key_version == 3


def test_a_batch_that_it_moved_on_to_is_told_by_the_next_sign_on() -> None:
    book = host().given(BatchMovedOn("", TID))
    assert words(book.effects) == ["batch-opened"]
    assert book.given(sale()).said("0210").code == "77"
    assert book.given(SIGN_ON).said("0810").batch == "000002"
    moved = msgspec.structs.replace(sale(key=key_of(TID, "000002", "000018")), mac=2)
    book.given(moved).sent("0200")


@pytest.mark.parametrize("fact", [KeyReplaced("", "nobody"), KeyInjected("", "nobody"), BatchMovedOn("", "nobody")])
def test_of_a_terminal_that_it_does_not_know_it_knows_no_keys(fact: Input) -> None:
    host().given(fact).sent()


def test_a_restart_changes_no_keys() -> None:
    book = host().given(SIGN_ON, KeyReplaced("", TID, "pin"), BatchMovedOn("", TID))
    reborn = host().party
    reborn.restore(book.party.snapshot())
    assert reborn.snapshot() == book.party.snapshot()
    assert (reborn.office.terminals[TID].batch, reborn.office.terminals[TID].key_version) == ("000002", 2)
    assert list(reborn.office.open_batches) == [f"{TID}-000002", *list(host().party.office.open_batches)[1:]]


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


# --- parameters


def test_a_terminal_with_old_parameters_is_told_to_download_them_and_then_served() -> None:
    book = host().given(ParametersChanged("", TID))
    assert book.given(sale()).said("0210").code == "78"
    book.given(ManagementRequest("", key_of(TID, "000001", "000018"), MID, "parameters"))
    assert (book.said("0830").code, book.said("0830").parameters) == ("00", "2")
    book.given(sale(key=key_of(TID, "000001", "000019"))).sent("0200")
    host().given(ParametersChanged("", "nobody")).sent()


def test_a_status_is_taken() -> None:
    book = host().given(ManagementRequest("", key_of(TID, "000001", "000018"), MID, "status", "1"))
    assert (book.said("0830").code, words(book.effects)) == ("00", ["status-taken"])
