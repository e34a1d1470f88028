"""Which faults are tried: every message and letter of a purchase × all that can happen to it, alone and in pairs.

Some messages exist only where another one failed: a reversal, an advice, a query. So every message of the purchase is
lost once, and what then passes for the first time is struck as well.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from msgspec import Struct

from poslab.faults.corruption import Corruption
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.letters import LetterDelay, LetterLoss
from poslab.faults.loss import Loss
from poslab.faults.overtaken import Overtaken
from poslab.faults.process import AFTER_JOURNAL, AFTER_SEND, BEFORE_JOURNAL, Crash, Stop
from poslab.party.time import HOUR, MINUTE, SECOND, Duration, Instant
from poslab.runtime.chance import Chance
from scenarios.experiments.passages import CARD, FUNDING, NOT_HEARD, Hearing, Letter, Message, Passage


class Pace(Struct, frozen=True):
    """How long what takes on a leg."""

    late_us: Duration
    """Past every timer of it."""
    long_after_us: Duration
    """When whatever follows from silence is over."""
    down_us: Duration
    """How long a process that died is away."""
    noticed_us: Duration
    """How long until somebody notices that a process does nothing any more, and restarts it."""


PACES: Mapping[str, Pace] = {
    CARD: Pace(70 * SECOND, 5 * MINUTE, 30 * SECOND, 3 * MINUTE),
    FUNDING: Pace(25 * MINUTE, 26 * HOUR, 30 * MINUTE, 3 * HOUR),
}
"""A terminal waits 60 s at most; files and orders are repeated after ten minutes, and what misses its day comes on the
next."""
SOON_US = SECOND

FAULTS = (
    "lost", "late", "long-after", "twice", "twice-late", "overtaken", "garbled",
    "sender-after-journal", "sender-after-send",
    "receiver-before-journal", "receiver-after-journal", "receiver-after-send",
)  # fmt: skip
"""What can happen to a message, in the order of the table's columns. A letter is lost or late, or its reader dies."""

_LINK: Mapping[str, Callable[[Pace], Any]] = {
    "lost": lambda pace: Loss(),
    "late": lambda pace: Delay(pace.late_us),
    "long-after": lambda pace: Delay(pace.long_after_us),
    "twice": lambda pace: Duplicate(SOON_US),
    "twice-late": lambda pace: Duplicate(pace.long_after_us),
    "overtaken": lambda pace: Overtaken(),
    "garbled": lambda pace: Corruption(),
}


class Cell(Struct, frozen=True):
    """A place in the table: what was struck, and how; ``behind`` is the message that was lost before, if one was."""

    behind: str
    passage: str
    fault: str

    @property
    def id(self) -> str:
        """By which it is asked for: ``host-T1-0210-1.lost+T1-host-0400-1.twice``."""
        one = f"{self.passage}.{self.fault}"
        return f"{self.behind}.lost+{one}" if self.behind else one


class Trial(Struct, frozen=True):
    """One run to be played: what is injected, from when on something is wrong, and where it stands in the table."""

    cells: tuple[Cell, ...]
    """Several where one fault has several names: a sender that dies is the receiver of what came before."""
    injections: tuple[Injection, ...]
    struck_at: Instant
    pair: tuple[str, ...] = ()
    """The ids of the singles that it is made of."""
    leg: str = CARD
    """Which leg is struck; of a pair, the one that takes longer."""

    @property
    def id(self) -> str:
        """``--only`` plays it alone."""
        return "+".join(self.pair) if self.pair else self.cells[0].id


def singles(found: Sequence[Passage], behind: Message | None = None) -> list[Trial]:
    """Every fault of every passage, alone, or ``behind`` a message that is lost as well."""
    before = () if behind is None else (lost(behind),)
    trials: dict[tuple[object, ...], Trial] = {}
    for passage in found:
        for fault, injections, at in _faults_of(passage):
            cell = Cell("" if behind is None else behind.name, passage.name, fault)
            same = tuple((i.fault, i.party, i.links, i.match, i.nth) for i in injections)
            known = trials.get(same)
            cells = (cell,) if known is None else (*known.cells, cell)
            trials[same] = Trial(cells, (*before, *injections), at, leg=passage.leg)
    return list(trials.values())


def lost(message: Message) -> Injection:
    """The loss of a message."""
    return _on_link("before", "lost", message)


def new_in(found: Iterable[Passage], known: Iterable[Passage]) -> list[Passage]:
    """What passes in one run and not in another."""
    names = {passage.name for passage in known}
    return [passage for passage in found if passage.name not in names]


