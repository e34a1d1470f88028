"""One sale of 128.00 at 10:15 with faults on its way, healed on the next day: what everybody ends with."""

from poslab.faults.injection import Injection
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.text import Text
from poslab.world.presets import PRESETS
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.play import Played, play

NEVER_HEARD = ("reversal-closed:25", "reversal-only", "none")
UNDONE_UNDEBITED = ("reversed", "reversed", "none")
UNDONE = ("reversed", "reversed", "debited-back")
GOOD = ("approved", "approved", "debited")


def played(shop: str, *faults: Injection) -> Played:
    """A sale at 10:15, healed at eleven on the next day. Of two acquirers it is the second one's.

    Unless a platform stands before the first one.
    """
    world = PRESETS[shop]()
    till = "T2" if world.other_acquirers and world.platform is None else "T1"
    begins = midnight(world.calendar.first_day)
    purchase = Purchase("victim", begins + 10 * HOUR + 15 * MINUTE, till, "cashier", 12_800, "good-debit")
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
