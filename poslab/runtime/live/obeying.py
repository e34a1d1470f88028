"""What a service does on command of the stage, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from poslab.party.contract import Address, Input, Party
from poslab.runtime.journals.journal import Name
from poslab.runtime.live.floor import Floor, Item
from poslab.runtime.live.injections import injection_of
from poslab.runtime.live.inputs import BAD_BYTES
from poslab.runtime.live.keeping import Keeping
from poslab.runtime.live.lines import Lines
from poslab.runtime.live.orders import Command, Status
from poslab.runtime.live.standing import STAGE, Progress
from poslab.runtime.live.timers import Event

_OF_FAULTS: Final = ("inject", "heal", "begin", "end")


class Obeying:
    """``recast`` makes a newborn party that behaves as a word says; ``status`` says how the service stands, in answer
    to a command; ``answer`` publishes it; ``working`` says whether a batch is in hand; ``refuse`` takes what
    cannot be carried out, and why.
    """

    def __init__(
        self,
        floor: Floor,
        progress: Progress,
        lines: Lines,
        keeping: Keeping,
        decode: Mapping[Address, Callable[[bytes], Input]],
        recast: Callable[[Address, str], Party] | None,
        *,
        status: Callable[[int, bool, str], Status],
        answer: Callable[[Status], None],
        working: Callable[[], bool],
        refuse: Callable[[str, str], None],
    ) -> None:
        self.waits: dict[Name, int] = {}
        """What the stage told → its command, which is answered when the input is durable."""
        self._unnoted: list[int] = []
        """Commands that are answered when how faults stand is kept."""
        self._floor = floor
        self._progress = progress
        self._lines = lines
        self._keeping = keeping
        self._working = working
        self._decode = decode
        self._recast = recast
        self._status = status
        self._answer = answer
        self._refuse = refuse

    def hear(self, topic: str, payload: bytes) -> None:
        """A command: carry it out and answer, or refuse it."""
        try:
            command = msgspec.json.decode(payload, type=Command)
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        refusal = ""
        try:
            if not self._obey(command):
                return  # it is answered when it is kept
        except (LookupError, ValueError, TypeError, RecursionError, OverflowError) as error:
            refusal = f"{error}"
            self._refuse(topic, refusal)
        self._answer(self._status(command.number, command.do == "status" and command.word == "full", refusal))

    def durable(self, told: Sequence[Item]) -> None:
        """These are in the journal, and told: answer whoever waits for that."""
        if self.waits:
            for item in told:
                if item.heard is not None and (number := self.waits.pop(item.heard, None)) is not None:
                    self._answer(self._status(number, False, ""))

    def noted(self) -> None:
        """How faults stand is in the journal: answer whoever changed that."""
        unnoted, self._unnoted = self._unnoted, []
        for number in unnoted:
            self._answer(self._status(number, False, ""))

    def _obey(self, command: Command) -> bool:
        """Carry it out; false where its answer has to wait."""
        self._floor.wake()
        if command.do == "tell":
            return self._tell(command)
        if command.do in _OF_FAULTS:
            return self._change_faults(command)
        if command.do == "behave":
            self._behave(command.party, command.word)
            self._keeping.first = True
        elif command.do == "again":
            wanted = msgspec.json.decode(command.given, type=dict[Address, int])
            self._lines.say_again(self._progress.seq, wanted)
        elif command.do != "status":
            raise ValueError(f"no such command: {command.do!r}")
        return True

    def _change_faults(self, command: Command) -> bool:
        """What changes is answered when it is kept: it outlives this process."""
        floor, injector = self._floor, self._floor.injector
        if command.do == "inject":
            injection = injection_of(bytes(command.given))
            if command.word:
                injector.draw_from(command.word)
            if floor.strikes_here(injection):
                injector.add(injection)
        elif command.do == "heal":
            injector.heal()
        elif command.do == "begin":
            injector.begin(command.word)
        else:
            with suppress(KeyError):  # it strikes elsewhere
                injector.end(command.word)
        if not injector.changed:
            return True
        self._unnoted.append(command.number)
        floor.settle()
        return False

    def _tell(self, command: Command) -> bool:
        """What is to be told at once is answered when it is in the journal: whoever is not answered asks again."""
        floor = self._floor
        seat = floor.seats[command.party]
        given = self._decode[command.party](bytes(command.given))
        name = (STAGE, command.number, 0, 0, False)
        at_once = command.at <= floor.now and seat.up and not seat.paused
        if self._progress.arrived[command.party].add(name):
            floor.later(max(command.at, floor.now), self._befalls, (seat, given, name))
            if at_once:
                self.waits[name] = command.number
            return not at_once
        waits = name in self.waits and (self._working() or any(item.heard == name for item in floor.soon))
        if not waits:
            self.waits.pop(name, None)
        return not waits

    def _befalls(self, event: Event) -> None:
        self._floor.befall(*event.value)

    def _behave(self, address: Address, word: str) -> None:
        """Let somebody else sit there, who behaves in that way: before the world begins, and after every restart."""
        if self._recast is None or self._progress.parties[address].n:
            raise ValueError(f"{address} has begun, and cannot be made to behave {word!r} any more")
        self._progress.parties[address].behaves = word
        self._floor.seats[address].seat(self._recast(address, word))
