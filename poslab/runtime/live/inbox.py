"""What comes from other services, read as far as it can be: all else is refused, with why, and stops nobody."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from poslab.party.contract import Address, Input, Reminder
from poslab.party.time import DAY, Instant
from poslab.runtime.journals.journal import Name
from poslab.runtime.live.envelope import TOGETHER, VERSION, Envelope, Posted
from poslab.runtime.live.floor import Floor
from poslab.runtime.live.frames import Frame
from poslab.runtime.live.inputs import BAD_BYTES, refuse_large_numbers
from poslab.runtime.seats import Seat

_LONGEST_WAY: Final = 400 * DAY
_MOST_ON_THEIR_WAY: Final = 1_000_000


class Inbox:
    """``homes`` says who sits in which service. ``arrive`` takes what was read, ``refuse`` a topic and why."""

    def __init__(
        self,
        homes: Mapping[Address, str],
        floor: Floor,
        decode: Mapping[Address, Callable[[bytes], Input]],
        *,
        arrive: Callable[[Seat, Input | Frame, Name, Instant], None],
        refuse: Callable[[str, str], None],
    ) -> None:
        self._homes = homes
        self._floor = floor
        self._decode = decode
        self._arrive = arrive
        self._refuse = refuse

    def take(self, topic: str, payload: bytes) -> None:
        """A message, or several together; who sent it is read from the topic."""
        *_, to, from_service, sender = topic.split("/")
        try:
            posted = _PARCELS.decode(payload) if to == TOGETHER else [Posted(to, sender, _ENVELOPES.decode(payload))]
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        for one in posted:
            self._take(topic, from_service, one.to, one.sender, one.envelope)

    def _take(self, topic: str, from_service: str, to: Address, sender: Address, envelope: Envelope) -> None:
        """One message, of a party that must sit in the service that brought it."""
        seat = self._floor.seats.get(to)
        if seat is None or self._homes.get(sender) != from_service:
            self._refuse(topic, "nobody here is called that, or its sender sits elsewhere")
            return
        try:
            given = self._read(sender, to, envelope)
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        if isinstance(given, Reminder):
            self._refuse(topic, "a reminder is nobody else's to send")
        elif envelope.due - self._floor.now > _LONGEST_WAY or len(self._floor.timers) >= _MOST_ON_THEIR_WAY:
            self._refuse(topic, "it is on its way for too long, or too many are")
        else:
            name = (sender, envelope.line, envelope.effect, envelope.copy, envelope.garbled)
            self._arrive(seat, given, name, envelope.due)

    def _read(self, sender: Address, to: Address, envelope: Envelope) -> Input | Frame:
        if envelope.version != VERSION:
            raise msgspec.ValidationError(f"version {envelope.version}")
        if envelope.frame:
            wire = self._floor.wire
            if wire is None or (sender, to) not in wire.links:
                raise msgspec.ValidationError("bytes, where none are spoken")
            return Frame(envelope.about, envelope.frame)
        message = bytes(envelope.message)
        refuse_large_numbers(message)
        return self._decode[to](message)


_ENVELOPES = msgspec.json.Decoder(Envelope)
_PARCELS = msgspec.json.Decoder(list[Posted])
