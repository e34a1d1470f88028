"""A purchase under examination: its facts, and a note of which of them were looked at."""

from collections.abc import Sequence

from msgspec import Struct

from poslab.history.questions import Facts, Value, written


class Finding(Struct, frozen=True):
    """What one question found: a cause, with the group it ties with, and whether the facts leave no other."""

    cause: str
    tie: tuple[str, ...] = ()
    contributing: tuple[str, ...] = ()
    sure: bool = True

    def unsure(self) -> "Finding":
        """The same finding, with a doubt."""
        return Finding(self.cause, self.tie, self.contributing, False)


class Case:
    """Facts that remember who asked: what was known and what was missing stands in the diagnosis."""

    def __init__(
        self, facts: Facts, asked: dict[str, str] | None = None, missing: dict[str, None] | None = None
    ) -> None:
        self._of = facts
        self._asked: dict[str, str] = {} if asked is None else asked
        self._missing: dict[str, None] = {} if missing is None else missing

    @property
    def facts(self) -> list[str]:
        """Facts that were looked at and known, as written."""
        return list(self._asked.values())

    @property
    def missing(self) -> list[str]:
        """Facts that were looked for and not known."""
        return list(self._missing)

    @property
    def facts_of_last(self) -> bool:
        """Whether there is a later attempt with facts of its own."""
        return bool(self._of.last)

    def of_last(self) -> "Case":
        """The same case, told by the last attempt."""
        return Case(self._of.of_last(), self._asked, self._missing)

    def ask(self, name: str) -> Value | None:
        """The answer to a question, or ``None`` if nobody knows it."""
        value = self._of.get(name)
        if value is None:
            self._missing[name] = None
        else:
            self._asked[name] = written(name, value)
        return value

    def note(self, *names: str) -> None:
        """Look at facts that support a finding and do not decide it."""
        for name in names:
            if self._of.get(name) is not None:
                self.ask(name)

    def knows(self, name: str) -> bool:
        """Whether a fact is known, without looking at it."""
        return self._of.get(name) is not None

    def holds(self, name: str) -> bool:
        """Whether a fact is known and a yes; only then it counts as looked at."""
        return self._of.get(name) is True and self.ask(name) is True

    def stem(self, name: str) -> str:
        """The word of a view without its code: ``declined`` of ``declined:51``; empty if it is not known."""
        value = self.ask(name)
        return "" if value is None else str(value).partition(":")[0]

    def tail(self, name: str) -> str:
        """The code of a view's word: ``51`` of ``declined:51``."""
        return str(self.ask(name)).partition(":")[2]

    def charged(self) -> bool | None:
        """Whether the cardholder was ever debited, by the bank's word or else by an SMS; ``None``: nobody knows."""
        issuer = self.ask("issuer")
        if issuer is not None:
            return issuer not in ("none", "held")
        notices = self.ask("cardholder")
        if isinstance(notices, tuple) and "spent" in notices:
            return True
        return None


class Tell(Struct, frozen=True):
    """The deciding fact of a cause, and the answer that decides."""

    fact: str
    answer: Value
    cause: str


def narrow(case: Case, tells: Sequence[Tell], otherwise: str) -> Finding:
    """Ask for deciding facts in order: the first that decides names the cause, and with none of them ``otherwise``.

    A fact that is not known, or cannot be known yet, keeps its cause in the running: ``otherwise`` then ties with it.
    """
    running: dict[str, None] = {}
    for tell in tells:
        answer = case.ask(tell.fact)
        if answer == tell.answer:
            return Finding(tell.cause, sure=not running)
        if answer is None or answer == "not-yet":
            running[tell.cause] = None
    if running:
        return Finding(otherwise, (otherwise, *running))
    return Finding(otherwise)
