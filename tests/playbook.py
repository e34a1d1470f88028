"""Tests of one party as a dialogue: told this, it wished that. No mocks; the party under test is the real one."""

from collections.abc import Sequence
from typing import Any

from poslab.party.contract import Effect, Input, Party, Send
from poslab.party.time import Instant


class Playbook:
    """Tell a party inputs at its own clock's times and look at what it wishes."""

    def __init__(self, party: Party, at: Instant) -> None:
        self.party = party
        self.at = at
        self.effects: Sequence[Effect] = ()

    def given(self, *inputs: Input, after: int = 0) -> "Playbook":
        """Tell the inputs one after the other, ``after`` microseconds later than the last time."""
        self.at += after
        effects: list[Effect] = []
        for told in inputs:
            effects.extend(self.party.handle(told, self.at) or ())
        self.effects = effects
        return self

    def sent(self, *kinds: str) -> "Playbook":
        """Want exactly these kinds of messages to have been sent, in this order."""
        found = [effect.message.kind for effect in self.effects if type(effect) is Send]
        assert found == list(kinds), f"sent {found}, not {list(kinds)}"
        return self

    def wished(self, *parts: Any) -> "Playbook":
        """Want these effects, in this order; others may stand between. A part is an effect, or a type."""
        rest = list(self.effects)
        for part in parts:
            while rest and not (type(rest[0]) is part or rest[0] == part):
                rest.pop(0)
            assert rest, f"{part!r} is missing in " + "\n".join(repr(effect) for effect in self.effects)
            rest.pop(0)
        return self

    def silent(self) -> "Playbook":
        """Want no effect at all."""
        assert not self.effects, f"not silent: {list(self.effects)}"
        return self

    def said(self, kind: str) -> Any:
        """The last message of a kind that was sent in the last answer; ``AssertionError`` if none was."""
        for effect in reversed(self.effects):
            if type(effect) is Send and effect.message.kind == kind:
                return effect.message
        raise AssertionError(f"no {kind} among {[type(effect).__name__ for effect in self.effects]}")
