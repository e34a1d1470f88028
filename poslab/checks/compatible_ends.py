"""At the end of an attempt terminal, host and issuer tell stories that fit together.

The table holds every end that the trade knows. Three more are named exceptions with an owner: a reversal that the
issuer refuses, or whose advice was given up, leaves a debit behind it; a void whose reversal was never delivered leaves
a slip that says paid, and so does a clerk who takes a sale back at the host. A doubt that is asked about so late that
the host has forgotten its undoing ends as declined, with the code of the doubt. An undoing that is still on its way is
no end.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from poslab.checks.case import (
    APPROVED,
    APPROVED_UNPRINTED,
    CLOSED,
    DEBITED,
    DECLINED,
    DROPPED,
    HELD,
    NONE,
    PURGED,
    RELEASED,
    RETURNED,
    REVERSED,
    VOIDED,
    Case,
    stem,
)
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.findings import Ended, at_rest
from poslab.history.line import Line
from poslab.messages.card import COMPLETION_NOTICE, OFFLINE_SALES, PAYS, PREAUTH, VOIDS
from poslab.messages.codes import DOUBTS
from poslab.party.contract import About
from poslab.party.time import Instant
from poslab.text import Text

_NEVER_POSTED = ("none", "declined")
_UNDONE = ("returned", "none", "reversal-only", "declined")

ENDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "none": {
        "none": ("none",),
        "approved": ("debited",),
        "declined": _NEVER_POSTED,
        "reversed": _UNDONE,
        "reversal-only": ("none",),
        "voided": ("returned",),
    },
    "approved": {"approved": ("debited",)},
    "approved-unprinted": {"approved": ("debited",)},
    "voided": {"voided": ("returned",), "none": ("none",)},
    "purged": {"none": ("none",)},
    "declined": {"declined": _NEVER_POSTED, "none": ("none",)},
    "reversed": {"reversed": _UNDONE, "declined": _NEVER_POSTED},
    "closed:25": {"reversal-only": ("none", "reversal-only")},
    "closed:12": {"approved": ("debited",), "voided": ("returned",)},
    "dropped": {
        "approved": ("debited",),
        "reversed": _UNDONE,
        "declined": _NEVER_POSTED,
        "reversal-only": ("none",),
        "none": ("none",),
    },
}
"""Terminal → host → issuer, without codes but for those that end a reversal. *none* at the terminal is an attempt that
only the host tells apart: a copy of a request."""


HOLDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "none": {"none": ("none",), "held": ("held", "expired"), "declined": _NEVER_POSTED},
    "preauth": {"held": ("held", "expired"), "completed": ("completed",), "voided": ("released",)},
    "completed": {"completed": ("completed",)},
    "voided": {"voided": ("released",)},
    "declined": {"declined": _NEVER_POSTED, "none": ("none",)},
    "reversed": {"reversed": ("released", "none", "reversal-only", "declined"), "declined": _NEVER_POSTED},
    "closed:25": {"reversal-only": ("none", "reversal-only")},
    "closed:12": {"held": ("held", "expired"), "completed": ("completed",), "voided": ("released",)},
    "dropped": {
        "held": ("held", "expired"),
        "completed": ("completed",),
        "voided": ("released",),
        "reversed": ("released", "none", "reversal-only", "declined"),
        "declined": _NEVER_POSTED,
        "reversal-only": ("none",),
        "none": ("none",),
    },
}
"""The same of pre-authorisations. A hold that only the host knows to be completed or voided had its answer dropped."""


class CompatibleEnds(Check):
    """The parties' last words about a sale are a tuple of the table."""

    id = "compatible-ends"
    title = Text("各方结局相容", "the parties' ends fit together")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Ended: self.ended}

    def ended(self, ended: Ended, line: Line, given: Any) -> None:
        """A purchase left the docket."""
        for case in ended.cases:
            self.evaluated += 1
            if not fits(case, ended.cases):
                self.broken(line, case.about, _told(case))

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        for cases in self.evidence.docket.purchases():
            for case in cases:
                if at_rest(case) and not fits(case, cases):
                    yield case.about, _told(case)

    def evaluated_at_end(self) -> int:
        docket = self.evidence.docket
        return self.evaluated + docket.rested + sum(at_rest(case) for cases in docket.purchases() for case in cases)


def fits(case: Case, purchase: tuple[Case, ...]) -> bool:
    """Whether an attempt at rest has ended in a way that the trade knows."""
    if not case.key or case.what not in (*PAYS, PREAUTH):
        return True
    terminal = case.terminal if stem(case.terminal) == CLOSED else stem(case.terminal)
    host = stem(case.host)
    issuer = stem(case.issuer)
    ends = HOLDS if case.what == PREAUTH else ENDS
    if issuer in ends.get(terminal, {}).get(host, ()):
        return True
    if case.what in (*OFFLINE_SALES, COMPLETION_NOTICE) and terminal in (APPROVED, PURGED):
        # The host answers for a notice before the issuer has heard it; a queue may be lost after it was sent.
        return host in (DECLINED, APPROVED, VOIDED) and issuer in (DECLINED, DEBITED, RETURNED)
    if terminal == DECLINED and host == REVERSED and case.terminal.partition(":")[2] in DOUBTS:
        return issuer in (*_UNDONE, RELEASED)
    if issuer in (DEBITED, HELD) and host == REVERSED and case.unheard:
        return True
    if host == VOIDED and issuer == RETURNED:
        return any(other.what in VOIDS and stem(other.terminal) in (DROPPED, CLOSED) for other in purchase)
    if host == REVERSED and issuer == RETURNED and case.by_clerk:
        return terminal in (APPROVED, APPROVED_UNPRINTED)
    return terminal == NONE and host == NONE


def _told(case: Case) -> Text:
    return Text(
        f"{case.key} 的结局：终端 {case.terminal}，收单主机 {case.host}，发卡行 {case.issuer}",
        f"{case.key} ended {case.terminal} at the terminal, {case.host} at the host, {case.issuer} at the issuer",
    )
