"""What every check is: a fold over the history with a name, a title and a verdict.

A check says in ``sees`` which effects, sent messages or findings of the shared folds it wants to see, and in ``hears``
which inputs; it is called with (what, line, given) for each, once, as the run goes on. ``at_end`` is its twin at rest:
what is missing shows only there. A check that was never evaluated has seen *no evidence*, which is not the same as
*holds*.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

from msgspec import Struct

from poslab.checks.evidence import Evidence
from poslab.history.line import Line
from poslab.party.contract import About
from poslab.party.time import Instant, stamp_text
from poslab.text import Text

HOLDS = "holds"
BROKEN = "broken"
NO_EVIDENCE = "no evidence"

BREACHES_KEPT = 20
"""How many breaches of one check are kept word for word; a broken build would otherwise fill the memory."""

Seeing: TypeAlias = Callable[[Any, Line, Any], None]
Sight: TypeAlias = type | tuple[str, type | str]
"""A type, a role and a type, or a role and a word of its log: ``Posted``, ``("terminal", Slip)``, ``("host",
"claimed")``."""

AT_THE_END = Text("最终", "at the end")
"""So begins a breach that shows only when a run is over."""


class Breach(Struct, frozen=True):
    """One place where a check is broken. ``n`` is the history's line, 0 where it shows only at the end."""

    check: str
    n: int
    at: Instant
    about: About
    what: Text

    @property
    def text(self) -> Text:
        """Where, when, of what, and what is broken."""
        where = Text(f"第 {self.n} 行", f"line {self.n}") if self.n else AT_THE_END
        about = self.about
        whom = Text(f"{about}：", f"{about}: ") if about else Text("", "")
        at = stamp_text(self.at)
        return Text(f"{where.zh}，{at}：{whom.zh}{self.what.zh}", f"{where.en}, {at}: {whom.en}{self.what.en}")

    def __str__(self) -> str:
        return self.text.en


class Judged(Struct, frozen=True):
    """A check's verdict: ``holds``, ``broken`` or ``no evidence``; the first breaches, and how many there were."""

    id: str
    verdict: str
    evaluated: int
    breaches: tuple[Breach, ...] = ()
    count: int = 0


class Check:
    """One invariant. ``evaluated`` counts how often it could have been broken."""

    id: ClassVar[str]
    title: ClassVar[Text]

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.evaluated = 0
        self.breaches: list[Breach] = []
        self.count = 0

    def sees(self) -> Mapping[Sight, Seeing]:
        """Effects, messages that somebody sends, and findings, each with the method that looks at it."""
        return {}

    def hears(self) -> Mapping[Sight, Seeing]:
        """Inputs that somebody is told, likewise."""
        return {}

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        """What is broken as things stand now: purchase and sentence. Asking twice changes nothing."""
        return ()

    def evaluated_at_end(self) -> int:
        """How often the check was evaluated, with what is looked at only at the end."""
        return self.evaluated

    def broken(self, line: Line, about: About, what: Text) -> None:
        """Note a breach at a line."""
        self.count += 1
        if len(self.breaches) < BREACHES_KEPT:
            self.breaches.append(Breach(self.id, line.n, line.at, about, what))

    def judged(self, at: Instant) -> Judged:
        """The verdict if the run ended now."""
        found = [Breach(self.id, 0, at, about, what) for about, what in self.at_end(at)]
        evaluated = self.evaluated_at_end()
        count = self.count + len(found)
        verdict = BROKEN if count else HOLDS if evaluated else NO_EVIDENCE
        return Judged(self.id, verdict, evaluated, tuple((self.breaches + found)[:BREACHES_KEPT]), count)
