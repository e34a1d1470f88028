"""What a terminal stored offline stays in its queue until it was answered, and never gets a second key.

A terminal that boots says how many items it still holds; it may not hold fewer than it stored and was not answered.
"""

from collections.abc import Mapping
from typing import Any

from poslab.checks.case import OFFLINE_UNSENT, VOIDED, stem
from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.evidence import Evidence
from poslab.checks.findings import Moved
from poslab.history.line import Line
from poslab.messages.card import NoticeResponse
from poslab.messages.codes import settles
from poslab.party.contract import About, Address, Logged
from poslab.party.facts import Connected
from poslab.text import Text


class QueueKept(Check):
    """Out of the queue only by an answer or a void on the spot; into it only at the till; none missing after a boot."""

    id = "queue-kept"
    title = Text("离线队列不丢不重", "what is stored offline is neither lost nor sent as new")

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self._stored: dict[Address, dict[str, About]] = {}

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Moved: self.moved, ("terminal", "booted"): self.booted}

    def moved(self, moved: Moved, line: Line, given: Any) -> None:
        """A terminal stored something, or something left its queue."""
        if moved.role != "terminal":
            return
        if moved.after == OFFLINE_UNSENT:
            self.evaluated += 1
            self._stored.setdefault(line.party, {})[moved.of] = moved.about
            if type(given) is Connected:  # nobody keyed anything
                what = Text(
                    f"{line.party} 给早已存储的交易另编了新号 {moved.of}",
                    f"{line.party} gave a new key {moved.of} to what it had stored before",
                )
                self.broken(line, moved.about, what)
        elif moved.before == OFFLINE_UNSENT:
            self.evaluated += 1
            self._stored.get(line.party, {}).pop(moved.of, None)
            answered = type(given) is NoticeResponse and given.key == moved.of and settles(given.code)
            if not answered and stem(moved.after) != VOIDED:
                what = Text(
                    f"{moved.of} 未获应答就离开了 {line.party} 的队列",
                    f"{moved.of} left the queue of {line.party} without an answer",
                )
                self.broken(line, moved.about, what)

    def booted(self, logged: Logged, line: Line, given: Any) -> None:
        """A terminal booted."""
        stored = self._stored.get(line.party, {})
        self.evaluated += bool(stored)
        missing = len(stored) - int(logged.details.get("unsent", 0))
        if missing > 0:
            about = next(iter(stored.values()))
            what = Text(
                f"{line.party} 重启后，存储的 {len(stored)} 笔中丢了 {missing} 笔",
                f"{line.party} booted, and {missing} of {len(stored)} stored items are gone",
            )
            self.broken(line, about, what)
