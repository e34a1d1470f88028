"""What people are handed says nothing that its sender's own records do not say.

A sale slip only for an approval that is stored, a decline slip only for a decline, *reversed* only after the host
answered 00; an order is called a success only after the host approved it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from poslab.checks.case import (
    APPROVED,
    APPROVED_UNPRINTED,
    CLOSED,
    COMPLETED,
    DECLINED,
    DROPPED,
    PREAUTHORISED,
    REVERSED,
    VOIDED,
    Case,
    stem,
)
from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.card import COMPLETION_NOTICE, OrderNotice, ReversalResponse
from poslab.messages.people import Slip
from poslab.text import Text


class SlipHonesty(Check):
    """Slips and order notices agree with the state of the attempt that they are about."""

    id = "slip-honesty"
    title = Text("小票与通知属实", "slips and notices tell the truth")

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.plain.printed

    def sees(self) -> Mapping[Sight, Seeing]:
        return {("terminal", Slip): self.slip, ("host", OrderNotice): self.notice}

    def slip(self, slip: Slip, line: Line, given: Any) -> None:
        """A terminal printed."""
        case = self.evidence.docket.open.get(slip.about)
        if case is None or case.key != slip.key:
            case = self.evidence.docket.peek(slip.about, slip.key)
        honest = HONEST.get(slip.slip)
        if honest is None:
            return
        if case is None:
            if not self.evidence.docket.rests_as(slip.about, slip.key):
                return  # about nothing that is still remembered
            self.evaluated += 1
            if slip.slip not in ("sale", "void", "offline", "adjustment"):
                what = Text(
                    f"为已批准的 {slip.key} 打印了 {slip.slip} 单据",
                    f"a {slip.slip} slip was printed for {slip.key}, which is approved",
                )
                self.broken(line, slip.about, what)
            return
        if not case.party:
            return  # a late copy that only the host tells of; what the terminal had is forgotten
        self.evaluated += 1
        if not honest(case, slip, given):
            what = Text(
                f"为 {slip.key} 打印了 {slip.slip} 单据，而它是 {case.terminal}",
                f"a {slip.slip} slip was printed for {slip.key}, which is {case.terminal}",
            )
            self.broken(line, slip.about, what)

    def notice(self, notice: OrderNotice, line: Line, given: Any) -> None:
        """The host told the platform of an order."""
        if notice.state != "success":
            return
        case = self.evidence.docket.peek(notice.about, notice.key)
        if case is not None:
            self.evaluated += 1
            if case.host != APPROVED:
                what = Text(
                    f"订单 {notice.key} 被称为成功，而它是 {case.host}",
                    f"order {notice.key} was called a success while it is {case.host}",
                )
                self.broken(line, notice.about, what)


def _sale(case: Case, slip: Slip, given: Any) -> bool:
    return case.stored and case.terminal in (APPROVED_UNPRINTED, APPROVED, VOIDED)


def _void(case: Case, slip: Slip, given: Any) -> bool:
    return case.terminal in (APPROVED, VOIDED)  # a sale that was never sent is voided without an attempt of its own


def _offline(case: Case, slip: Slip, given: Any) -> bool:
    return case.kept


def _preauth(case: Case, slip: Slip, given: Any) -> bool:
    return case.terminal == PREAUTHORISED or (slip.duplicate and case.terminal in (COMPLETED, VOIDED))


def _completion(case: Case, slip: Slip, given: Any) -> bool:
    return case.terminal in (APPROVED, VOIDED) or (case.what == COMPLETION_NOTICE and case.kept)


def _refund(case: Case, slip: Slip, given: Any) -> bool:
    return case.terminal == APPROVED


def _decline(case: Case, slip: Slip, given: Any) -> bool:
    return stem(case.terminal) == DECLINED


def _reversal_done(case: Case, slip: Slip, given: Any) -> bool:
    answered = type(given) is ReversalResponse and given.code == "00" and given.key == slip.key
    return case.terminal == REVERSED and (answered or slip.duplicate)


def _reversal_closed(case: Case, slip: Slip, given: Any) -> bool:
    return stem(case.terminal) == CLOSED


def _reversal_warning(case: Case, slip: Slip, given: Any) -> bool:
    return case.terminal == DROPPED


HONEST: Mapping[str, Callable[[Case, Slip, Any], bool]] = {
    "sale": _sale,
    "void": _void,
    "offline": _offline,
    "adjustment": _offline,
    "preauth": _preauth,
    "preauth-void": _void,
    "completion": _completion,
    "completion-void": _void,
    "refund": _refund,
    "decline": _decline,
    "reversal-done": _reversal_done,
    "reversal-closed": _reversal_closed,
    "reversal-warning": _reversal_warning,
}
"""Slip → whether the attempt is what it says. A sign-on slip is about no attempt."""
