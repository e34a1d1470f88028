"""A loss is booked only after two different people have approved it, each told to the host by name."""

from collections.abc import Mapping
from typing import Any, Final

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.facts import WriteOffApproved
from poslab.money import written
from poslab.party.contract import Posted
from poslab.text import Text

WRITEOFF: Final = "A.writeoff"
WANTED: Final = 2


class WriteOffNeedsTwo(Check):
    """Behind every entry on ``A.writeoff`` stand two approvals of that very item, by two people."""

    id = "write-off-needs-two"
    title = Text("核销须两人同意", "a write-off has two approvals")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._approved: dict[str, set[str]] = {}
        """Item → who has approved it."""
        return {("host", Posted): self.posted}

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("host", WriteOffApproved): self.approved}

    def approved(self, given: WriteOffApproved, line: Line, _: Any) -> None:
        """Somebody approves."""
        self._approved.setdefault(given.item, set()).add(given.by)

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """The host posted something, perhaps a loss."""
        lost_fen = sum(amount for debit, _, amount in posted.postings if debit == WRITEOFF)
        if not lost_fen:
            return
        self.evaluated += 1
        item = posted.entry.partition("/")[2]
        people = self._approved.pop(item, set())
        if len(people) < WANTED:
            by = Text("、".join(sorted(people)) or "无人", ", ".join(sorted(people)) or "nobody")
            lost = written(lost_fen)
            what = Text(
                f"{item} 核销 {lost}，批准人：{by.zh}", f"{lost} of {item} are written off, approved by {by.en}"
            )
            self.broken(line, posted.about, what)
