"""A recorder that reads nothing: services go on as ever, what waits for it is bounded, what it missed is no proof."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from poslab.history.reading import decoded_effects, decoded_input
from poslab.history.truth import Truth
from poslab.party.facts import Started
from poslab.party.time import HOUR, MINUTE
from poslab.runtime.buses import door as doors
from poslab.runtime.buses.bus import LARGEST_BYTES
from poslab.runtime.buses.door import Door
from poslab.runtime.buses.memory import Exchange
from poslab.runtime.buses.sockets import SocketBus
from poslab.runtime.journals.journal import MemoryJournal
from poslab.runtime.live.clock import WorldClock
from poslab.runtime.live.recent import Recent
from poslab.runtime.live.service import Service
from poslab.world.presets import market
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Purchase
from scenarios.stage import asking
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES, homes
from scenarios.stage.judging import Judging
from scenarios.stage.live import service_of
from scenarios.stage.looking import Looker
from scenarios.stage.result import Result

TILLS = 40
REMEMBERED = 4 * TILLS
"""So few lines does a service say once more: what is missed longer than that nobody has."""
MOST_WAITING = 64 << 10


class Street:
    """A world on a bus in memory, whose door leads to others; somebody inside conducts it."""

    def __init__(self, folder: Path) -> None:
        self.world = market(TILLS)
        self.exchange = Exchange()
        self.door = Door(self.exchange, folder)
        self.services: list[Service] = []
        self.conductor = Conductor(self.exchange.bus(), self.world.name, SERVICES, WorldClock(), 300_000)
        self.begins = load("net-response-lost").begins
        self.at = self.begins + 8 * HOUR
        self.bought: list[Purchase] = []

    async def open(self) -> None:
        for name in SERVICES:
            service = service_of(name, self.world, self.world.name, self.exchange.bus(), MemoryJournal())
            service.lines.recent = Recent(REMEMBERED)
            self.services.append(service)
            await service.start()
        await self.conductor.start(self.begins)
        for address, home in homes(self.world).items():
            await self.conductor.tell(home, address, Started(), self.begins)
        await self.conductor.quiet(self.at)

    async def sell(self) -> None:
        """A sale at every till."""
        self.at += 20 * MINUTE
        await self.conductor.quiet(self.at)
        home = homes(self.world)
        for till, terminal in enumerate(self.world.terminals):
            sale = Purchase(f"{self.at}-{till}", self.at, terminal.address, terminal.cashier, 900 + till, "good-debit")
            await self.conductor.tell(home[terminal.cashier], terminal.cashier, sale.given, self.at)
            self.bought.append(sale)
        await self.conductor.quiet(self.at + 10 * MINUTE)

    async def close(self) -> None:
        for service in self.services:
            await service.stop()
        await self.conductor.close()
        await self.door.close()

    def sold(self) -> set[str]:
        """Orders whose slip is in a cashier's hand, of the last ones."""
        lines = [line for service in self.services for line in service.lines.recent.since({})]
        slips = [msgspec.json.decode(line.given) for line in lines if line.party.startswith("cashier")]
        return {slip[1] for slip in slips if slip[0] == "Slip"}


async def owed(recorder: Looker) -> dict[str, int]:
    """Party → how many lines it has said."""
    return {address: n for status in await recorder.statuses() for address, n in status.lines.items()}


def judged(street: Street, recorder: Looker, missed: Sequence[object]) -> Result:
    """What a judge makes of what a recorder has."""
    story = load("net-response-lost")
    scenario = msgspec.structs.replace(
        story, world=street.world, purchases=(), told=(), injections=(), complaints=(), heal=None,
        until=street.at + 10 * MINUTE, expect=Expectations(),
    )  # fmt: skip
    judging = Judging(scenario)
    judging.lost = missed
    for line, given in recorder.gathered.merged(decoded_input, decoded_effects):
        judging.see(line, given)
    return judging.conclude(Truth((), (), ()), "live", "").result


async def test_services_go_on_and_what_it_missed_is_no_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "MOST_WAITING_BYTES", MOST_WAITING)
    monkeypatch.setattr(asking, "LINES_WITHIN_S", 0.2)
    street = Street(tmp_path)
    await street.door.open()
    bus = SocketBus(street.door.path)
    recorder = Looker(bus, street.world.name)
    await recorder.join()
    await street.open()
    await street.sell()
    assert await recorder.lines_until(await owed(recorder)) == [], "it hears everything"

    assert bus._writer is not None
    transport: Any = bus._writer.transport
    transport.pause_reading()
    most = 0
    for _ in range(20):
        if street.door.shown_out:
            break
        await street.sell()
        most = max(most, street.door.waiting_bytes)
        assert {sale.order for sale in street.bought[-TILLS:]} <= street.sold(), "nobody waits for it"
    assert most <= MOST_WAITING + LARGEST_BYTES, "what waits for it is bounded"
    assert (street.door.shown_out, street.door.waiting_bytes) == (1, 0), "and then it is shown out"

    for _ in range(3):  # more than anybody remembers
        await street.sell()
    transport.resume_reading()
    missed = await recorder.lines_until(await owed(recorder))
    assert sum(gap.last - gap.first + 1 for gap in missed) > TILLS
    result = judged(street, recorder, missed)
    assert {check.verdict for check in result.invariants} == {"no evidence"}
    assert result.verdict == "invalid" and result.reason.en.startswith("lines of the history are missing (")
    await recorder.close()
    await street.close()
