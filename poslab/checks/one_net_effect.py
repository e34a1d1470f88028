"""At the end a purchase is charged at most once, however often somebody tried to pay for it.

Judged when a purchase leaves the docket and at the end, never at the peak: two debits for a minute, one of which is
being undone, are the trade's daily life.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from poslab.checks.case import Case
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.findings import Ended
from poslab.history.line import Line
from poslab.party.contract import About
from poslab.party.time import Instant
from poslab.text import Text


class OneNetEffect(Check):
    """At most one standing debit per purchase, by the issuers' postings."""

    id = "one-net-effect"
    title = Text("一笔应付款最多扣一次", "at most one net charge per purchase")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Ended: self.ended}

    def ended(self, ended: Ended, line: Line, given: Any) -> None:
        """A purchase left the docket."""
        self.evaluated += 1
        what = _charged_twice(ended.cases)
        if what:
            self.broken(line, ended.cases[0].about, what)

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        for cases in self.evidence.docket.purchases():
            what = _charged_twice(cases)
            if what and cases[0].about:
                yield cases[0].about, what

    def evaluated_at_end(self) -> int:
        return self.evaluated + self.evidence.docket.rested + len(self.evidence.docket.open)


def _charged_twice(cases: tuple[Case, ...]) -> Text | None:
    standing = sum(case.charges for case in cases)
    if standing <= 1:
        return None
    keys = [case.key for case in reversed(cases) if case.charges > 0 and case.key]
    return Text(f"有 {standing} 笔扣款成立（{'、'.join(keys)}）", f"{standing} debits stand ({', '.join(keys)})")
