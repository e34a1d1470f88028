"""Who is there: each service keeps on the bus who of its parties is up, and hears it of the others.

It hears of itself as well. What is not its own says that another process serves the same, under one name at the broker,
which lets in one of them at a time: each would push the other out for ever, and answer what was meant for it. So who
comes asks first, under another name, whether somebody is there; and should two come at once, the second one leaves.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from poslab.party.contract import Address
from poslab.runtime.buses.bus import Bus, Out
from poslab.runtime.live.envelope import PRESENCE, Present, control_topic
from poslab.runtime.live.floor import Floor
from poslab.runtime.live.inputs import BAD_BYTES

_NOBODY: Final = Present()
_IN_CONNECTIONS: Final = 3
"""So often, each time after it was cut off, a service hears of an earlier one before it believes that this one lives:
what a broker had kept of a dead one is heard once."""
_KEPT_S: Final = 0.2
"""A broker has told by then what it keeps."""
_ANSWERS_S: Final = 3.0
"""Whoever lives has answered by then."""


async def is_served(bus: Bus, world: str, service: str, born: int) -> bool:
    """Whether a process that was ``born`` earlier serves this service, and answers. Joins the bus, and leaves it.

    It is asked with its own words, so that nobody else hears anything new; who serves says them again where somebody
    else has said them.
    """
    topic = control_topic(world, PRESENCE, service)
    told: asyncio.Queue[Present] = asyncio.Queue()

    def hear(topic: str, payload: bytes) -> None:
        try:
            present = msgspec.json.decode(payload, type=Present) if payload else _NOBODY
        except BAD_BYTES:
            return
        if 0 < present.born < born:
            told.put_nowait(present)

    await bus.start()
    try:
        await bus.subscribe(topic, hear)
        known = await asyncio.wait_for(told.get(), _KEPT_S)
        await bus.publish([Out(topic, msgspec.json.encode(Present(born, known.up)))])
        await asyncio.wait_for(told.get(), _ANSWERS_S)
    except TimeoutError:
        return False
    finally:
        await bus.close()
    return True


class Presence:
    """``homes`` says who sits in which service; ``breaks`` how often we were cut off from the bus. ``heard`` is called
    when somebody came or went, ``again`` when our own presence must be said once more; ``refuse`` takes a topic and
    why.
    """

    def __init__(
        self,
        world: str,
        service: str,
        homes: Mapping[Address, str],
        floor: Floor,
        *,
        born: int,
        breaks: Callable[[], int],
        heard: Callable[[], None],
        again: Callable[[], None],
        refuse: Callable[[str, str], None],
    ) -> None:
        self._topic = control_topic(world, PRESENCE, service)
        self._homes = homes
        self._floor = floor
        self._born = born
        self._breaks = breaks
        self._heard = heard
        self._again = again
        self._refuse = refuse
        self._services = set(homes.values())
        self._known: set[str] = set()
        """Services whose presence was seen."""
        self.is_answered = False
        """Whether somebody who was there before us has answered before we came."""
        self._of_an_earlier_one: set[int] = set()
        """The connections, by how many had broken before, in which one that was there before us was heard of."""

    @property
    def is_second(self) -> bool:
        """Whether another process, which was there before us, serves the same."""
        return self.is_answered or len(self._of_an_earlier_one) >= _IN_CONNECTIONS

    def is_there(self, service: str) -> bool:
        """Whether anybody of another service is up, by all that was heard of it."""
        return any(peer.up for address, peer in self._floor.peers.items() if self._homes[address] == service)

    def here(self) -> Out:
        """Who is up here, and whether they take connections."""
        up = {address: seat.accepts for address, seat in self._floor.seats.items() if seat.up}
        return Out(self._topic, msgspec.json.encode(Present(self._born, up)), keep=True)

    def gone(self) -> Out:
        """Nobody is here."""
        return Out(self._topic, msgspec.json.encode(_NOBODY), keep=True)

    def hear(self, topic: str, payload: bytes) -> None:
        """What another service keeps on the bus; permanent lines to its parties break, or are there again."""
        service = topic.rpartition("/")[2]
        try:
            present = msgspec.json.decode(payload, type=Present) if payload else _NOBODY
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        if service not in self._services:
            self._refuse(topic, "there is no such service")
            return
        if topic == self._topic:
            self._hear_of_ourselves(present)
            return
        first = service not in self._known
        if present.up:
            self._known.add(service)
        for address, peer in self._floor.peers.items():
            if self._homes[address] == service:
                was, peer.up, peer.accepts = peer.up, address in present.up, present.up.get(address, False)
                if peer.up != was and not (first and peer.up):
                    self._floor.peer_changed(address, up=peer.up)
        self._heard()

    def _hear_of_ourselves(self, present: Present) -> None:
        if present.born == self._born:
            return
        if 0 < present.born < self._born:
            self._of_an_earlier_one.add(self._breaks())
        if not self.is_second:
            self._again()
