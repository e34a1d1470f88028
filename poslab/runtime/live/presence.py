"""Who is there: each service keeps on the bus who of its parties is up, and hears it of the others."""

from collections.abc import Callable, Mapping

import msgspec

from poslab.party.contract import Address
from poslab.runtime.buses.bus import Out
from poslab.runtime.live.envelope import PRESENCE, control_topic
from poslab.runtime.live.floor import Floor
from poslab.runtime.live.inputs import BAD_BYTES


class Presence:
    """``homes`` says who sits in which service. ``heard`` is called when somebody came or went; ``refuse`` takes a
    topic and why.
    """

    def __init__(
        self,
        world: str,
        service: str,
        homes: Mapping[Address, str],
        floor: Floor,
        *,
        heard: Callable[[], None],
        refuse: Callable[[str, str], None],
    ) -> None:
        self._topic = control_topic(world, PRESENCE, service)
        self._homes = homes
        self._floor = floor
        self._heard = heard
        self._refuse = refuse
        self._services = set(homes.values())
        self._known: set[str] = set()
        """Services whose presence was seen."""

    def here(self) -> Out:
        """Who is up here, and whether they take connections."""
        present = {address: seat.accepts for address, seat in self._floor.seats.items() if seat.up}
        return Out(self._topic, msgspec.json.encode(present), keep=True)

    def gone(self) -> Out:
        """Nobody is here."""
        return Out(self._topic, b"{}", keep=True)

    def hear(self, topic: str, payload: bytes) -> None:
        """What another service keeps on the bus; permanent lines to its parties break, or are there again."""
        service = topic.rpartition("/")[2]
        try:
            present = msgspec.json.decode(payload, type=dict[str, bool]) if payload else {}
        except BAD_BYTES as error:
            self._refuse(topic, str(error))
            return
        if service not in self._services:
            self._refuse(topic, "there is no such service")
            return
        first = service not in self._known
        if present:
            self._known.add(service)
        for address, peer in self._floor.peers.items():
            if self._homes[address] == service:
                was, peer.up, peer.accepts = peer.up, address in present, present.get(address, False)
                if peer.up != was and not (first and peer.up):
                    self._floor.peer_changed(address, up=peer.up)
        self._heard()