def pairs(trials: Sequence[Trial], count: int | None, seed: str) -> list[Trial]:
    """Two faults of one base at once: all pairs, or ``count`` of them, drawn by their names."""
    alike: dict[str, list[Trial]] = {}
    for trial in trials:
        alike.setdefault(trial.cells[0].behind, []).append(trial)
    both = [
        pair
        for group in alike.values()
        for pair in combinations(group, 2)
        if not {cell.passage for cell in pair[0].cells} & {cell.passage for cell in pair[1].cells}
    ]
    if count is not None and count < len(both):
        chance = Chance(seed)
        drawn = sorted(both, key=lambda pair: chance.draw("sweep", "", pair[0].id, pair[1].id))[:count]
        chosen = {(one.id, other.id) for one, other in drawn}
        both = [pair for pair in both if (pair[0].id, pair[1].id) in chosen]
    return [paired(one, other) for one, other in both]


def sampled(trials: Sequence[Trial], count: int, seed: str) -> list[Trial]:
    """So many of them, drawn by their names, in their order."""
    chance = Chance(seed)
    drawn = {trial.id for trial in sorted(trials, key=lambda trial: chance.draw("sweep", "", trial.id, ""))[:count]}
    return [trial for trial in trials if trial.id in drawn]


def paired(one: Trial, other: Trial) -> Trial:
    """Two faults in one run. The first may keep the second from ever meeting what it was to strike."""
    before = [i for i in one.injections if i.id == "before"]
    made = [
        _renamed(injection, str(number))
        for number, trial in enumerate((one, other), start=1)
        for injection in trial.injections
        if injection.id != "before"
    ]
    at = max(one.struck_at, other.struck_at)
    leg = FUNDING if FUNDING in (one.leg, other.leg) else CARD
    return Trial(one.cells + other.cells, (*before, *made), at, (one.id, other.id), leg)


def _renamed(injection: Injection, number: str) -> Injection:
    after = f"{injection.after}-{number}" if injection.after else ""
    return Injection(
        f"{injection.id}-{number}", injection.fault, injection.party, injection.links, injection.match,
        injection.start, injection.lasts, after, nth=injection.nth, optional=True,
    )  # fmt: skip


def _faults_of(passage: Passage) -> Iterable[tuple[str, tuple[Injection, ...], Instant]]:
    pace = PACES[passage.leg]
    if isinstance(passage, Letter):
        yield "lost", _lost_letter(passage), passage.due + pace.noticed_us
        for fault, by_us in (("late", pace.late_us), ("long-after", pace.long_after_us)):
            match = Match(passage.kind, passage.about)
            injection = Injection(fault, LetterDelay(by_us), party=passage.party, match=match, nth=passage.nth)
            yield fault, (injection,), passage.due
        yield from _crashes("receiver", passage.heard, (BEFORE_JOURNAL, AFTER_JOURNAL, AFTER_SEND), passage)
        return
    for fault in _LINK:
        yield fault, (_on_link(fault, fault, passage),), passage.at
    yield from _crashes("sender", passage.because, (AFTER_JOURNAL, AFTER_SEND), passage)
    yield from _crashes("receiver", passage.heard, (BEFORE_JOURNAL, AFTER_JOURNAL, AFTER_SEND), passage)


def _on_link(id_: str, fault: str, message: Message) -> Injection:
    links = ((message.sender, message.to),)
    match = Match(message.kind, message.about)
    return Injection(id_, _LINK[fault](PACES[message.leg]), links=links, match=match, nth=message.nth)


def _lost_letter(letter: Letter) -> tuple[Injection, ...]:
    """A letter that is lost is missed by nobody but its writer: in the end somebody restarts that process."""
    match = Match(letter.kind, letter.about)
    pace = PACES[letter.leg]
    start = letter.due + pace.noticed_us
    return (
        Injection("lost", LetterLoss(), party=letter.party, match=match, nth=letter.nth),
        Injection("restarted", Stop(), party=letter.party, after="lost", start=start, lasts=pace.down_us),
    )


def _crashes(
    who: str, hearing: Hearing | None, points: Sequence[str], passage: Passage
) -> Iterable[tuple[str, tuple[Injection, ...], Instant]]:
    if hearing is None or hearing.nth == NOT_HEARD:
        return
    at = passage.due if isinstance(passage, Letter) else passage.at
    for point in points:
        match = Match(hearing.kind, hearing.about)
        crash = Crash(point, PACES[passage.leg].down_us)
        injection = Injection("crash", crash, party=hearing.party, match=match, nth=hearing.nth)
        yield f"{who}-{point}", (injection,), at
