"""What services say, in whatever order it comes, becomes one history: causes first, then time."""

import msgspec
import pytest

from poslab.history.line import Heard
from poslab.history.reading import decoded_effects, decoded_input
from poslab.messages.card import FinancialRequest
from poslab.party.contract import Effect, Input, Kept, Send
from poslab.party.facts import Recovered, Started
from poslab.runtime.journals.journal import Name
from poslab.runtime.live.envelope import Said
from poslab.runtime.live.inputs import encode
from poslab.runtime.live.recorder import Gathered

REQUEST = FinancialRequest("victim", "90000001-000001-000017", "m", "sale", 100, "good-debit")


def said(party: str, n: int, at: int, given: Input, heard: Name | None, *effects: Effect) -> Said:
    return Said(party, n, at, msgspec.Raw(encode(given)), heard, msgspec.Raw(msgspec.json.encode(effects)))


SENT = said("T1", 1, 100, Started(), None, Kept("victim", "reversal-record"), Send("host", REQUEST))
HEARD = said("host", 1, 90, REQUEST, ("T1", 1, 1, 0, False))
"""Its service's clock is a little behind: it heard before it was sent."""
AFTER = said("host", 2, 95, Started(), None)
AGAIN = said("host", 3, 200, REQUEST, ("T1", 1, 1, 1, False))


def gathered(*published: list[Said]) -> Gathered:
    all_lines = Gathered()
    for lines in published:
        all_lines.take(msgspec.json.encode(lines))
    return all_lines


@pytest.mark.parametrize("order", [[[SENT], [HEARD, AFTER, AGAIN]], [[AGAIN], [AFTER, HEARD], [SENT], [HEARD]]])
def test_nobody_hears_what_was_not_said_yet(order: list[list[Said]]) -> None:
    lines = list(gathered(*order).merged(decoded_input, decoded_effects))
    assert [(line.n, line.party) for line, _ in lines] == [(1, "T1"), (2, "host"), (3, "host"), (4, "host")]
    assert [line.at for line, _ in lines] == [100, 100, 100, 200], "instants never go back"
    assert lines[1][0].given == Heard(1, 1) and lines[1][1] == REQUEST
    assert lines[3][0].given == Heard(1, 1, 1), "a copy names the same message"


def test_a_line_that_never_came_is_a_gap() -> None:
    some = gathered([SENT], [HEARD, AGAIN])
    assert some.gaps({"T1": 1, "host": 3}) == {"host": 2}
    assert some.gaps({"T1": 1, "host": 1}) == {}


def test_what_is_no_line_is_counted_and_left_out() -> None:
    some = gathered([SENT])
    some.take(b"garbage")
    some.take(b'[["T1"]]')
    assert some.refused == 2 and some.count("T1") == 1


def test_what_is_given_up_is_lost_and_no_longer_waited_for() -> None:
    some = gathered([SENT], [HEARD, AGAIN])
    assert [str(gap) for gap in some.give_up({"T1": 1, "host": 5})] == ["host 2", "host 4-5"]
    assert some.gaps({"T1": 1, "host": 5}) == {}


def test_one_who_follows_waits_for_what_is_to_come_and_passes_over_what_is_lost() -> None:
    def follow() -> list[tuple[str, int]]:
        merged = some.merged(decoded_input, decoded_effects, patient=True)
        return [(line.party, line.n) for line, _ in merged]

    some = gathered([said("T1", 2, 300, Started(), None)], [HEARD, AGAIN])
    assert follow() == [], "T1's first line is missing, and host heard of it"
    some.take(msgspec.json.encode([SENT]))
    assert follow() == [("T1", 1), ("host", 2), ("T1", 3)]
    some.give_up({"host": 3})
    assert follow() == [("host", 4)]
    some.take(msgspec.json.encode([SENT, HEARD, AGAIN]))
    assert follow() == [], "what was given away is known"


def test_one_who_says_a_line_again_otherwise_has_forgotten_something() -> None:
    """A journal that lost what it had confirmed: the judge sees that somebody else came back."""
    other = said("T1", 1, 100, Started(), None, Kept("other", "reversal-record"))
    lines = list(gathered([SENT], [other], [HEARD]).merged(decoded_input, decoded_effects))
    assert [(line.n, line.party) for line, _ in lines] == [(1, "T1"), (2, "T1"), (3, "host")]
    witness = lines[1][1]
    assert isinstance(witness, Recovered) and witness.died_as != witness.came_back_as


def test_one_who_died_in_the_middle_of_a_line_may_say_more_of_it_again() -> None:
    cut = said("T1", 1, 100, Started(), None, Kept("victim", "reversal-record"))
    some = gathered([cut], [SENT])
    assert not some.contradicted and len(list(some.merged(decoded_input, decoded_effects))) == 1
