"""Holds what came of a scenario live against what comes of it in virtual time."""

from typing import Any

from scenarios.stage.judging import Played
from scenarios.stage.result import Moment


def differences(live: Played, virtual: Played) -> list[str]:
    """What is not the same: verdict, truth of every purchase, views, money, diagnosis, answers, checks, expectations.

    Instants and the order of what happens at once may differ; nothing that anybody asks for may.
    """
    found: list[str] = []

    def hold(what: str, ours: Any, theirs: Any) -> None:
        if ours != theirs:
            found.append(f"{what}: live {ours}, in virtual time {theirs}")

    ours, theirs = live.result, virtual.result
    hold("verdict", (ours.verdict, ours.reason), (theirs.verdict, theirs.reason))
    hold("what never struck", live.truth.never_struck, virtual.truth.never_struck)
    hold("what was over as it struck", _over_as_it_struck(live), _over_as_it_struck(virtual))
    for mine, other in zip(ours.purchases, theirs.purchases, strict=True):
        hold(f"{mine.order} at its end", _asked(mine.end), _asked(other.end))
        hold(f"{mine.order} at the complaint", _asked(mine.at_complaint), _asked(other.at_complaint))
    hold("checks", [(i.id, i.verdict) for i in ours.invariants], [(i.id, i.verdict) for i in theirs.invariants])
    hold("expectations", ours.expectations, theirs.expectations)
    hold("open items", [(i.order, i.what) for i in ours.open_items], [(i.order, i.what) for i in theirs.open_items])
    return found


def _over_as_it_struck(played: Played) -> set[str]:
    strikes = {(strike.fault, strike.at) for strike in played.truth.strikes}
    return {band.fault for band in played.truth.bands if (band.fault, band.end) in strikes}


def _asked(moment: Moment | None) -> tuple[Any, ...] | None:
    if moment is None:
        return None
    return (
        moment.truth, moment.views, moment.places, moment.charged_peak, moment.charged_net, moment.credited,
        moment.claim_open, moment.diagnosis, moment.cancel, moment.remedies, moment.never,
    )  # fmt: skip
