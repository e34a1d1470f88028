"""Where a process dies in the middle of a sale decides what becomes of the money; that it dies again changes nothing.

Before an input was kept it was never heard; kept and not sent on, it is undone without a debit; sent on, it is undone
with one. Only who died after everything was said leaves a good sale.
"""

import pytest
from one_sale import GOOD, NEVER_HEARD, UNDONE, UNDONE_UNDEBITED, ends, played

from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import AFTER_JOURNAL, AFTER_SEND, BEFORE_JOURNAL, DURING_RECOVERY, Crash
from poslab.party.facts import Recovered, Restarted
from poslab.party.time import MINUTE
from poslab.world.presets import PRESETS

STORIES = [
    ("host", "0200", BEFORE_JOURNAL, NEVER_HEARD),
    ("host", "0200", AFTER_JOURNAL, UNDONE_UNDEBITED),
    ("host", "0200", AFTER_SEND, UNDONE),
    ("host", "0210", BEFORE_JOURNAL, UNDONE),
    ("host", "0210", AFTER_JOURNAL, UNDONE),
    ("host", "0210", AFTER_SEND, GOOD),
    ("switch", "0200", BEFORE_JOURNAL, UNDONE_UNDEBITED),
    ("switch", "0200", AFTER_JOURNAL, UNDONE_UNDEBITED),
    ("switch", "0200", AFTER_SEND, UNDONE),
    ("switch", "0210", BEFORE_JOURNAL, UNDONE),
    ("switch", "0210", AFTER_JOURNAL, UNDONE),
    ("switch", "0210", AFTER_SEND, GOOD),
    ("issuer", "0200", BEFORE_JOURNAL, UNDONE_UNDEBITED),
    ("issuer", "0200", AFTER_JOURNAL, UNDONE),
    ("issuer", "0200", AFTER_SEND, GOOD),
    ("platform", "0200", BEFORE_JOURNAL, NEVER_HEARD),
    ("platform", "0200", AFTER_JOURNAL, NEVER_HEARD),
    ("platform", "0200", AFTER_SEND, UNDONE),
    ("platform", "0210", BEFORE_JOURNAL, UNDONE),
    ("platform", "0210", AFTER_JOURNAL, UNDONE),
    ("platform", "0210", AFTER_SEND, GOOD),
]


@pytest.mark.parametrize(
    ("shop", "party", "kind", "point", "end"),
    [(shop, *story) for shop in PRESETS for story in STORIES if story[0] in PRESETS[shop]().roles()],
)
def test_where_it_dies_decides_and_that_it_dies_again_does_not(
    shop: str, party: str, kind: str, point: str, end: tuple[str, str, str]
) -> None:
    if party == "host" and shop == "two-acquirers":
        party = "host-b"
    dies = Injection("dies", Crash(point, 2 * MINUTE), party=party, match=Match(kind), nth=1)
    again = Injection("again", Crash(DURING_RECOVERY, MINUTE), party=party, nth=1)
    for faults in ((dies,), (dies, again)):
        story = played(shop, *faults)
        assert story.result.verdict == "pass", story.result.reason
        assert ends(story) == end
        lives = [line for line, given in story.pairs if line.party == party and type(given) is Recovered]
        assert len(lives) == len(faults)


@pytest.mark.parametrize("party", ["host", "switch"])
def test_an_advice_that_was_kept_and_not_sent_is_sent_after_the_restart(party: str) -> None:
    """The undoing was stored in the step in which the process died; nobody else would ever send it."""
    link = ("switch", "host") if party == "host" else ("issuer", "switch")
    silent = Injection("silent", Crash(AFTER_JOURNAL, 5 * MINUTE), party=party, match=Match("answer-overdue"), nth=1)
    lost = Injection("lost", Loss(), links=(link,), match=Match("0210"), nth=1)
    story = played("corner-shop", lost, silent)
    assert story.result.verdict == "pass", story.result.reason
    assert ends(story) == UNDONE
    after = [line.at for line, given in story.pairs if line.party == party and type(given) is Restarted]
    sent = [
        line.at
        for line, _ in story.pairs
        if line.party == party and any(getattr(effect, "word", "") == "advice-sent" for effect in line.effects)
    ]
    assert sent and sent[0] >= after[0]
