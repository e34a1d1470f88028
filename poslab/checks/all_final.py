"""In the end everything comes to rest: no sale waits, no reversal is parked, no doubt is open, no payout is on its way.

A matter of liveness, judged at the end only. What is not at rest says what it waits for. A payout that came back and a
sale that waits for its clearing day are at rest: they are somebody's, and not lost.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from poslab.checks.case import Case, stem
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.docket import Ended, advice_pending
from poslab.history.line import Line
from poslab.party.contract import About
from poslab.party.time import Instant
from poslab.text import Text

TERMINAL_WAITS: Mapping[str, str] = {
    "sent": "waits for an answer, or for the terminal's timer",
    "unknown": "has a reversal waiting at the terminal",
    "in-doubt": "is in doubt at the terminal, which waits for a query",
}
HOST_WAITS: Mapping[str, str] = {
    "forwarded": "waits at the host for the network's answer",
    "in-doubt": "is in doubt at the host, until its undoing is confirmed",
    "voiding": "waits at the host for the answer to its void",
}
SWITCH_WAITS: Mapping[str, str] = {
    "forwarded": "waits at the network for the issuer's answer",
    "in-doubt": "is in doubt at the network, until the issuer confirms its undoing",
}
PAYOUT_WAITS: Mapping[str, str] = {
    "instructed": "waits for the rail's word",
    "taken": "waits for the account bank's word",
}


class AllFinal(Check):
    """Every attempt and every payout is in a state in which it may stay."""

    id = "all-final"
    title = Text("最终都有结果", "everything comes to rest")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Ended: self.ended}

    def ended(self, ended: Ended, line: Line, given: Any) -> None:
        """A purchase left the docket, at rest."""
        self.evaluated += 1

    def at_end(self, at: Instant) -> Iterable[tuple[About, str]]:
        for cases in self.evidence.docket.purchases():
            for case in cases:
                what = waits_for(case)
                if what:
                    yield case.about, f"{case.key} {what}"
        for number, payout in self.evidence.claims.payouts.items():
            what = PAYOUT_WAITS.get(stem(payout.host), "")
            if what:
                yield "", f"payout {number} {what}"

    def evaluated_at_end(self) -> int:
        docket = self.evidence.docket
        return self.evaluated + docket.rested + len(docket.open) + len(self.evidence.claims.payouts)


def waits_for(case: Case) -> str:
    """What an attempt still waits for, or ``""``."""
    what = (
        TERMINAL_WAITS.get(stem(case.terminal))
        or HOST_WAITS.get(stem(case.host))
        or SWITCH_WAITS.get(stem(case.switch))
        or ""
    )
    if not what and advice_pending(case):
        what = "is reversed at the host and debited, until the issuer confirms its undoing"
    if not what and case.host == "reversed" and case.charges > 0:
        what = f"is reversed at the host and debited: its advice was {case.unheard or 'never confirmed'}"
    return what
