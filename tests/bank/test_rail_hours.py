"""The rail's hours: a large order that comes while the large-value system is closed waits, and is taken once."""

from datetime import date

import pytest

from bank.rail import Rail
from bank.rail_records import LargeValueOpens
from poslab.messages.funding import PayoutOrder, PayoutQuery
from poslab.party.contract import Effect, Remind, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY, HOUR, MINUTE, midnight
from poslab.world.presets import corner_shop

FRIDAY = midnight(date(2026, 1, 9))
OPENS = FRIDAY + 3 * DAY + 8 * HOUR + 30 * MINUTE
ORDER = PayoutOrder("", "999000054110001-20260109", 1, "999000054110001", "bank", "999100000001", "示例小店", 6_000_000)


def _told(effects: list[Effect]) -> list[str]:
    return [e.message.state for e in effects if isinstance(e, Send) and e.message.kind == "payout-status"]


def _waiting() -> Rail:
    rail = Rail(corner_shop())
    effects = list(rail.handle(ORDER, FRIDAY + 18 * HOUR) or ())
    assert _told(effects) == ["waiting"]
    assert [e.after for e in effects if isinstance(e, Remind)] == [OPENS - FRIDAY - 18 * HOUR]
    return rail


def test_it_is_taken_when_the_system_opens_and_not_before() -> None:
    rail = _waiting()
    letter = LargeValueOpens("", ORDER.payout_no, 1)
    early = list(rail.handle(letter, OPENS - MINUTE) or ())
    assert [e.after for e in early if isinstance(e, Remind)] == [MINUTE]
    assert rail.book.standing("R.account.A.reserve") == 0
    assert _told(list(rail.handle(letter, OPENS) or ())) == ["taken"]
    assert not rail.awaits(letter)
    assert rail.handle(letter, OPENS) is None


def test_it_is_repeated_asked_about_and_restored_without_being_taken() -> None:
    rail = _waiting()
    kept = rail.snapshot()
    rail = Rail(corner_shop())
    rail.restore(kept)
    assert _told(list(rail.handle(ORDER, FRIDAY + 19 * HOUR) or ())) == ["waiting"]
    assert _told(list(rail.handle(PayoutQuery("", ORDER.payout_no, 1), FRIDAY + 19 * HOUR) or ())) == ["waiting"]
    again = list(rail.handle(Restarted(), FRIDAY + 20 * HOUR) or ())
    assert [e.of for e in again if isinstance(e, Remind)] == [LargeValueOpens("", ORDER.payout_no, 1)]


@pytest.mark.parametrize("order", [PayoutQuery("", "nobody's", 1)])
def test_what_it_never_heard_of_is_unheard(order: PayoutQuery) -> None:
    rail = Rail(corner_shop())
    assert _told(list(rail.handle(order, FRIDAY) or ())) == ["unheard"]
    assert rail.book.standing("R.account.A.reserve") == 0
