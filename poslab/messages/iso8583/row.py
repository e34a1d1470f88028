"""How a leg is written down: one row a message kind, and what all of them share."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece
from poslab.party.contract import Input
from poslab.party.time import Instant


class Row(Struct, frozen=True):
    """How one kind of message is written and read."""

    message: type[Input]
    writes: tuple[Callable[[Any, Fields], None], ...]
    reads: tuple[Callable[[Fields, Given, int], None], ...]
    needs: frozenset[int]
    sealed: bool
    """It ends in a MAC."""
    says_mac: bool
    """The message has a word for its MAC; where it has none, a broken one makes it undecodable."""
    has_pin: bool
    again: str
    """The message type of a copy, where copies have one of their own."""


def row(message: type[Input], *pieces: Piece, sealed: bool = True, again: str = "") -> Row:
    """A row of these pieces, in the order in which they are written and read."""
    names = [field.name for field in msgspec.structs.fields(message)]
    return Row(
        message=message,
        writes=tuple(piece.write for piece in pieces),
        reads=tuple(piece.read for piece in pieces),
        needs=frozenset(number for piece in pieces for number in piece.needs),
        sealed=sealed,
        says_mac="mac" in names,
        has_pin="pin" in names,
        again=again,
    )


class Leg(Struct, frozen=True):
    """A link between two kinds of parties: the messages that are said on it."""

    rows: tuple[Row, ...]
    owner: int
    """The field that names whose keys are used."""
    mac: int
    """The field of the MAC, the last one."""
    demands_mac: bool
    """Whether nothing is read that has a broken one; else the message says so, if it has a word for it."""
    opens: Callable[[Instant, str], Fields]
    """When it is sent and the acquirer's id → fields that every message of the leg has."""
