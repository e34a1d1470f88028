"""A process that comes back knows what it knew when it died."""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.party.facts import Recovered
from poslab.text import Text


class RestartSameState(Check):
    """The digests of the state at death and after recovery are equal."""

    id = "restart-same-state"
    title = Text("重启后状态不变", "a restart changes no state")

    def hears(self) -> Mapping[Sight, Seeing]:
        return {Recovered: self.recovered}

    def recovered(self, given: Recovered, line: Line, _: Any) -> None:
        """A runtime brought a process back."""
        self.evaluated += 1
        if given.died_as != given.came_back_as:
            what = Text(
                f"{line.party} 停机时为 {given.died_as}，恢复后为 {given.came_back_as}",
                f"{line.party} died as {given.died_as} and came back as {given.came_back_as}",
            )
            self.broken(line, "", what)
