"""Nothing comes of a message whose MAC is broken, or was made with keys that are not those in force.

Which keys are in force with whom follows from the history: the first version, what a sign-on brought, and after a key
was replaced on one side alone none that is known, but certainly not the one before. A decline may be believed without
its MAC; an approval may not, and a request is refused.
"""

from collections.abc import Mapping
from typing import Any, Final

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.card import (
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    QueryResponse,
    ReversalRequest,
    ReversalResponse,
    SignOnResponse,
)
from poslab.messages.codes import APPROVALS
from poslab.messages.facts import KeyReplaced
from poslab.party.contract import Became, Logged, Posted
from poslab.text import Text

FIRST: Final = 1
NONE: Final = 0
"""Keys with which nothing agrees, for all that is known."""
UNKNOWN: Final = -1


class MacsVerified(Check):
    """Evaluated for every message that does not agree; where all do there is no evidence."""

    id = "macs-verified"
    title = Text("MAC 不符的报文不产生任何结果", "nothing comes of a message whose MAC does not agree")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._before: dict[str, int] = {}
        """Keys that the host has no longer, where those in force are not known."""
        return {("host", SignOnResponse): self.brought}

    def hears(self) -> Mapping[Sight, Seeing]:
        self._tids = {terminal.address: terminal.tid for terminal in self.evidence.world.terminals}
        requests = (FinancialRequest, ReversalRequest, FinancialNotice)
        answers = (FinancialResponse, ReversalResponse, QueryResponse)
        return {
            ("host", KeyReplaced): self.replaced_at_host,
            ("terminal", KeyReplaced): self.replaced_in_terminal,
            ("terminal", SignOnResponse): self.came,
            **{("host", kind): self.asked for kind in requests},
            **{("terminal", kind): self.answered for kind in answers},
        }

    # --- which keys are in force

    def brought(self, said: SignOnResponse, line: Line, given: Any) -> None:
        """The host goes on to new keys; version 0 says that they will not come out, and not which they are."""
        if said.code != "00":
            return
        tid = _tid(said.key)
        keys = self.evidence.plain.host_keys
        if said.key_version:
            keys[tid] = said.key_version
        else:
            self._move_on(tid)

    def replaced_at_host(self, given: KeyReplaced, line: Line, _: Any) -> None:
        """The host goes on alone."""
        if given.key == "mac":
            self._move_on(given.tid)

    def _move_on(self, tid: str) -> None:
        keys = self.evidence.plain.host_keys
        if keys.get(tid, FIRST) != UNKNOWN:
            self._before[tid] = keys.get(tid, FIRST)
        keys[tid] = UNKNOWN

    def replaced_in_terminal(self, given: KeyReplaced, line: Line, _: Any) -> None:
        """The terminal's key is damaged."""
        if given.key == "mac":
            self.evidence.plain.terminal_keys[self._tids[line.party]] = NONE

    def came(self, given: SignOnResponse, line: Line, _: Any) -> None:
        """New keys came to the terminal, if it says so."""
        if any(type(effect) is Logged and effect.word == "signed-on" for effect in line.effects):
            self.evidence.plain.terminal_keys[self._tids[line.party]] = given.key_version

    # --- what comes of a message

    def asked(self, given: FinancialRequest | ReversalRequest | FinancialNotice, line: Line, _: Any) -> None:
        """A terminal asks the host for something that moves money."""
        tid = _tid(given.key)
        keys = self.evidence.plain.host_keys.get(tid, FIRST)
        if given.mac == keys or (keys == UNKNOWN and given.mac not in (NONE, self._before.get(tid))):
            return
        self.evaluated += 1
        for effect in line.effects:
            if type(effect) is Posted or (type(effect) is Became and not effect.after.startswith("declined")):
                what = Text(f"收单主机接受了无法核验的 {given.kind}", f"the host took a {given.kind} that it could not verify")
                self.broken(line, given.about, what)
                return

    def answered(self, given: FinancialResponse | ReversalResponse | QueryResponse, line: Line, _: Any) -> None:
        """The host approves, and the terminal may believe it or not."""
        if given.code not in APPROVALS:
            return
        keys = self.evidence.plain.terminal_keys.get(self._tids[line.party], FIRST)
        if given.mac == keys and given.mac != NONE:
            return
        self.evaluated += 1
        if any(type(effect) is Became and not effect.after.startswith("unknown") for effect in line.effects):
            what = Text(f"终端相信了无法核验的 {given.kind}", f"the terminal believed a {given.kind} that it could not verify")
            self.broken(line, given.about, what)


def _tid(key: str) -> str:
    return key.partition("-")[0]
