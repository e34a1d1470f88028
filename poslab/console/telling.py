"""Reads a history line by line and writes down what there is to show of it."""

from collections.abc import Mapping, Sequence

from poslab.console.papers import shown
from poslab.console.says import is_named, label, log_text, mti, party_name
from poslab.console.story import (
    AGAIN,
    CUSTOMER,
    DOWN,
    FACT,
    FLYING,
    HEARD,
    LATE,
    LOG,
    LOST,
    REFUSED,
    UNHEARD,
    Arrow,
    Balance,
    Belief,
    Book,
    Column,
    Entry,
    Event,
    Move,
    Note,
    PurchaseStory,
    Shown,
    Step,
    Story,
)
from poslab.console.words import ROLES
from poslab.history.line import Heard, Line
from poslab.history.outcome import outcome
from poslab.history.purchases import Purchases
from poslab.history.truth import Band, Struck, Truth
from poslab.ledger.chart import BOOKS, account_of
from poslab.ledger.chart import label as account_label
from poslab.messages.people import CustomerAtTill
from poslab.messages.words import WORDS
from poslab.money import written
from poslab.party.contract import Address, Became, Effect, Input, Kept, Logged, Posted, Send
from poslab.party.facts import Connected, ConnectFailed, Recovered, Started
from poslab.party.time import MINUTE, SECOND, Duration, Instant, date_of, midnight
from poslab.text import Text
from poslab.world.world import World
from scenarios.stage.result import PurchaseResult, Result

_TIMER_WORDS = ("no-answer", "slot-freed")
_UNSEEN = {
    Started: Text("开始", "the world begins"),
    Connected: Text("已联接", "connected"),
    Recovered: Text("恢复", "recovered"),
}
_READ_US: Duration = MINUTE
"""By then notices of the last change are read."""
_REMINDED = Text("定时到", "timer")


class _Sent:
    """A message on its way: what is known of it so far."""

    __slots__ = ("heard", "line", "send")

    def __init__(self, line: Line, send: Send) -> None:
        self.line = line
        self.send = send
        self.heard: list[tuple[int, Instant]] = []


