"""The virtual runtime where some links carry bytes: what is heard is what was read of them, not what was said.

The runtime knows neither messages nor bytes. It is handed two functions, one that makes a frame of a message and one
that reads it when it arrives; what lies between is on its way, and may be damaged there. Everything else, and every
instant, is as it is without bytes.
"""

from collections.abc import Collection
from typing import Any, ClassVar, Protocol

from poslab.faults.handles import Passing
from poslab.history.line import Garbled, Heard
from poslab.party.contract import Address, Input, Send
from poslab.party.time import Instant
from poslab.runtime.seats import Link
from poslab.runtime.virtual import Virtual


class Wire(Protocol):
    """What makes bytes of messages, and messages of bytes."""

    @property
    def links(self) -> Collection[tuple[Address, Address]]:
        """The directions that carry bytes: sender and receiver."""
        ...

    def write(self, sender: Address, to: Address, send: Send, at: Instant, damaged: bool) -> bytes | None:
        """The frame of a message, damaged or not; ``None`` for what goes this way without bytes."""
        ...

    def read(self, sender: Address, to: Address, said: Input, frame: bytes, at: Instant) -> Input | None:
        """What the receiver makes of a frame in which ``said`` was sent; ``None`` where nothing can be made of it."""
        ...


class _OnTheWay(Input, frozen=True):
    """A frame between two parties, with what its sender said."""

    kind: ClassVar[str] = "frame"

    said: Input
    frame: bytes


class Wired(Virtual):
    """A world in virtual time with bytes on the links that a wire names."""

    def __init__(self, *world: Any, wire: Wire, **settings: Any) -> None:
        self._wire = wire
        super().__init__(*world, **settings)
        self._arrivals = [self._take_off]
        for sender, to in sorted(wire.links):
            link = self.seats[sender].links[to]
            link.unharmed = []
            link.harm(link.faults or [])

    def _put_on(self, link: Link, send: Send, passing: Passing, n: int, index: int) -> tuple[Input | None, Heard]:
        given, heard = super()._put_on(link, send, passing, n, index)
        if given is None or (link.sender, link.to) not in self._wire.links:
            return given, heard
        frame = self._wire.write(link.sender, link.to, send, self.now, passing.garbled)
        if frame is None:
            return given, heard
        return _OnTheWay(given.about, send.message, frame), Heard(n, index, passing.copy)

    def _take_off(self, event: Any) -> None:
        """A frame, or something that needs none, is there."""
        tick, link, given, heard = event.load
        if type(given) is _OnTheWay and link.seat.up and not link.closed:
            self.wake()
            read = self._wire.read(link.sender, link.to, given.said, given.frame, self.now)
            if read is None:
                return
            if read != given.said:
                heard = Garbled(heard.line, heard.effect, heard.copy)
            event.load = (tick, link, read, heard)
        self._arrive(event)
