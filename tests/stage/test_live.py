"""The same scenarios live: what comes of them is what comes of them in virtual time.

A keyed third is played here, another one whenever the library grows; all of them with ``POSLAB_LIVE=all``.
"""

import os
from zlib import crc32

import pytest

from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.stage.live import play_live
from scenarios.stage.play import play

NAMES = [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]
KEY = crc32(" ".join(NAMES).encode())
CHOSEN = [name for name in NAMES if os.environ.get("POSLAB_LIVE") == "all" or crc32(name.encode(), KEY) % 3 == 0]


def test_a_third_is_played() -> None:
    print("played live:", *CHOSEN)
    assert len(CHOSEN) >= len(NAMES) // 5


@pytest.mark.parametrize("name", CHOSEN)
def test_live_as_virtual(name: str) -> None:
    live, virtual = play_live(load(name)).result, play(load(name)).result
    assert (live.verdict, live.reason) == (virtual.verdict, virtual.reason)
    for ours, theirs in zip(live.purchases, virtual.purchases, strict=True):
        assert (ours.end.truth, ours.end.views) == (theirs.end.truth, theirs.end.views)
        assert (ours.end.charged_peak, ours.end.charged_net) == (theirs.end.charged_peak, theirs.end.charged_net)
        if theirs.at_complaint is None:
            assert ours.at_complaint is None
            continue
        assert ours.at_complaint is not None
        assert (ours.at_complaint.truth, ours.at_complaint.views) == (
            theirs.at_complaint.truth, theirs.at_complaint.views,
        )  # fmt: skip
        assert ours.at_complaint.diagnosis == theirs.at_complaint.diagnosis
        assert ours.at_complaint.cancel == theirs.at_complaint.cancel
    assert {i.id: i.verdict for i in live.invariants} == {i.id: i.verdict for i in virtual.invariants}