class Telling:
    """The fold. Feed it every line, then ask for the story."""

    def __init__(self, world: World, truth: Truth, orders: Sequence[str], complaints: Mapping[str, Instant]) -> None:
        self._world = world
        self._roles = world.roles()
        self._truth = truth
        self._orders = tuple(orders)
        self._complaints = complaints
        self._fold = Purchases(world, orders)
        self._sent: dict[tuple[int, int], _Sent] = {}
        self._events: list[tuple[int, int, Event | tuple[int, int]]] = []
        self._moves: list[Move] = []
        self._shown: list[Shown] = []
        self._entries: list[Entry] = []
        self._steps: list[Step] = []
        self._beliefs: dict[str, list[Belief]] = {order: [] for order in orders}
        self._asked: dict[tuple[Address, str], Instant] = {}
        self._back_up: dict[Address, list[Instant]] = {}
        self._first: Instant | None = None
        self._last: Instant = 0

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        self._fold.see(line, given)
        self._last = line.at
        if self._first is None:
            self._first = line.at
        if isinstance(line.given, Heard):
            self._hear(line.given, line)
        if given.about and given.about not in self._beliefs:
            return
        if isinstance(given, Recovered):
            self._back_up.setdefault(line.party, []).append(line.at)
        self._told(line, given)
        for index, effect in enumerate(line.effects):
            self._effect(line, index, effect)
        self._step(line, given)
        self._believe(line, given)

    def story(self, result: Result, told: Sequence[PurchaseResult], left_out: int) -> Story:
        """Everything that was seen."""
        events = [self._arrow(*e[2]) if isinstance(e[2], tuple) else (e[2],) for e in self._events]
        flat = tuple(sorted((event for some in events for event in some), key=lambda event: (event.at, event.n)))
        purchases = tuple(self._purchase(each, flat, alone=len(result.purchases) == 1) for each in told)
        return Story(
            result=result,
            world=self._world,
            columns=self._columns(flat),
            events=flat,
            moves=tuple(self._moves),
            shown=tuple(sorted(self._shown, key=lambda each: (each.at, each.n))),
            books=self._books(),
            purchases=purchases,
            steps=tuple(self._steps),
            strikes=self._truth.strikes,
            bands=self._truth.bands,
            downs=self._downs(),
            first=self._first or 0,
            last=self._last,
            left_out=left_out,
        )

    def _purchase(self, told: PurchaseResult, events: Sequence[Event], *, alone: bool) -> PurchaseStory:
        complaint, beliefs = self._complaints.get(told.order), tuple(self._beliefs[told.order])
        own = [event.at for event in events if event.about == told.order]
        if alone or not own:
            return PurchaseStory(told, complaint, beliefs, self._first or 0, self._last)
        last = max(*own, *(belief.at for belief in beliefs), complaint or 0)
        return PurchaseStory(told, complaint, beliefs, midnight(date_of(own[0])), last + _READ_US)

    # --- what a line holds ----------------------------------------------------------------------------------------

    def _hear(self, heard: Heard, line: Line) -> None:
        sent = self._sent.get((heard.line, heard.effect))
        if sent is None:
            return
        sent.heard.append((heard.copy, line.at))
        paper = shown(sent.send.message, sent.send.to, line.at, (sent.line.n, line.n), self._world)
        if paper is not None and heard.copy == 0:
            self._shown.append(paper)

    def _told(self, line: Line, given: Input) -> None:
        if isinstance(line.given, Heard):
            return
        if type(given) is ConnectFailed:
            dialled = self._roles.get(line.party) == "terminal"
            text = Text("联接", "connect") if dialled else Text("线路不通", "line down")
            arrow = Arrow(
                given.about, line.n, line.at, line.party, given.peer, "", text, REFUSED, None, self._closed(line, given)
            )
            self._events.append((line.at, line.n, arrow))
            return
        if is_named(given):
            tone = CUSTOMER if type(given) is CustomerAtTill else FACT
            note = Note(given.about, line.n, line.at, line.party, tone, given.kind, label(given))
            self._events.append((line.at, line.n, note))

    def _closed(self, line: Line, given: ConnectFailed) -> str:
        """The fault in force that closed the way, if one did."""
        way = f"{line.party}->{given.peer}"
        for band in self._truth.bands:
            in_force = band.start <= line.at and (band.end is None or line.at <= band.end)
            if in_force and (band.where == given.peer or way in band.where.split(", ")):
                return band.fault
        return ""

    def _effect(self, line: Line, index: int, effect: Effect) -> None:
        if isinstance(effect, Send):
            self._sent[line.n, index] = _Sent(line, effect)
            if mti(effect.message):
                self._asked[line.party, effect.message.about] = line.at
            self._events.append((line.at, line.n, (line.n, index)))
        elif isinstance(effect, Logged):
            said = self._log(line.party, effect)
            since = self._asked.get((line.party, effect.about)) if effect.word in _TIMER_WORDS else None
            note = Note(effect.about, line.n, line.at, line.party, LOG, effect.word, said, since)
            self._events.append((line.at, line.n, note))
        elif isinstance(effect, Became):
            move = Move(effect.about, line.n, line.at, line.party, effect.of, effect.before, effect.after)
            self._moves.append(move)
        elif isinstance(effect, Posted):
            entry = Entry(effect.about, line.n, line.at, line.party, effect.entry, tuple(effect.postings))
            self._entries.append(entry)

    def _believe(self, line: Line, given: Input) -> None:
        for order in (given.about,) if given.about else self._orders:
            purchase = self._fold.purchases.get(order)
            kept = self._beliefs.get(order)
            if purchase is None or kept is None:
                continue
            now = outcome(self._fold, purchase)
            if not kept or kept[-1].outcome != now:
                kept.append(Belief(line.at, now))

    # --- what became of the messages ------------------------------------------------------------------------------

    def _arrow(self, n: int, index: int) -> tuple[Arrow, ...]:
        sent = self._sent[n, index]
        line, send = sent.line, sent.send
        message, way = send.message, f"{line.party}->{send.to}"
        strike = self._strike(way, line.at, message)
        fault = strike.fault if strike is not None else ""
        said, name = label(message), mti(message, send.attempt)

        def arrow(fate: str, heard: Instant | None) -> Arrow:
            return Arrow(
                message.about, line.n, line.at, line.party, send.to, name, said, fate, heard, fault,
                send.attempt, message,
            )  # fmt: skip

        usual = self._usual(line.party, send.to)
        if not sent.heard:
            if strike is None and line.at + usual >= self._last:
                return (arrow(FLYING, None),)
            return (arrow(LOST if strike is not None else self._unheard(send.to, line.at + usual), None),)
        first, *others = sent.heard
        late = first[1] - line.at > usual + SECOND
        return (
            arrow(LATE if late else HEARD, first[1]),
            *(arrow(AGAIN, at) for _, at in others),
        )

    def _strike(self, where: str, at: Instant, message: Input) -> Struck | None:
        for strike in self._truth.strikes:
            if (
                strike.at == at
                and strike.where == where
                and (strike.what, strike.about) == (message.kind, message.about)
            ):
                return strike
        return None

    def _unheard(self, party: Address, at: Instant) -> str:
        gone = [*self._downs(), *(b for b in self._truth.bands if self._stopped(b))]
        away = any(b.where == party and b.start <= at and (b.end is None or at <= b.end) for b in gone)
        return DOWN if away else UNHEARD

    def _stopped(self, band: Band) -> bool:
        return any(s.fault == band.fault and s.what == "stopped" for s in self._truth.strikes)

    def _usual(self, sender: Address, to: Address) -> Duration:
        roles = (self._roles.get(sender), self._roles.get(to))
        if "cardholder" in roles or "merchant" in roles:
            return self._world.sms_us
        return self._world.terminal_link_us if "terminal" in roles else self._world.trunk_us

    def _downs(self) -> tuple[Band, ...]:
        """While which crash kept a party away; a process that was stopped on purpose has its fault's band."""
        downs = []
        for party, backs in self._back_up.items():
            for back in backs:
                before = [s for s in self._truth.strikes if s.where == party and s.at <= back and s.what != "clock"]
                if before and before[-1].what != "stopped":
                    downs.append(Band(before[-1].fault, party, before[-1].at, back))
        return tuple(downs)

    # --- columns, books, steps ------------------------------------------------------------------------------------

    def _columns(self, events: Sequence[Event]) -> tuple[Column, ...]:
        seen: set[Address] = set()
        for event in events:
            if isinstance(event, Arrow):
                seen.update((event.sender, event.to))
            else:
                seen.add(event.party)
        order = list(ROLES)
        found = [
            (order.index(role), place, a, role) for place, (a, role) in enumerate(self._roles.items()) if a in seen
        ]
        return tuple(Column(address, role, party_name(self._world, address)) for _, _, address, role in sorted(found))

    def _books(self) -> tuple[Book, ...]:
        complaint = max(self._complaints.values(), default=None)
        books = []
        for letter, name in BOOKS.items():
            entries = tuple(e for e in self._entries if any(p[0][:2] == letter + "." for p in e.postings))
            if not entries:
                continue
            then: dict[str, int] = {}
            end: dict[str, int] = {}
            for entry in entries:
                for debit, credit, amount in entry.postings:
                    for account, signed in ((debit, amount), (credit, -amount)):
                        end[account] = end.get(account, 0) + signed
                        if complaint is not None and entry.at <= complaint:
                            then[account] = then.get(account, 0) + signed
            balances = tuple(
                Balance(
                    account,
                    account_label(account),
                    None if complaint is None else _natural(account, then.get(account, 0)),
                    _natural(account, balance),
                )
                for account, balance in end.items()
            )
            books.append(Book(letter, name, entries, balances))
        return tuple(books)

    def _log(self, party: Address, logged: Logged) -> Text:
        text = WORDS.get(self._roles.get(party, ""), {}).get(logged.word)
        return log_text(logged.details, text) if text is not None else Text(logged.word, logged.word)

    def _step(self, line: Line, given: Input) -> None:
        did = tuple(said for effect in line.effects for said in self._did(line.party, effect))
        told = _given(given)
        if did or (told is not None and type(given) is not Started):
            self._steps.append(Step(line.n, line.at, line.party, given.about, told or _REMINDED, did))

    def _did(self, party: Address, effect: Effect) -> tuple[Text, ...]:
        """An effect in words; nothing for what only concerns whoever drives the party."""
        if isinstance(effect, Send):
            to, said = party_name(self._world, effect.to), label(effect.message)
            name = f"{mti(effect.message, effect.attempt)} ".lstrip()
            return (Text(f"→ {to.zh}：{name}{said.zh}", f"→ {to.en}: {name}{said.en}"),)
        if isinstance(effect, Logged):
            return (self._log(party, effect),)
        if isinstance(effect, Became):
            moved = f"{effect.of} {effect.before} ⇒ {effect.after}"
            return (Text(moved, moved),)
        if isinstance(effect, Posted):
            lines = [f"{effect.entry}: {debit} ← {credit} {written(fen)}" for debit, credit, fen in effect.postings]
            return tuple(Text(each, each) for each in lines)
        if isinstance(effect, Kept):
            return (Text(f"已存储 {effect.what}", f"kept {effect.what}"),)
        return ()


def _given(given: Input) -> Text | None:
    """What a line's input is called; ``None`` for a timer."""
    unseen = _UNSEEN.get(type(given))
    if unseen is not None:
        return unseen
    if not is_named(given):
        return None
    said, name = label(given), mti(given)
    return Text(f"{name} {said.zh}".lstrip(), f"{name} {said.en}".lstrip())


def _natural(account: str, balance: int) -> int:
    known = account_of(account)
    return balance if known is not None and known.debit_side else -balance
