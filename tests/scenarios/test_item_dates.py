"""Every open item has an owner, a reason and a due date, and they are those of a reconciliation of the same records."""

import pytest

from poslab.history.breaks import age_of
from poslab.history.roll_forward import RollForward, open_items
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.stage.play import play

NAMES = [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]
RESEMBLES = {"order-stuck": "file-without-ledger", "payout-returned": "payout-without-credit"}


@pytest.mark.parametrize("name", NAMES)
def test_nobody_s_open_item_is_without_owner_reason_and_date(name: str) -> None:
    scenario = load(name)
    rolling = RollForward(scenario.world)
    result = play(scenario, also=(rolling,)).result
    matched = rolling.end()[-1].matched
    reconciled = {item.found.why: item for item in open_items(matched, scenario.world.calendar)}
    for item in result.open_items:
        assert item.owner and item.waits_for.en and item.since and item.due > item.since[:10], item.what
        what = item.what.partition(":")[0]
        other = reconciled.get(RESEMBLES.get(what, what))
        if other is not None:
            assert item.due.replace("-", "") == other.due, item.what
            assert age_of(item.since[:10].replace("-", ""), matched.today) == other.age_days
            assert item.age_s is not None and item.age_s // 86_400 == other.age_days
