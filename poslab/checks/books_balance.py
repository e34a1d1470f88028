"""Each book balances by itself: a posting has both its sides in the party's own book, and an entry is posted once."""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.findings import Reposted
from poslab.checks.reference import Daily, Foreign
from poslab.history.line import Line
from poslab.party.time import DAY, Instant
from poslab.text import Text


class BooksBalance(Check):
    """Both sides in one book of the party's own letter, amounts above zero, an entry's name used once a book.

    Entries of purchases are remembered with their attempt, all others for two days.
    """

    id = "books-balance"
    title = Text("账簿平衡", "every book balances, and posts each entry once")

    _turn_at: Instant = 0

    def sees(self) -> Mapping[Sight, Seeing]:
        self._young: set[tuple[str, str]] = set()
        self._old: set[tuple[str, str]] = set()
        return {Foreign: self.foreign, Reposted: self.reposted, Daily: self.daily}

    def evaluated_at_end(self) -> int:
        return self.evidence.reference.all_entries

    def daily(self, posted: Daily, line: Line, given: Any) -> None:
        """An entry of a daily job."""
        if line.at >= self._turn_at:
            self._turn_at = line.at + DAY
            self._old = self._young
            self._young = set()
        name = (line.party, posted.entry)
        if name in self._young or name in self._old:
            self.broken(line, "", _again(line, posted.entry))
        self._young.add(name)

    def foreign(self, foreign: Foreign, line: Line, given: Any) -> None:
        """A posting that the party's book cannot hold."""
        what = foreign.what
        told = Text(
            f"{line.party} 记了 {foreign.entry}：{what.zh}", f"{line.party} posted {foreign.entry}: {what.en}"
        )
        self.broken(line, "", told)

    def reposted(self, reposted: Reposted, line: Line, given: Any) -> None:
        """An entry of a purchase that stands already."""
        self.broken(line, reposted.about, _again(line, reposted.entry))


def _again(line: Line, entry: str) -> Text:
    return Text(f"{line.party} 重复记了 {entry}", f"{line.party} posted {entry} again")
