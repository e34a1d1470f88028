"""What passes through a world's door: frames of four length bytes and a message in msgpack."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from poslab.runtime.buses.bus import LARGEST_BYTES, Out

LARGEST_FRAME: Final = 2 * LARGEST_BYTES
_HEAD: Final = 4


class Join(Struct, frozen=True, array_like=True, tag=True):
    """The first frame of a member. ``will`` is published for it if it is cut off."""

    will: Out | None = None


class Listen(Struct, frozen=True, array_like=True, tag=True):
    """It wants to hear what fits a filter, as its ``place``-th; answered by ``Taken``."""

    number: int
    place: int
    topics: str


class Say(Struct, frozen=True, array_like=True, tag=True):
    """It publishes; answered by ``Taken``."""

    number: int
    outs: tuple[Out, ...]


class Leave(Struct, frozen=True, array_like=True, tag=True):
    """It goes for good: no will is published."""


class Heard(Struct, frozen=True, array_like=True, tag=True):
    """To a member: what came on a topic that its ``place``-th filter fits."""

    place: int
    topic: str
    payload: bytes


class Taken(Struct, frozen=True, array_like=True, tag=True):
    """To a member: what had this number is taken."""

    number: int


class BadFrame(ValueError):
    """What came is no frame: why."""


_encode = msgspec.msgpack.Encoder().encode
_FROM_MEMBERS = msgspec.msgpack.Decoder(Join | Listen | Say | Leave)
_TO_MEMBERS = msgspec.msgpack.Decoder(Heard | Taken)


def framed(frame: Struct) -> bytes:
    """A frame as bytes."""
    body = _encode(frame)
    return len(body).to_bytes(_HEAD, "big") + body


async def of_member(reader: asyncio.StreamReader) -> Join | Listen | Say | Leave | None:
    """The next frame of a member, ``None`` at its end; ``BadFrame`` for anything else."""
    body = await _body(reader)
    try:
        return None if body is None else _FROM_MEMBERS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFrame(str(error)) from None


async def to_member(reader: asyncio.StreamReader) -> Heard | Taken | None:
    """The next frame for a member, ``None`` at its end; ``BadFrame`` for anything else."""
    body = await _body(reader)
    try:
        return None if body is None else _TO_MEMBERS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFrame(str(error)) from None


async def _body(reader: asyncio.StreamReader) -> bytes | None:
    try:
        length = int.from_bytes(await reader.readexactly(_HEAD), "big")
        if length > LARGEST_FRAME:
            raise BadFrame(f"{length} bytes, at most {LARGEST_FRAME} are taken")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def in_pieces(outs: Sequence[Out]) -> Iterator[tuple[Out, ...]]:
    """What is to be said, in order, in pieces that fit a frame; ``ValueError`` for what is larger than a bus takes."""
    piece: list[Out] = []
    size = 0
    for out in outs:
        if len(out.payload) > LARGEST_BYTES:
            raise ValueError(f"{out.topic}: {len(out.payload)} bytes, at most {LARGEST_BYTES} are carried")
        if piece and size + len(out.payload) > LARGEST_BYTES:
            yield tuple(piece)
            piece, size = [], 0
        piece.append(out)
        size += len(out.payload) + len(out.topic) + 32
    if piece:
        yield tuple(piece)
