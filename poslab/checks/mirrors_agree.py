"""A party's cash account moves as its account at the rail, which is right where the two differ.

A difference is a break with an age: on the way of a message it is healthy, after a day or at the end it is not.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.reference import Mirrored
from poslab.history.line import Line
from poslab.money import written
from poslab.party.contract import About
from poslab.party.time import DAY, Instant, duration_text
from poslab.text import Text


class MirrorsAgree(Check):
    """No break between a cash account and its mirror is older than a day, and none stands at the end."""

    id = "mirrors-agree"
    title = Text("现金账与央行账一致", "each cash account agrees with the rail within a day")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._since: dict[str, Instant] = {}
        return {Mirrored: self.mirrored}

    def mirrored(self, mirrored: Mirrored, line: Line, given: Any) -> None:
        """A cash account or its mirror moved."""
        cash = mirrored.cash
        since = self._since.get(cash)
        if mirrored.difference:
            if since is None:
                self._since[cash] = line.at
            return
        self.evaluated += 1
        if since is not None:
            del self._since[cash]
            if line.at - since > DAY:
                age = duration_text(line.at - since)
                mirror = self.evidence.reference.mirrors[cash]
                what = Text(f"{cash} 与 {mirror} 相差了 {age}", f"{cash} and {mirror} differed for {age}")
                self.broken(line, "", what)

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        for cash, since in self._since.items():
            reference = self.evidence.reference
            amount, age = written(reference.difference(cash)), duration_text(at - since)
            what = Text(
                f"{cash} 与 {reference.mirrors[cash]} 相差 {amount}，已有 {age}",
                f"{cash} differs from {reference.mirrors[cash]} by {amount}, for {age}",
            )
            yield "", what

    def evaluated_at_end(self) -> int:
        return self.evaluated + len(self._since)
