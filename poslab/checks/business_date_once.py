"""An attempt's business date is set once, by the host, from the host's own clock and calendar; nobody derives it again.

The host's clock is read from its first answer, and set back by the time that the answer took: that is when it accepted
the request. An answer that is given again says the same date, whatever the day has become. Where an answer took so long
that the clock may have been set in between, nobody knows what it showed.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.case import Case
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.claims import Misclaimed
from poslab.checks.evidence import Evidence
from poslab.checks.findings import TOO_EARLY, Redated
from poslab.history.line import Line
from poslab.messages.card import FinancialResponse
from poslab.party.contract import Became
from poslab.party.time import DAY, SECOND, Duration, Instant, midnight
from poslab.text import Text
from poslab.world.calendar import day_word

ANSWERED_SOON: Duration = 10 * SECOND
"""Within so little time nobody sets a clock."""


class BusinessDateOnce(Check):
    """Every answer of the host carries the date that was assigned, and that date is the host's own."""

    id = "business-date-once"
    title = Text("业务日期只由主机定一次", "the host sets the business date, once")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._begins: Instant = 0
        self._ends: Instant = 0
        self._word = ""
        self._ahead: Duration = 0
        """How far the host's clock was ahead when it last answered."""
        self._set_at: Instant = -1
        """When that was last seen to have changed."""

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.plain.dated

    def sees(self) -> Mapping[Sight, Seeing]:
        return {("host", FinancialResponse): self.answered, Redated: self.redated, Misclaimed: self.misclaimed}

    def answered(self, answer: FinancialResponse, line: Line, given: Any) -> None:
        """The host answered a terminal."""
        date = answer.business_date
        if not date:
            return
        self.evaluated += 1
        at = answer.host_at
        case = self.evidence.docket.open.get(answer.about)
        if case is None or case.key != answer.key:
            case = self.evidence.docket.peek(answer.about, answer.key)
        first = any(type(effect) is Became and effect.of == answer.key for effect in line.effects)
        if first and abs(line.at - at + self._ahead) > 2 * SECOND:  # it shows whole seconds
            self._ahead = at - line.at
            self._set_at = line.at
        if not (self._begins <= at < self._ends and date == self._word):
            self._look(answer, case if first else None, line)
        if case is not None and case.business_date != date and case.rrn == answer.rrn:
            what = Text(
                f"{answer.key} 已定为 {case.business_date}，应答却写 {date}",
                f"{answer.key} was given {case.business_date}, and is answered with {date}",
            )
            self.broken(line, answer.about, what)

    def _look(self, answer: FinancialResponse, case: Case | None, line: Line) -> None:
        calendar = self.evidence.world.calendar
        day = calendar.business_day(answer.host_at)
        self._word = day_word(day)
        self._ends = midnight(day) + calendar.cut_off
        self._begins = self._ends - DAY
        if case is None:
            return
        if line.at - case.accepted > ANSWERED_SOON or case.accepted <= self._set_at:
            return  # the clock may have been set since then: nobody knows what it showed
        accepted = answer.host_at - (line.at - case.accepted)
        own = [day_word(calendar.business_day(at)) for at in (accepted, accepted + SECOND)]  # it shows whole seconds
        if answer.business_date not in own:
            what = Text(
                f"{answer.key} 被定为 {answer.business_date}；按收单主机自己的时钟应为 {own[0]}",
                f"{answer.key} was given {answer.business_date}; by the host's own clock it was {own[0]}",
            )
            self.broken(line, answer.about, what)

    def redated(self, redated: Redated, line: Line, given: Any) -> None:
        """An attempt was given a date for the second time."""
        case = redated.case
        self.evaluated += 1
        if redated.date != case.business_date:
            what = Text(
                f"{case.key} 先定为 {case.business_date}，后又定为 {redated.date}",
                f"{case.key} was given {case.business_date}, and then {redated.date}",
            )
            self.broken(line, case.about, what)

    def misclaimed(self, claimed: Misclaimed, line: Line, given: Any) -> None:
        """A clearing line: not in a file of an earlier date than the sale's."""
        if claimed.fault == TOO_EARLY:
            entry = claimed.claim
            what = Text(
                f"{entry.key} 在 {claimed.business_date} 的文件中，早于它自己的日期",
                f"{entry.key} is in the file of {claimed.business_date}, before its own date",
            )
            self.broken(line, entry.about, what)
