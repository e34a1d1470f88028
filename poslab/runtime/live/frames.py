"""Messages that travel as the bytes of a standard: handed in by the stage, which knows messages and keys.

The receiver reads a message from the bytes alone, when it arrives and with the keys that are in force then; beside them
goes only what the message is about.
"""

from collections.abc import Callable, Collection
from typing import Any, Protocol

from msgspec import Struct

from poslab.party.contract import Address, Input, Send
from poslab.party.time import Instant


class Frame(Struct, frozen=True, gc=False):
    """A message on its way, as bytes."""

    about: str
    bytes_: bytes


class LiveWire(Protocol):
    """What makes bytes of messages, and messages of bytes."""

    @property
    def links(self) -> Collection[tuple[Address, Address]]:
        """The directions that carry bytes: sender and receiver."""
        ...

    def write(self, sender: Address, to: Address, send: Send, at: Instant, damaged: bool) -> bytes | None:
        """The frame of a message, damaged or not; ``None`` for what goes this way without bytes."""
        ...

    def hear(self, sender: Address, to: Address, about: str, frame: bytes, at: Instant) -> Input | None:
        """What the receiver makes of a frame; ``None`` where nothing can be made of it."""
        ...


WireOf = Callable[[Callable[[Address], Any]], LiveWire]
"""Makes a wire of whoever answers which party sits at an address now."""


def on_its_way(wire: LiveWire | None, send: Send, sender: Address, at: Instant, garbled: bool) -> Input | Frame | None:
    """What a link carries of a message; ``None`` where nothing is left of it."""
    message = send.message.garbled() if garbled else send.message
    if wire is None or message is None or (sender, send.to) not in wire.links:
        return message
    frame = wire.write(sender, send.to, send, at, garbled)
    return message if frame is None else Frame(send.message.about, frame)
