"""An answer that is slower than one timer more: each inner timer is shorter, so that the one outside still gets a word.

Issuer 30 s, network 40 s, acquirer 50 s, terminal 60 s. Whoever answers for a silent neighbour owns the undoing.
"""

import msgspec
import pytest
from one_sale import GOOD, UNDONE, ends, played

from poslab.faults.delay import Delay
from poslab.faults.injection import Injection, Match
from poslab.party.time import SECOND
from scenarios.schema.load import load
from scenarios.stage.play import Played, play

SLOW = [
    (("issuer", "switch"), 39, GOOD, "00"),
    (("issuer", "switch"), 41, UNDONE, "98"),
    (("switch", "host"), 49, GOOD, "00"),
    (("switch", "host"), 51, UNDONE, "68"),
    (("host", "T1"), 59, GOOD, "00"),
    (("host", "T1"), 61, UNDONE, "none"),
]


def code_at_the_till(story: Played) -> str:
    codes = [given.code for line, given in story.pairs if line.party == "T1" and given.kind == "0210"]
    return str(codes[0]) if story.result.purchases[0].end.views.terminal == "approved" or codes[0] != "00" else "none"


@pytest.mark.parametrize(("link", "seconds", "end", "code"), SLOW)
def test_each_timer_is_answered_by_the_one_outside(
    link: tuple[str, str], seconds: int, end: tuple[str, str, str], code: str
) -> None:
    slow = Injection("slow", Delay(seconds * SECOND), links=(link,), match=Match("0210"), nth=1)
    story = played("corner-shop", slow)
    assert story.result.verdict == "pass", story.result.reason
    assert (ends(story), code_at_the_till(story)) == (end, code)
    assert story.result.purchases[0].end.charged_peak == 1


@pytest.mark.parametrize(("seconds", "terminal", "issuer"), [(29, "approved", "debited"), (31, "declined:91", "none")])
def test_a_core_that_takes_longer_than_its_own_limit_posts_nothing(seconds: int, terminal: str, issuer: str) -> None:
    scenario = load("ok-not-due")
    banks = tuple(msgspec.structs.replace(bank, authorise_us=seconds * SECOND) for bank in scenario.world.issuers)
    story = play(msgspec.structs.replace(scenario, world=msgspec.structs.replace(scenario.world, issuers=banks)))
    views = story.result.purchases[0].end.views
    assert (views.terminal, views.issuer) == (terminal, issuer)
