"""Where a process dies in the middle of a sale decides what becomes of the money; that it dies again changes nothing.

Before an input was kept it was never heard; kept and not sent on, it is undone without a debit; sent on, it is undone
with one. Only who died after everything was said leaves a good sale.
"""

import pytest

from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import AFTER_JOURNAL, AFTER_SEND, BEFORE_JOURNAL, DURING_RECOVERY, Crash
from poslab.party.facts import Recovered, Restarted
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.text import Text
from poslab.world.presets import PRESETS
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.play import Played, play

NEVER_HEARD = ("reversal-closed:25", "reversal-only", "none")
UNDONE_UNDEBITED = ("reversed", "reversed", "none")
UNDONE = ("reversed", "reversed", "debited-back")
GOOD = ("approved", "approved", "debited")

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


def played(shop: str, *faults: Injection) -> Played:
    """A sale at 10:15, healed at eleven on the next day."""
    world = PRESETS[shop]()
    begins = midnight(world.calendar.first_day)
    purchase = Purchase("victim", begins + 10 * HOUR + 15 * MINUTE, "T1", "cashier", 12_800, "good-debit")
    heal = Heal(begins + DAY + 11 * HOUR, HOUR)
    return play(
        Scenario(
            "crash", None, "crash", Text("", ""), None, None, world, "by-the-book", "reads-sms", (purchase,),
            (Told(purchase.at, "cashier", purchase.given),), faults, (), heal, begins, heal.at + HOUR, Expectations(),
        ),
        keep=True,
    )  # fmt: skip


def ends(story: Played) -> tuple[str, str, str]:
    views = story.result.purchases[0].end.views
    return views.terminal, views.host, views.issuer


@pytest.mark.parametrize("shop", PRESETS)
@pytest.mark.parametrize(("party", "kind", "point", "end"), STORIES)
def test_where_it_dies_decides_and_that_it_dies_again_does_not(
    shop: str, party: str, kind: str, point: str, end: tuple[str, str, str]
) -> None:
    if party not in PRESETS[shop]().roles():
        return
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
