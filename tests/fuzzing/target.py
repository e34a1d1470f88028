"""A host at the end of a wire: frames go through the codec into it, and what must never happen is looked for."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from acquirer.host.host import Host
from poslab.messages.card import SALE, AdviceResponse, FinancialRequest, FinancialResponse, key_of
from poslab.messages.iso8583 import mac
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dump import dump
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.keys import in_force, working_keys
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import decode, encode, spoken_in, troubles
from poslab.messages.iso8583.proofs import proofs
from poslab.party.contract import Effect, Party, Posted, Send
from poslab.party.time import HOUR, MINUTE, Instant, midnight
from poslab.world.calendar import Calendar
from poslab.world.presets import corner_shop
from tests.fuzzing.mutations import HARMS, Pen, forged
from tests.fuzzing.samples import APPROVED, MID, PENDING, TID, everything

FRESH_AFTER: Final = 400
"""So many frames meet one host before another one takes its place: what strangers tell it must not pile up here."""
BETWEEN_FRAMES: Final = 10 * MINUTE
"""Of the host's time: it meets its frames over almost three days."""
SLOW_US: Final = 2_000_000
"""Reading and answering one frame never takes longer."""

_CONFIRMS: Final = AdviceResponse
"""What a host sends the network that moves nothing: it has heard."""
_NAMES: Final = (*HARMS, "forged", "whole")
_MORNING: Instant = midnight(Calendar().first_day) + 10 * HOUR + 15 * MINUTE
_LOOKED_AT: Final = 16
"""One in so many frames is also shown to people."""


class Finding(NamedTuple):
    """Something that must not happen, and how to see it again."""

    number: int
    harm: str
    what: str


class Target:
    """The host that frames are told. ``make`` builds it; tests put broken ones in its place."""

    def __init__(self, seed: str, make: Callable[[], Party] | None = None) -> None:
        self.seed = seed
        self.tally: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self._make = make or (lambda: Host(corner_shop()))
        self._samples = [(dialect, encode(message, dialect)) for dialect, message in everything()]
        self._weighty = [
            (dialect, encode(message, dialect))
            for dialect, message in everything()
            if message.kind in _weighty_in(dialect)
        ]
        self._by_dialect = {
            name: [frame for dialect, frame in self._samples if dialect.name == name]
            for name in {dialect.name for dialect, _ in self._samples}
        }
        self._told = 0
        self._fresh()

    def try_number(self, number: int) -> None:
        """Make the frame of a number, and tell it: the same one for the same seed, whichever came before."""
        dice = Random(f"{self.seed}/{number}")
        dialect, frame = dice.choice(self._weighty if dice.random() < 0.5 else self._samples)
        other = dice.choice(self._by_dialect[dialect.name])
        harm = dice.choice(_NAMES)
        pen = Pen(dice, frame, dialect, other, self._versions())
        harmed = frame if harm == "whole" else forged(pen) if harm == "forged" else HARMS[harm](pen)
        altered = harmed != frame and harm != "forged"
        self.tally[harm] += 1
        try:
            self.tell(number, harm, harmed, dialect, altered)
        except Exception as error:  # whatever it is: that is what is being looked for
            self._find(number, harm, f"{type(error).__name__}: {error}")

    def try_again(self, number: int) -> None:
        """What came of the frame of a number when it was met among all: those before it met the same host."""
        first = (number + 1) // FRESH_AFTER * FRESH_AFTER - 1
        self._told = max(first, 0)
        for earlier in range(self._told, number):
            self.try_number(earlier)
        self.findings.clear()
        self.try_number(number)

    def tell(self, number: int, harm: str, frame: bytes, dialect: Dialect, altered: bool) -> None:
        """One frame through the codec and, if it is a message, to the host."""
        self._told += 1
        if self._told % FRESH_AFTER == 0:
            self._looks_the_same_when_restored()
            self._fresh()
        began = time.process_time_ns()
        if number % _LOOKED_AT == 0:
            dump(frame, dialect)
            proofs(frame, dialect)
            troubles(frame, dialect=dialect)
        try:
            message = decode(frame, dialect=dialect, versions=self._versions())
        except Undecodable:
            self.tally["undecodable"] += 1
        else:
            self.tally["told to the host"] += 1
            effects = self._host.handle(message, _MORNING + self._told % FRESH_AFTER * BETWEEN_FRAMES) or ()
            if altered and moves_money(effects):
                if _agrees_all_the_same(frame, dialect, self._versions()):
                    self.tally["altered twice, so that the MAC cannot tell"] += 1
                else:
                    self._find(number, harm, f"an altered {message.kind} moved money")
            if moves_money(effects):
                self.tally["moved money"] += 1
        if time.process_time_ns() - began > SLOW_US * 1_000:
            self._find(number, harm, f"{len(frame)} bytes took too long")

    def _versions(self) -> dict[str, int]:
        versions: dict[str, int] = self._host.versions()  # type: ignore[attr-defined]
        return versions

    def _find(self, number: int, harm: str, what: str) -> None:
        self.findings.append(Finding(number, harm, what))
        self._fresh()

    def _fresh(self) -> None:
        """A host in the middle of its day: one sale approved, one waiting for the network, one undone, one in doubt."""
        self._host = self._make()
        for key, code in ((APPROVED, "00"), (PENDING, ""), (_key("000019"), "51"), (_key("000020"), "98")):
            sale = FinancialRequest("", key, MID, SALE, 12_800, "good-debit")
            for effect in self._host.handle(sale, _MORNING) or ():
                if type(effect) is Send and type(effect.message) is FinancialRequest and code:
                    self._host.handle(answered(effect.message, code), _MORNING)

    def _looks_the_same_when_restored(self) -> None:
        kept = self._host.snapshot()
        reborn = self._make()
        reborn.restore(kept)
        if reborn.snapshot() != kept:
            self._find(self._told, "", "the host is another one after a restart")


def _weighty_in(dialect: Dialect) -> tuple[str, ...]:
    """What moves money when the host hears it: tried as often as all the rest together."""
    if dialect is NETWORK:
        return ("0110", "0210", "0230", "0420", "0430")
    return ("0100", "0200", "0220", "0320", "0400")


def answered(request: FinancialRequest, code: str) -> FinancialResponse:
    """The network's answer to a request."""
    auth = "123456" if code == "00" else ""
    return FinancialResponse("", request.key, request.mid, request.what, request.amount_fen, code, request.rrn, auth)


def moves_money(effects: tuple[Effect, ...] | list[Effect]) -> bool:
    """Whether anything was posted, or asked of the network that may post."""
    for effect in effects:
        if type(effect) is Posted:
            return True
        if type(effect) is Send and effect.to == "switch" and type(effect.message) is not _CONFIRMS:
            return True
    return False


def _key(stan: str) -> str:
    return key_of(TID, "000001", stan)


def _agrees_all_the_same(frame: bytes, dialect: Dialect, versions: dict[str, int]) -> bool:
    """Whether the MAC is that of these very bytes: two equal changes a multiple of eight bytes apart cancel in it."""
    spoken = spoken_in(dialect)
    _, fields = spoken.codec.decode(frame)
    if spoken.leg.mac not in fields:
        return False
    owner = fields[spoken.leg.owner]
    return mac.agrees(*spoken.parted(frame), working_keys(owner, in_force(owner, versions)).tak)
