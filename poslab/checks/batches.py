"""Settling a batch is talk: it moves no money, and it names every slip."""

from collections.abc import Mapping
from typing import Any

from poslab.checks.case import APPROVED, APPROVED_UNPRINTED
from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.batch import SettlementRequest, UploadRequest
from poslab.party.contract import Logged, Posted
from poslab.text import Text


class BatchUploadMovesNothing(Check):
    """The host posts nothing when it hears a terminal's totals, its transactions, or their end."""

    id = "batch-upload-moves-nothing"
    title = Text("批上送不动账", "an upload moves no money")

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("host", SettlementRequest): self.heard, ("host", UploadRequest): self.heard}

    def heard(self, given: Any, line: Line, _: Any) -> None:
        """The host heard of a batch."""
        self.evaluated += 1
        for effect in line.effects:
            if type(effect) is Posted:
                what = Text(
                    f"收单主机因一条 {given.kind} 记了 {effect.entry}",
                    f"a {given.kind} made the host post {effect.entry}",
                )
                self.broken(line, effect.about, what)


class BatchNamesEverySlip(Check):
    """No sale that its terminal has as approved is missing from the upload of its batch. Evaluated at each closing."""

    id = "batch-names-every-slip"
    title = Text("结算不漏单", "a settled batch has every slip")

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("host", UploadRequest): self.heard}

    def heard(self, given: UploadRequest, line: Line, _: Any) -> None:
        """The host heard of a batch, and may have closed it."""
        self.evaluated += len(says(line, "batch-closed"))
        docket = self.evidence.docket
        for found in says(line, "batch-break"):
            if found.details["why"] != "host-record-without-slip":
                continue
            about, key = found.about, str(found.details["key"])
            case = docket.peek(about, key)
            stored = docket.is_resting(about) if case is None else case.terminal in (APPROVED, APPROVED_UNPRINTED)
            if stored:
                what = Text(
                    f"终端上 {key} 是批准的，却没有放进批次",
                    f"the terminal has {key} as approved and left it out of its batch",
                )
                self.broken(line, about, what)


def says(line: Line, word: str) -> list[Logged]:
    """What a line's party wrote into its business log under this word."""
    return [effect for effect in line.effects if type(effect) is Logged and effect.word == word]
