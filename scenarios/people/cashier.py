"""The cashier: keys in what customers want to pay, and does what her policy says when something else than a slip comes.

What she remembers of an order is forgotten as soon as its slip is out or its result is certain. How long she takes for
things are odd numbers of seconds on purpose: people and machines do not act in step.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from poslab.messages.card import OFFLINE_SALE, PREAUTH, QR, REFUND, VOIDS
from poslab.messages.facts import CardRemoved, PaperLoaded
from poslab.messages.people import (
    AdjustmentKeyed,
    BalanceKeyed,
    CancelPressed,
    CodeScanned,
    CompletionKeyed,
    CustomerAtTill,
    EchoKeyed,
    OfflineSaleKeyed,
    PreauthKeyed,
    Prompted,
    QueryKeyed,
    RefundKeyed,
    ReprintKeyed,
    SaleKeyed,
    Screen,
    SettleKeyed,
    SignOffKeyed,
    SignOnKeyed,
    Slip,
    VoidKeyed,
)
from poslab.party.contract import Address, Effect, Input, Logged, Remind, Reminder, Send
from poslab.party.facts import PowerCut, PowerRestored, Restarted
from poslab.party.time import Instant
from poslab.world.world import World
from scenarios.people.notes import (
    BOOTED,
    DELAYS,
    DONE,
    DOUBT,
    KEYED,
    MOST_TRIES,
    PICTURE,
    REPRINTING,
    SILENCE,
    UNPRINTED,
    Due,
    Note,
    slot,
    voucher,
)


class Policy(NamedTuple):
    """How a cashier behaves: what she does about each screen, and what once her impatience is spent."""

    name: str
    reactions: "Mapping[str, Reaction]"
    in_the_end: "Mapping[str, Reaction]"
    takes_pictures: bool = False


class Cashier:
    """One cashier with the terminals in front of her."""

    def __init__(self, world: World, address: Address, policy: Policy) -> None:
        self._policy = policy
        self._terminals = tuple(device.address for device in world.terminals if device.cashier == address)
        self._codes = frozenset(ref for ref, card in world.cards.items() if card.is_code)
        self._notes: dict[str, CustomerAtTill | Note] = {}
        self._due: dict[str, Due] = {}
        self._slips: dict[str, tuple[str, str]] = {}
        """Slips that she was asked to keep: order → attempt's key and RRN, empty before it came out."""
        self._number = 0
        self._down: dict[Address, int] = {}
        self._hears: dict[type[Input], Callable[[Any], list[Effect]]] = {
            CustomerAtTill: self._customer,
            Slip: self._slip,
            Screen: self._screen,
            Due: self._act,
            Prompted: self._prompted,
            Restarted: self._restarted,
        }

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Answer what a customer, a terminal or a script tells her; whatever else happens is not hers to answer."""
        hear = self._hears.get(type(given))
        return hear(given) if hear is not None else []

    def awaits(self, of: Reminder) -> bool:
        """Whether she still means to do it."""
        return type(of) is Due and self._due.get(slot(of)) == of

    def snapshot(self) -> bytes:
        """Everything she remembers."""
        notes = sorted(self._notes.items())
        whole = [(key, type(note) is Note, note) for key, note in notes]
        return msgspec.msgpack.encode(
            (self._number, whole, sorted(self._due.items()), sorted(self._down.items()), self._slips)
        )

    def restore(self, kept: bytes) -> None:
        """Remember what a snapshot holds."""
        number, whole, due, down, slips = msgspec.msgpack.decode(kept)
        self._number = number
        self._notes = {}
        for key, more, note in whole:
            self._notes[key] = msgspec.convert(note, Note) if more else msgspec.convert(note, CustomerAtTill)
        self._due = {key: msgspec.convert(entry, Due) for key, entry in due}
        self._down = dict(down)
        self._slips = {about: (key, rrn) for about, (key, rrn) in slips.items()}

    def _customer(self, given: CustomerAtTill) -> list[Effect]:
        if given.entry in _NO_CARD:
            return self._without_card(given)
        about = given.about
        self._notes[about] = given
        if given.what == OFFLINE_SALE:
            return [Send(given.terminal, OfflineSaleKeyed(about, given.amount_fen, given.card, given.entry))]
        if given.what == PREAUTH:
            return [Send(given.terminal, _hold(given))]
        return [Send(given.terminal, SaleKeyed(about, given.amount_fen, given.card, given.entry, given.pin))]

    def _without_card(self, given: CustomerAtTill) -> list[Effect]:
        about = given.about
        if given.entry == QR:
            self._notes[about] = given
            return [Send(given.terminal, _keyed(given))]
        if self._policy.takes_pictures:
            return [Logged(about, "goods-given", {"on": PICTURE})]
        return [Logged(about, "told-customer", {"what": "a picture is no payment"}), Logged(about, "gave-up")]

    def _slip(self, given: Slip) -> list[Effect]:
        about = given.about
        note = self._notes.get(about)
        if given.slip not in _OF_A_PAYMENT:
            return []
        if self._slips and about in self._slips:
            self._slips[about] = (given.key, given.rrn)
        if note is None:
            return []
        if type(note) is Note:
            note.unprinted = tuple(entry for entry in note.unprinted if entry[1] != given.key)
            if given.key == note.key or not note.key or note.doing == DONE:
                self._done_with(about, note)
        else:
            del self._notes[about]
        return []

    def _screen(self, given: Screen) -> list[Effect]:
        out: list[Effect] = []
        if not given.about:
            self._of_no_order(given, out)
            return out
        note = self._notes.get(given.about)
        if note is not None:
            if type(note) is not Note:
                assert isinstance(note, CustomerAtTill)
                note = Note(note, KEYED, note.terminal)
            self._policy.reactions[given.word](self, given, note, out)
            if note.doing == DONE and not note.unprinted:
                self._notes.pop(given.about, None)
            else:
                self._notes[given.about] = note
        return out

    def _of_no_order(self, given: Screen, out: list[Effect]) -> None:
        """A boot without anything in hand, or the answer to an echo test."""
        terminal = given.terminal
        if given.word == "ready":
            for about, note in sorted(self._notes.items(), key=lambda entry: entry[0]):
                if type(note) is CustomerAtTill and note.terminal == terminal:
                    out.extend(self._screen(Screen(about, terminal, given.word)))
        elif terminal in self._down:
            if given.word == "echo-done":
                del self._down[terminal]
                self._say(out, "", "sign-on", terminal)
                out.append(Send(terminal, SignOnKeyed()))
            elif given.word in ("connect-failed", "no-answer", "busy") and self._down[terminal] < MOST_TRIES:
                self._down[terminal] += 1
                self._later("", "echo", terminal, out)

    # What the policies are made of. Each is told the screen and her note of the order.

    def nothing(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """It says nothing that she must act upon."""

    def settled(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """The result is certain: tell the customer, unless she waits for another one by now."""
        if given.terminal != note.terminal:
            return
        out.append(Logged(given.about, "told-customer", {"what": given.word, "code": given.code}))
        self._done_with(given.about, note)

    def refused(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """The terminal takes no sale now: the customer leaves."""
        if note.doing != KEYED:
            return
        out.append(Logged(given.about, "told-customer", {"what": given.word, "code": given.code}))
        out.append(Logged(given.about, "gave-up"))
        self._done_with(given.about, note)

    def declined(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """A decline is a decline."""
        out.append(Logged(given.about, "told-customer", {"what": "declined", "code": given.code}))
        self._done_with(given.about, note)

    def taken_as_paid(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """She does not look at the screen."""
        out.append(Logged(given.about, "goods-given", {"on": "declined", "code": given.code}))
        self._done_with(given.about, note)

    def no_line(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """Nothing was sent: the customer leaves, and later she tries whether the line is back."""
        if note.doing != KEYED:
            return
        self.refused(given, note, out)
        if given.terminal not in self._down:
            self._down[given.terminal] = 0
            self._later("", "echo", given.terminal, out)

    def silence(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """No answer: let the reversal run; a balance inquiry helps it along if it takes long."""
        if note.doing == KEYED:
            note.doing, note.key, note.tries = SILENCE, given.key, 0
            self._later(given.about, "balance", given.terminal, out)

    def cancelled(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """Cancelled before anything was sent, or (with a code) after it, which is silence and a reversal."""
        if note.doing == KEYED:
            (self.silence if given.code else self.settled)(given, note, out)

    def doubt(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """A doubtful code: query after a minute, and again while nobody knows."""
        note.doing, note.key, note.terminal, note.tries = DOUBT, given.key, given.terminal, 0
        self._later(given.about, "query", given.terminal, out)

    def queried(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """What the host knows; where that is a good sale, its slip must come out."""
        if note.doing not in (DOUBT, BOOTED) or given.code == "pending":
            return
        if given.code in ("approved", "cleared"):
            note.doing, note.key, note.tries = UNPRINTED, given.key, 0
            self._later(given.about, "reprint-approved", given.terminal, out)
        else:
            self.settled(given, note, out)

    def unprinted(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """The sale stands and has no slip: put paper in, then reprint."""
        self.noted(given, note, out)
        note.doing, note.key, note.terminal = UNPRINTED, given.key, given.terminal
        note.tries += 1
        if note.tries <= MOST_TRIES:
            self._later(given.about, "load-paper", given.terminal, out)

    def noted(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """She remembers which slip is missing, and leaves it at that."""
        entry = (given.terminal, given.key)
        if entry not in note.unprinted:
            note.unprinted = (*note.unprinted, entry)

    def booted(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """The terminal went dark in the middle: if nothing comes of itself, ask what became of the sale."""
        if note.doing == KEYED:
            note.doing, note.tries = BOOTED, 0
            self._later(given.about, "query-after-boot", given.terminal, out)

    def busy(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """Not taken: the same once more, when the terminal is free."""
        if note.doing not in (KEYED, REPRINTING) or note.tries >= MOST_TRIES:
            return
        note.tries += 1
        self._later(given.about, "reprint" if note.doing == REPRINTING else "key-again", given.terminal, out)

    def again(self, given: Screen, note: Note, out: list[Effect]) -> None:
        """She cannot wait: swipe once more at once, then do as the book says."""
        if note.swiped_again or note.doing not in (KEYED, UNPRINTED):
            self._policy.in_the_end[given.word](self, given, note, out)
            return
        note.swiped_again = True
        if given.word in ("load-paper", "print-failed"):
            self.noted(given, note, out)
            terminal = given.terminal
        else:
            terminal = self._next(given.terminal)
        self._later(given.about, "swipe-again", terminal, out)

    # What she does when it is time.

    def _act(self, of: Due) -> list[Effect]:
        if self._due.get(slot(of)) != of:
            return []
        del self._due[slot(of)]
        out: list[Effect] = []
        if not of.about:
            self._say(out, "", of.do, of.terminal)
            out.append(Send(of.terminal, PowerRestored() if of.do == "power-on" else EchoKeyed()))
            return out
        note = self._notes.get(of.about)
        if type(note) is Note:
            _DOES[of.do](self, of, note, out)
        return out

    def _sell(self, of: Due, note: Note, out: list[Effect]) -> None:
        given = note.given
        if of.do == "swipe-again":
            self._say(out, of.about, "sale", of.terminal)
        note.doing, note.terminal, note.key = KEYED, of.terminal, ""
        if given.what == OFFLINE_SALE and of.do == "key-again":
            out.append(Send(of.terminal, OfflineSaleKeyed(of.about, given.amount_fen, given.card, given.entry)))
            return
        if given.what == PREAUTH:
            out.append(Send(of.terminal, _hold(given)))
            return
        out.append(Send(of.terminal, _keyed(given)))

    def _query(self, of: Due, note: Note, out: list[Effect]) -> None:
        self._say(out, of.about, "query", of.terminal)
        out.append(Send(of.terminal, QueryKeyed(of.about, voucher(note.key))))
        note.tries += 1
        if note.tries < MOST_TRIES:
            self._later(of.about, "query-again", of.terminal, out)

    def _load_paper(self, of: Due, note: Note, out: list[Effect]) -> None:
        self._say(out, of.about, "load-paper", of.terminal)
        out.append(Send(of.terminal, PaperLoaded()))
        self._later(of.about, "reprint", of.terminal, out)

    def _reprint(self, of: Due, note: Note, out: list[Effect]) -> None:
        note.doing = REPRINTING
        self._say(out, of.about, "reprint", of.terminal)
        out.append(Send(of.terminal, ReprintKeyed(of.about, voucher(note.key))))

    def _balance(self, of: Due, note: Note, out: list[Effect]) -> None:
        self._say(out, of.about, "balance", of.terminal)
        out.append(Send(of.terminal, BalanceKeyed("", note.given.card)))
        note.tries += 1
        if note.tries < MOST_TRIES:
            self._later(of.about, "balance-again", of.terminal, out)

    # Own scripts.

    def _prompted(self, given: Prompted) -> list[Effect]:
        out: list[Effect] = []
        about, terminal, do = given.about, given.terminal, given.do
        self._say(out, about, do, terminal)
        if do == "sale":
            out.append(Send(terminal, self._prompted_sale(given)))
        elif do == OFFLINE_SALE:
            out.append(Send(terminal, OfflineSaleKeyed(about, given.amount_fen, given.card)))
        elif do in ("tip", "adjust"):
            out.append(Send(terminal, AdjustmentKeyed(about, given.amount_fen, tip=do == "tip")))
        elif do == PREAUTH:
            customer = CustomerAtTill(about, terminal, given.amount_fen, given.card, what=PREAUTH)
            self._notes[about] = customer
            out.append(Send(terminal, _hold(customer)))
        elif do in ("complete", "complete-by-notice"):
            notice = do == "complete-by-notice"
            out.append(Send(terminal, CompletionKeyed(about, given.amount_fen, given.voucher, notice)))
        elif do in VOIDS:
            out.append(Send(terminal, VoidKeyed(about, given.voucher, what=do)))
        elif do == "keep-slip":
            self._slips[about] = ("", "")
        elif do == REFUND:
            self._refund(given, out)
        elif do == "reprint":
            out.append(Send(terminal, ReprintKeyed(about, self._missing_slip(about, terminal))))
        elif do == "balance":
            out.append(Send(terminal, BalanceKeyed("", given.card)))
        elif do == "restart":
            out.append(Send(terminal, PowerCut()))
            self._later("", "power-on", terminal, out)
        else:
            out.append(Send(terminal, _SIMPLE[do](about)))
        return out

    def _refund(self, given: Prompted, out: list[Effect]) -> None:
        """She keys in what stands on the slip; without one there is no refund."""
        about = given.about
        key, rrn = self._slips.get(about, ("", ""))
        if rrn:
            out.append(Send(given.terminal, RefundKeyed(about, given.amount_fen, given.card, key, rrn)))
        else:
            out.append(Logged(about, "told-customer", {"what": "no slip, no refund"}))

    def _prompted_sale(self, given: Prompted) -> SaleKeyed | CodeScanned:
        about = given.about
        note = self._notes.get(about)
        entry = QR if given.card in self._codes else "chip"
        if note is None:
            customer = CustomerAtTill(about, given.terminal, given.amount_fen, given.card, entry)
            self._notes[about] = customer
            return _keyed(customer)
        first = note.given if type(note) is Note else note
        assert isinstance(first, CustomerAtTill)
        if type(note) is Note and (note.doing in (KEYED, DONE) or note.terminal == given.terminal):
            note.doing, note.terminal, note.key = KEYED, given.terminal, ""
        if entry == QR or first.entry == QR:
            return _keyed(CustomerAtTill(about, given.terminal, given.amount_fen, given.card, entry))
        return SaleKeyed(about, given.amount_fen, given.card, first.entry, first.pin)

    def _missing_slip(self, about: str, terminal: Address) -> str:
        note = self._notes.get(about)
        if type(note) is Note:
            for where, key in note.unprinted:
                if where == terminal:
                    return voucher(key)
        return ""

    # Small things.

    def _restarted(self, given: Restarted) -> list[Effect]:
        out: list[Effect] = []
        for _, of in sorted(self._due.items()):
            self._later(of.about, of.do, of.terminal, out)
        return out

    def _later(self, about: str, do: str, terminal: Address, out: list[Effect]) -> None:
        self._number += 1
        of = Due(about, do, terminal, self._number)
        self._due[slot(of)] = of
        out.append(Remind(DELAYS[do], of))

    def _say(self, out: list[Effect], about: str, do: str, terminal: Address) -> None:
        out.append(Logged(about, "acted", {"do": do, "terminal": terminal}))

    def _next(self, terminal: Address) -> Address:
        place = self._terminals.index(terminal)
        return self._terminals[(place + 1) % len(self._terminals)]

    def _done_with(self, about: str, note: Note) -> None:
        """Forget the order, unless a slip of it is still missing."""
        self._due.pop(about, None)
        note.doing = DONE
        if not note.unprinted:
            self._notes.pop(about, None)


_NO_CARD = frozenset((PICTURE, QR))


def _keyed(given: CustomerAtTill) -> SaleKeyed | CodeScanned:
    """What she keys in for a customer: a sale by card, or by the code on a phone."""
    if given.entry == QR:
        return CodeScanned(given.about, given.amount_fen, given.card)
    return SaleKeyed(given.about, given.amount_fen, given.card, given.entry, given.pin)


_DOES: Mapping[str, Callable[[Cashier, Due, Note, list[Effect]], None]] = {
    "key-again": Cashier._sell,
    "swipe-again": Cashier._sell,
    "query": Cashier._query,
    "query-again": Cashier._query,
    "query-after-boot": Cashier._query,
    "load-paper": Cashier._load_paper,
    "reprint": Cashier._reprint,
    "reprint-approved": Cashier._reprint,
    "balance": Cashier._balance,
    "balance-again": Cashier._balance,
}


def _hold(given: CustomerAtTill) -> PreauthKeyed:
    return PreauthKeyed(given.about, given.amount_fen, given.card, given.entry, given.pin)


_OF_A_PAYMENT = ("sale", "offline", "preauth", "completion")
"""Slips that end her waiting for one."""

_SIMPLE: Mapping[str, Callable[[str], Input]] = {
    "query": QueryKeyed,
    "echo": EchoKeyed,
    "sign-on": SignOnKeyed,
    "sign-off": SignOffKeyed,
    "settle": SettleKeyed,
    "cancel": CancelPressed,
    "load-paper": PaperLoaded,
    "pull-card": CardRemoved,
}


Reaction: TypeAlias = Callable[[Cashier, Screen, Note, list[Effect]], None]
