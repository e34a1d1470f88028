"""What passes between services, around the message itself, and the topics it passes on.

``poslab/<world>/<to-service>/<to-party>/<from-service>/<from-party>``: who sent something is read from the topic, on
which the broker lets only that service write, never from the body. Several messages from one service to another that
wait at the same time go as one, in order: then ``_`` stands in place of both parties, and each message names its own;
its sender must sit in the service that the topic names. Topics with ``_`` in the second place carry what is no message:
tempo, presence, lines of the history, commands and their answers.
"""

from typing import Final

import msgspec
from msgspec import Struct

from poslab.party.contract import Address
from poslab.party.time import Instant
from poslab.runtime.journals.journal import Name
from poslab.runtime.live.inputs import Number

VERSION: Final = 1

TEMPO: Final = "tempo"
PRESENCE: Final = "presence"
LINES: Final = "lines"
COMMAND: Final = "command"
ANSWER: Final = "answer"
WORLD: Final = "world"
"""The world itself, kept on the bus by every service that serves a part of it; what it says is its own affair."""

TOGETHER: Final = "_"
"""Stands for the parties where several messages go together."""


class Envelope(Struct, frozen=True, gc=False, array_like=True):
    """One message. ``line`` and ``effect`` name it: the sender's line that sent it, and the effect on that line."""

    version: Number
    line: Number
    effect: Number
    copy: Number
    attempt: Number
    due: Number
    """When it arrives: the link's delay, and what faults add to it, are over."""
    garbled: bool
    """Its bytes were damaged on the way: this is what they leave of it."""
    message: msgspec.Raw
    """``null`` where a frame says it."""
    about: str = ""
    frame: bytes = b""
    """A message as the bytes of its standard; nothing but these and ``about`` says what it is."""


class Posted(Struct, frozen=True, gc=False, array_like=True):
    """One of several messages that go together."""

    to: Address
    sender: Address
    envelope: Envelope


class Said(Struct, frozen=True, gc=False, array_like=True):
    """One line of one party, as its service publishes it. ``given`` and ``effects`` are JSON as in a history."""

    party: Address
    n: int
    at: Instant
    given: msgspec.Raw
    heard: Name | None
    effects: msgspec.Raw


class Present(Struct, frozen=True):
    """Who of a service's parties is up, and whether each takes connections; what a service keeps on the bus of itself.

    ``born`` tells one process from another that serves the same. Nobody is there where nothing is said.
    """

    born: Number = 0
    up: dict[Address, bool] = {}


def message_topic(world: str, to_service: str, to: Address, from_service: str, sender: Address) -> str:
    """Where a message goes."""
    return f"poslab/{world}/{to_service}/{to}/{from_service}/{sender}"


def parcel_topic(world: str, to_service: str, from_service: str) -> str:
    """Where several messages go together."""
    return f"poslab/{world}/{to_service}/{TOGETHER}/{from_service}/{TOGETHER}"


def inbox_of(world: str, service: str) -> str:
    """The filter of everything that is said to a service's parties."""
    return f"poslab/{world}/{service}/+/+/+"


def control_topic(world: str, what: str, *words: str) -> str:
    """Where what is no message goes; a service's own topics end with its name."""
    return "/".join(("poslab", world, "_", what, *words))
