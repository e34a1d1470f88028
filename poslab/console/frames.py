"""The bytes that a message of a run has on its leg, as people may see them: masked, field by field.

A run without bytes has none to show; they follow from the message by the codec, so they are made when somebody asks.
"""

from itertools import pairwise
from typing import Final

from msgspec import Struct

from poslab.console.story import Arrow
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.dump import DumpLine, dump
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import encode, messages_of
from poslab.party.contract import Address, Input
from poslab.party.time import SECOND, Instant
from poslab.world.contracts import Contracts
from poslab.world.world import World

_TERMINAL_LEG: Final = frozenset(("terminal", "platform", "host"))
_NETWORK_LEG: Final = frozenset(("host", "switch", "issuer"))
_STARS: Final = "··"


class Frame(Struct, frozen=True):
    """One frame. ``masked`` is its bytes in hexadecimal, with ``··`` for each byte that nobody may see."""

    dialect: str
    size_bytes: int
    lines: tuple[DumpLine, ...]
    masked: str


def frame_of(arrow: Arrow, world: World) -> Frame | None:
    """The frame of a message; ``None`` where its leg has no bytes (people, notices, papers) or nothing was sent."""
    if arrow.message is None:
        return None
    sent = bytes_of(arrow.message, arrow.sender, arrow.to, arrow.at, arrow.attempt, world)
    if sent is None:
        return None
    dialect, frame = sent
    lines = tuple(dump(frame, dialect))
    return Frame(dialect.name, len(frame), lines, _masked(frame, lines))


def bytes_of(
    message: Input, sender: Address, to: Address, at: Instant, attempt: int, world: World
) -> tuple[Dialect, bytes] | None:
    """A message as it crosses its leg, and in which dialect; ``None`` where it has no bytes there. Not for people."""
    dialect = _dialect(sender, to, world)
    if dialect is None or type(message) not in messages_of(dialect):
        return None
    acquirer = Contracts(world).of_key(getattr(message, "key", "")).acquirer_id
    try:
        return dialect, encode(message, dialect, sent_at=at - at % SECOND, acquirer=acquirer, repeated=attempt > 1)
    except Unencodable:
        return None  # a value that the wire cannot hold: a party said so in a world without bytes


def _dialect(one: Address, other: Address, world: World) -> Dialect | None:
    roles = world.roles()
    ends = {roles.get(one, ""), roles.get(other, "")}
    if ends <= _TERMINAL_LEG:
        return TERMINAL
    return NETWORK if ends <= _NETWORK_LEG else None


def _masked(frame: bytes, lines: tuple[DumpLine, ...]) -> str:
    """The parts of a field share its offset; one that is hidden, or shown with stars, hides them all."""
    starts = sorted({line.offset for line in lines} | {len(frame)})
    hidden = {line.offset for line in lines if line.hidden or "*" in line.value}
    shown = []
    for begin, end in pairwise(starts):
        piece = frame[begin:end]
        shown += [_STARS] * len(piece) if begin in hidden else [f"{byte:02X}" for byte in piece]
    return " ".join(shown)
