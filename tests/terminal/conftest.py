"""A till: one terminal with its cashier, its line to the host and its clock, told things one after the other."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from playbook import Playbook

from poslab.messages.card import AuthorisationResponse, FinancialResponse, QueryResponse, ReversalResponse
from poslab.messages.people import Screen, Slip
from poslab.messages.words import TERMINAL_WORDS
from poslab.party.contract import Became, Connect, Effect, Input, Kept, Logged, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop
from terminal.machine import Terminal
from terminal.texts import SCREENS

MORNING = 4 * 24 * HOUR + 10 * HOUR + 15 * MINUTE + 30 * SECOND
"""Monday 2026-01-05 10:15:30."""


class Till(Playbook):
    """A playbook that dials as the line allows and lets its own reminders come back when their time has come."""

    def __init__(self, **parameters: Any) -> None:
        known = corner_shop().terminal("T1")
        self.parameters = msgspec.structs.replace(known, **parameters)
        super().__init__(Terminal(self.parameters), MORNING)
        self.line = "up"
        self.past: list[Effect] = []
        self.due: list[tuple[int, int, Reminder]] = []

    def given(self, *inputs: Input, after: int = 0) -> "Till":
        """Tell the inputs; what the terminal dials for is connected, or not, at the same instant."""
        self.at += after
        effects: list[Effect] = []
        for told in inputs:
            self._tell(told, effects)
        return self._answered(effects)

    def passes(self, time_us: int) -> "Till":
        """Let time pass and reminders come back."""
        end = self.at + time_us
        effects: list[Effect] = []
        while True:
            ready = [entry for entry in self.due if entry[0] <= end]
            if not ready:
                break
            first = min(ready, key=lambda entry: entry[:2])
            self.due.remove(first)
            self.at = first[0]
            if self.party.awaits(first[2]):
                self._tell(first[2], effects)
        self.at = end
        return self._answered(effects)

    def _tell(self, told: Input, effects: list[Effect]) -> None:
        for effect in self.party.handle(told, self.at) or ():
            effects.append(effect)
            if type(effect) is Remind:
                self.due.append((self.at + effect.after, len(self.past) + len(effects), effect.of))
            elif type(effect) is Connect:
                assert effect.to == "host"
                if self.line == "up":
                    self._tell(Connected(effect.about, "host"), effects)
                elif self.line != "silent":
                    self._tell(ConnectFailed(effect.about, "host", self.line), effects)

    def _answered(self, effects: list[Effect]) -> "Till":
        self.effects = effects
        self.past.extend(effects)
        assert {word for word in self.words(effects) if word not in TERMINAL_WORDS} == set()
        assert {word for word in self.screens() if word not in SCREENS} == set()
        return self

    def request(self, kind: str) -> Any:
        """The last request of a kind that ever left."""
        return next(e.message for e in reversed(self.past) if type(e) is Send and e.message.kind == kind)

    def answered(self, code: str = "00", *, kind: str = "0200", **changes: Any) -> "Till":
        """The host answers the last 0200, or 0100."""
        asked = self.request(kind)
        respond = FinancialResponse if kind == "0200" else AuthorisationResponse
        answer = respond(
            asked.about, asked.key, asked.mid, asked.what, asked.amount_fen, code, "260000000017",
            "123456" if code == "00" else "", "20260105", self.at // SECOND * SECOND,
            expected_date="20260106" if code == "00" else "",
        )  # fmt: skip
        return self.given(msgspec.structs.replace(answer, **changes))

    def reversal_answered(self, code: str, **changes: Any) -> "Till":
        """The host answers the last 0400."""
        asked = self.request("0400")
        answer = ReversalResponse(asked.about, asked.key, asked.mid, code, "260000000017")
        return self.given(msgspec.structs.replace(answer, **changes))

    def query_answered(self, state: str, **changes: Any) -> "Till":
        """The host answers the last 0600."""
        asked = self.request("0600")
        answer = QueryResponse(asked.about, asked.key, asked.mid, asked.asked, "00", state, "260000000017", "123456")
        return self.given(msgspec.structs.replace(answer, **changes))

    def screens(self) -> list[str]:
        """What the display showed in the last answer."""
        return [e.message.word for e in self.effects if type(e) is Send and type(e.message) is Screen]

    def screen(self, word: str) -> Screen:
        """The screen with this word in the last answer."""
        found = [e.message for e in self.effects if type(e) is Send and type(e.message) is Screen]
        return next(screen for screen in found if screen.word == word)

    def slips(self) -> list[Slip]:
        """What came out of the printer in the last answer."""
        return [e.message for e in self.effects if type(e) is Send and type(e.message) is Slip]

    def words(self, effects: Sequence[Effect] | None = None) -> list[str]:
        """What was logged in the last answer."""
        return [e.word for e in (self.effects if effects is None else effects) if type(e) is Logged]

    def logged(self, word: str) -> dict[str, str | int]:
        """The details of the last line with this word, ever."""
        return next(e.details for e in reversed(self.past) if type(e) is Logged and e.word == word)

    def moves(self, key: str) -> list[str]:
        """The states that an attempt went through."""
        steps = [e for e in self.past if type(e) is Became and e.of == key]
        assert all(a.after == b.before for a, b in pairwise(steps)), steps
        return [step.after for step in steps]

    def state(self, key: str) -> str:
        """The state in which an attempt is."""
        return self.moves(key)[-1]

    def kept(self) -> list[str]:
        """What was written durably in the last answer."""
        return [e.what for e in self.effects if type(e) is Kept]

    def leaves(self) -> list[str]:
        """Kinds of requests that left for the host in the last answer."""
        return [e.message.kind for e in self.effects if type(e) is Send and e.to == "host"]

    def still(self) -> str:
        """What the terminal is doing."""
        return str(self.party.device.session)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def till() -> Callable[..., Till]:
    """Make a till; terminal parameters by name."""
    return Till
