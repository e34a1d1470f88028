"""Real bytes on the card leg of a virtual world: written with their sender's keys and read with their receiver's.

Terminals and host state the versions of their keys; a platform has none and passes on what it hears, and between
acquirer, network and issuer the keys never change. What is damaged on its way has one bit flipped, where that leaves a
message which can still be read and of which only the MAC tells; anything worse is as good as lost, and there is a fault
for that.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from zlib import crc32

from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.keys import FIRST, Versions
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import decode, encode, messages_of
from poslab.party.contract import Address, Input, Send
from poslab.party.time import SECOND, Instant, date_of
from poslab.runtime.seats import LinkSpec
from poslab.world.contracts import Contracts
from poslab.world.world import World

_TERMINAL_LEG: Final = frozenset(("terminal", "platform", "host"))
_TRIED: Final = 64
"""So many versions of its keys a terminal may have used when somebody who has none of them looks at a frame."""
_NETWORK_LEG: Final = frozenset(("host", "switch", "issuer"))


class Wire:
    """The bytes of a world. ``party_at`` answers who sits at an address now: a process that died is another one."""

    def __init__(self, world: World, specs: list[LinkSpec], party_at: Callable[[Address], Any]) -> None:
        self._roles = world.roles()
        self._contracts = Contracts(world)
        self._party_at = party_at
        spoken = {(spec.sender, spec.to): self._spoken_on(spec) for spec in specs}
        self._dialects: Mapping[tuple[Address, Address], Dialect] = {
            ends: dialect for ends, dialect in spoken.items() if dialect is not None
        }
        self.links = frozenset(self._dialects)
        """Sender and receiver of each link that carries bytes."""

    def write(self, sender: Address, to: Address, send: Send, at: Instant, damaged: bool) -> bytes | None:
        """A message as its sender's keys seal it; ``None`` where it has no bytes on this link."""
        message, dialect = send.message, self._dialects[sender, to]
        if type(message) not in messages_of(dialect):
            return None
        frame = encode(
            message,
            dialect,
            versions=self._in_force(sender, message),
            sent_at=at - at % SECOND,
            acquirer=self._contracts.of_key(getattr(message, "key", "")).acquirer_id,
            repeated=send.attempt > 1,
        )
        return self._flipped(frame, message, at, dialect) if damaged else frame

    def read(self, sender: Address, to: Address, said: Input, frame: bytes, at: Instant) -> Input | None:
        """What the receiver's keys say of a frame; ``None`` where it is no message.

        A message whose MAC is broken is what it leaves of itself then. Anything else that is read and was not said is
        our own bug.
        """
        read = self._decoded(frame, said.about, at, self._dialects[sender, to], self._in_force(to, said))
        if read is None or read == said:
            return read
        if getattr(read, "mac", True):
            raise AssertionError(f"{said.kind} of {sender} to {to} was changed by its bytes")
        return said.garbled()

    def hear(self, sender: Address, to: Address, about: str, frame: bytes, at: Instant) -> Input | None:
        """What the receiver's keys say of a frame that is all there is; ``None`` where it is no message.

        ``about`` is what goes beside the bytes, as in every message. A broken MAC leaves of a message what it leaves.
        """
        dialect = self._dialects[sender, to]
        if self._roles[to] != "platform":
            read = self._decoded(frame, about, at, dialect, self._keys_of(to))
        else:
            read = self._passed_on(frame, about, at, dialect)
        if read is None or getattr(read, "mac", True):
            return read
        return read.garbled()

    def _passed_on(self, frame: bytes, about: str, at: Instant, dialect: Dialect) -> Input | None:
        """What a platform makes of a frame, whichever version of the keys it was sealed with."""
        read = self._decoded(frame, about, at, dialect, FIRST)
        for version in range(2, _TRIED + 1):
            if read is None or getattr(read, "mac", True):
                break
            read = self._decoded(frame, about, at, dialect, {_tid(read): version})
        return read

    def _flipped(self, frame: bytes, message: Input, at: Instant, dialect: Dialect) -> bytes:
        """The frame with a bit flipped that only the MAC tells of; which one follows from the frame.

        Between hosts nothing can be made of a frame whose MAC does not agree: there any flip that leaves nothing does.
        """
        wanted, versions = message.garbled(), {_tid(message): getattr(message, "mac", 0) or 1}
        bits = 8 * len(frame)
        first = crc32(frame) % bits
        nothing: bytes | None = None
        for bit in range(first, first + bits):
            at_byte, mask = bit % bits // 8, 1 << bit % 8
            damaged = frame[:at_byte] + bytes((frame[at_byte] ^ mask,)) + frame[at_byte + 1 :]
            read = self._decoded(damaged, message.about, at, dialect, versions)
            if read == wanted:
                return damaged
            if read is None and nothing is None:
                nothing = damaged
        if nothing is not None:
            return nothing
        raise AssertionError(f"no bit of a {message.kind} breaks its MAC alone")

    @staticmethod
    def _decoded(frame: bytes, about: str, at: Instant, dialect: Dialect, versions: Versions) -> Input | None:
        try:
            return decode(frame, about, date_of(at).year, dialect, versions=versions)
        except Undecodable:
            return None

    def _in_force(self, address: Address, message: Input) -> Versions:
        if self._roles[address] == "platform":
            return {_tid(message): getattr(message, "mac", 0) or 1}
        return self._keys_of(address)

    def _keys_of(self, address: Address) -> Versions:
        if self._roles[address] not in ("terminal", "host"):
            return FIRST
        versions: Versions = self._party_at(address).versions()
        return versions

    def _spoken_on(self, spec: LinkSpec) -> Dialect | None:
        ends = {self._roles.get(spec.sender, ""), self._roles.get(spec.to, "")}
        if ends <= _TERMINAL_LEG:
            return TERMINAL
        return NETWORK if ends <= _NETWORK_LEG else None


def _tid(message: Input) -> str:
    return str(getattr(message, "key", "")).partition("-")[0]
