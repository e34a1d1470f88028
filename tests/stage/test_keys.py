"""Keys out of step in other ways than the library tells: the sale after the trouble, and what lasts over a sign-on."""

import pytest
from bent import story

from poslab.faults.facts import Fact
from poslab.faults.injection import Injection
from poslab.messages.card import ManagementRequest, ManagementResponse, ReversalRequest
from poslab.messages.facts import BatchMovedOn, KeyInjected, KeyReplaced, ParametersChanged
from poslab.party.contract import Input
from poslab.party.time import HOUR, MINUTE, Duration, Instant, midnight
from poslab.world.calendar import Calendar
from scenarios.stage.play import Played, play

TID = "90000001"
MORNING: Instant = midnight(Calendar().first_day) + 10 * HOUR
SALES = 3
"""At 10:15:30, 11:15:30 and 12:15:30."""


def given(party: str, what: Input, inverse: Input | None = None, lasts: Duration | None = None) -> Injection:
    return Injection("keys", Fact(what, inverse), party=party, start=MORNING, lasts=lasts)


def ends(played: Played) -> list[str]:
    """What the terminal says of each purchase in the end."""
    return [purchase.end.views.terminal for purchase in played.result.purchases]


@pytest.mark.parametrize(
    ("party", "what", "first"),
    [
        ("host", KeyReplaced("", TID, "mac"), "declined:A0"),
        ("T1", KeyReplaced("", TID, "mac"), "declined:A0"),
        ("host", KeyReplaced("", TID, "pin"), "declined:99"),
        ("T1", KeyReplaced("", TID, "pin"), "declined:99"),
        ("host", BatchMovedOn("", TID), "declined:77"),
    ],
)
def test_one_sale_fails_and_the_next_one_is_good(party: str, what: Input, first: str) -> None:
    played = play(story(given(party, what), sales=SALES))
    assert played.result.verdict == "pass", played.result.reason
    assert ends(played) == [first, "approved", "approved"]


@pytest.mark.parametrize("party", ["host", "T1"])
def test_a_wrong_master_key_lasts_over_every_sign_on_until_it_is_injected_again(party: str) -> None:
    replaced = given(party, KeyReplaced("", TID, "master"), KeyInjected("", TID), lasts=90 * MINUTE)
    rotated = Injection("rotated", Fact(KeyReplaced("", TID, "mac")), party="host", start=MORNING + 1)
    played = play(story(replaced, rotated, sales=SALES))
    assert played.result.verdict == "pass", played.result.reason
    assert ends(played) == ["declined:A0", "none", "approved"]


def test_a_key_that_breaks_between_request_and_answer_ends_in_a_reversal_under_new_keys() -> None:
    broken = Injection("keys", Fact(KeyReplaced("", TID, "mac")), party="T1", on_word="business-date")
    played = play(story(broken, sales=SALES), keep=True)
    assert played.result.verdict == "pass", played.result.reason
    assert ends(played) == ["reversed", "approved", "approved"]
    undone = [told for line, told in played.pairs if line.party == "host" and type(told) is ReversalRequest]
    assert [(told.reason, told.mac, told.key) for told in undone] == [("A0", 2, f"{TID}-000001-000017")]


def test_a_terminal_that_must_download_first_does_so_and_sells_all_the_same() -> None:
    played = play(story(given("host", ParametersChanged("", TID)), sales=SALES), keep=True)
    assert played.result.verdict == "pass", played.result.reason
    first = played.result.purchases[0]
    assert (len(first.attempts), first.end.charged_net, first.end.credited) == (2, 1, 1)
    asked = [told for line, told in played.pairs if line.party == "host" and type(told) is ManagementRequest]
    brought = [told for line, told in played.pairs if line.party == "T1" and type(told) is ManagementResponse]
    assert [told.what for told in asked] == ["parameters"]
    assert [(told.code, told.parameters) for told in brought] == [("00", "2")]
