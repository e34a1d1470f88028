"""What must be undone, or said again, after a crash is in durable storage before anything leaves because of it.

The terminal keeps its reversal record before the 0200 and still has it at every 0400, stores an approval before its
slip, and keeps a notice before its first 0220; the host keeps a request or a notice before it forwards it; host and
switch keep an advice before its first 0420; a payout is kept before its first order.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.card import BALANCE, FinancialNotice, FinancialRequest, ReversalAdvice, ReversalRequest
from poslab.messages.funding import PayoutOrder
from poslab.messages.people import Slip
from poslab.party.contract import Became, Input, Kept, Send
from poslab.text import Text


class KeptBeforeEffect(Check):
    """The order of ``Kept`` and ``Send`` within an answer, or a ``Kept`` of an earlier one."""

    id = "kept-before-effect"
    title = Text("先落盘后动作", "kept before it takes effect")

    def evaluated_at_end(self) -> int:
        plain = self.evidence.plain
        return self.evaluated + plain.sent + plain.forwarded + plain.printed

    def sees(self) -> Mapping[Sight, Seeing]:
        self._moved: tuple[int, frozenset[str]] = (0, frozenset())
        """The line that was looked at for its payouts, and what moved in it: a run has an order for each merchant."""
        return {
            ("terminal", FinancialRequest): self.terminal_sent,
            ("terminal", FinancialNotice): self.notice_sent,
            ("host", FinancialNotice): self.notice_forwarded,
            ("terminal", ReversalRequest): self.reversal_sent,
            ("terminal", Slip): self.printed,
            ("host", FinancialRequest): self.forwarded,
            ("host", ReversalAdvice): self.advised,
            ("switch", ReversalAdvice): self.advised_by_switch,
            ("host", PayoutOrder): self.ordered,
        }

    def terminal_sent(self, message: FinancialRequest, line: Line, given: Any) -> None:
        """0200, which a reversal record must precede unless no money moves."""
        if message.what == BALANCE:
            return
        self.evaluated += 1
        case = self.evidence.docket.open.get(message.about)
        if case is None or case.key != message.key:
            case = self.evidence.docket.peek(message.about, message.key)
        if not (case.kept if case is not None else kept_before(line, message)):
            what = Text(
                f"{line.party} 未存冲正记录就发出 {message.key}",
                f"{line.party} sent {message.key} before it kept a reversal record",
            )
            self.broken(line, message.about, what)

    def notice_sent(self, message: FinancialNotice, line: Line, given: Any) -> None:
        """0220, for the first time or again."""
        self.evaluated += 1
        case = self.evidence.docket.peek(message.about, message.key)
        if not kept_before(line, message) and (case is None or not case.kept):
            what = Text(
                f"{line.party} 发出的通知 {message.key} 从未存过", f"{line.party} sent a notice {message.key} that it never kept"
            )
            self.broken(line, message.about, what)

    def notice_forwarded(self, message: FinancialNotice, line: Line, given: Any) -> None:
        """0220 to the network; one that is repeated rests on the first."""
        self.evaluated += 1
        if type(given) is FinancialNotice and not kept_before(line, message):
            what = Text(
                f"{line.party} 未存通知就把 {message.key} 报给上游",
                f"{line.party} told {message.key} upstream before it kept the notice",
            )
            self.broken(line, message.about, what)

    def reversal_sent(self, message: ReversalRequest, line: Line, given: Any) -> None:
        """0400, of a record that was kept before, or in this answer."""
        self.evaluated += 1
        case = self.evidence.docket.peek(message.about, message.key)
        if not kept_before(line, message) and (case is None or not case.kept):
            what = Text(
                f"{line.party} 发出的 {message.key} 的冲正从未存过",
                f"{line.party} sent a reversal of {message.key} that it never kept",
            )
            self.broken(line, message.about, what)

    def printed(self, slip: Slip, line: Line, given: Any) -> None:
        """A sale slip, which a stored approval must precede."""
        if slip.slip != "sale":
            return
        case = self.evidence.docket.open.get(slip.about)
        if case is None or case.key != slip.key:
            case = self.evidence.docket.peek(slip.about, slip.key)
        if case is not None:
            self.evaluated += 1
            if not case.stored:
                what = Text(
                    f"{line.party} 未存批准就打印 {slip.key}", f"{line.party} printed {slip.key} before it kept the approval"
                )
                self.broken(line, slip.about, what)

    def forwarded(self, message: FinancialRequest, line: Line, given: Any) -> None:
        """0200 to the network."""
        self.evaluated += 1
        if not kept_before(line, message):
            what = Text(
                f"{line.party} 未存请求就转发 {message.key}",
                f"{line.party} forwarded {message.key} before it kept the request",
            )
            self.broken(line, message.about, what)

    def advised(self, message: ReversalAdvice, line: Line, given: Any) -> None:
        """0420, for the first time or again."""
        self.evaluated += 1
        if kept_before(line, message):
            return
        case = self.evidence.docket.find_rrn(message.about, message.rrn)
        if case is not None and not 0 < case.advised < line.n:
            what = Text(
                f"{line.party} 发出的关于 {message.rrn} 的冲正通知从未存过",
                f"{line.party} sent an advice about {message.rrn} that it never kept",
            )
            self.broken(line, message.about, what)

    def advised_by_switch(self, message: ReversalAdvice, line: Line, given: Any) -> None:
        """0420 by the switch: its own; what it only passes on was kept by its sender."""
        if type(given) is not ReversalAdvice:
            self.advised(message, line, given)

    def ordered(self, message: PayoutOrder, line: Line, given: Any) -> None:
        """A payout's order; one that is repeated rests on the first."""
        number = message.payout_no
        if self._moved[0] != line.n:
            self._moved = (line.n, frozenset(effect.of for effect in line.effects if type(effect) is Became))
        if number in self._moved[1]:
            self.evaluated += 1
            if not kept_before(line, message):
                what = Text(
                    f"{line.party} 未存指令就指示出款 {number}", f"{line.party} ordered payout {number} before it kept the order"
                )
                self.broken(line, "", what)


def kept_before(line: Line, message: Input) -> bool:
    """Whether something was kept in this answer before the message left."""
    for effect in line.effects:
        if type(effect) is Kept:
            return True
        if type(effect) is Send and effect.message is message:
            return False
    return False
