"""Every place that money is ever put has a name in the chart of accounts."""

from collections.abc import Mapping
from typing import Any

from poslab.checks.check import Check, Seeing, Sight
from poslab.checks.reference import Opened
from poslab.history.line import Line
from poslab.text import Text


class NamedPlaces(Check):
    """Every account posted belongs to the chart. Evaluated when an account is used for the first time."""

    id = "named-places"
    title = Text("每一分钱都在有名称的科目里", "every account posted is in the chart")

    def sees(self) -> Mapping[Sight, Seeing]:
        return {Opened: self.opened}

    def opened(self, opened: Opened, line: Line, given: Any) -> None:
        """An account was used for the first time."""
        self.evaluated += 1
        if not opened.known:
            what = Text(
                f"{line.party} 记入 {opened.account}，科目表里没有它",
                f"{line.party} posted to {opened.account}, which no chart knows",
            )
            self.broken(line, given.about, what)
