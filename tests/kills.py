"""A world of real processes under load, killed again and again, and what must hold all the same.

Every draw is keyed: what is bought where, what goes wrong on the links, who is killed in which round and how long a
round lasts. On each kill a journal loses what was not synced, as in a power cut; a SIGKILL alone would not show it.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from brokers import Mosquitto
from forked import Forked, Kept
from storms import uncredited, wrong

from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection
from poslab.faults.loss import Loss
from poslab.history.truth import Struck
from poslab.messages.people import Prompted
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, Instant, midnight
from poslab.runtime.buses.mqtt import MqttBus, broker_at
from poslab.runtime.chance import Chance
from poslab.runtime.journals.sqlite import cut_to_sync
from poslab.runtime.live.orders import Status
from poslab.text import Text
from poslab.world.presets import market
from poslab.world.world import World
from scenarios.schema.story import Expectations, Heal, Purchase, Scenario, Told
from scenarios.stage.conducting import Conductor
from scenarios.stage.homes import SERVICES, homes
from scenarios.stage.judging import Judging, Played
from scenarios.stage.live import begun, conducted, told_from
from scenarios.stage.processes import fresh_name

BROKER = "broker"
SPEED = 20
SLOWEST = 2
QUICK_S = 2.0
"""A machine on which all services start within so long keeps up with ``SPEED``; a slower one gets a slower world.

Else every sale would be given up before anybody could answer it.
"""
AFTERWARDS = 600
"""So fast once nobody is killed any more."""
TILLS = 6
LONGEST_S = 1_800
EVERY = 12 * SECOND
"""So often somebody comes to one of the tills."""
CARDS = ("good-debit", "good-credit", "good-debit", "good-credit", "insufficient")


def crowd(seed: str, purchases: int) -> Scenario:
    """Many purchases at several tills, on lines that lose, repeat and delay; healed when the killing is long over."""
    chance = Chance(seed)
    world = market(TILLS, TILLS // 2)
    begins = midnight(world.calendar.first_day)
    first = begins + 9 * HOUR
    bought = tuple(
        Purchase(
            f"order-{n}",
            first + n * EVERY,
            world.terminals[n % TILLS].address,
            world.terminals[n % TILLS].cashier,
            300 + 100 * (chance.draw("crowd", "", "amount", "draw", n) % 500),
            CARDS[chance.draw("crowd", "", "card", "draw", n) % len(CARDS)],
        )
        for n in range(purchases)
    )
    heal = Heal(first + 4 * HOUR, 2 * HOUR)
    tidying = [
        Told(
            heal.at + (10 + 4 * (n // TILLS) + 2 * again) * MINUTE,
            each.cashier,
            Prompted(each.order, do, each.terminal),
        )
        for n, each in enumerate(bought)
        for again, do in enumerate(("query", "reprint"))
    ]
    return Scenario(
        id="kills", variant=None, source=f"kills-{seed}", title=Text("杀", "kills"), teaches=None, cause=None,
        world=world, cashier="by-the-book", cardholder="reads-sms", purchases=bought,
        told=(*coming(bought), *sorted(tidying, key=lambda told: told.at)),
        injections=tuple(_troubles(world)), complaints=(), heal=heal, begins=begins, until=begins + 2 * DAY + 14 * HOUR,
        expect=Expectations(),
    )  # fmt: skip


def coming(bought: Sequence[Purchase]) -> list[Told]:
    """What the cashiers are told at the instants at which somebody comes."""
    return [Told(each.at, each.cashier, each.given) for each in bought]


def _troubles(world: World) -> list[Injection]:
    ways = [(terminal.address, terminal.route) for terminal in world.terminals]
    ways += [(to, sender) for sender, to in ways]
    host, switch = world.acquirer.address, world.network.address
    ways += [(host, switch), (switch, host)]
    ways += [way for issuer in world.issuers for way in ((switch, issuer.address), (issuer.address, switch))]
    faults = {"loss": Loss(), "twice": Duplicate(SECOND), "late": Delay(61 * SECOND)}
    return [
        Injection(name, fault, links=tuple(ways), chance_ppm=30_000, optional=True) for name, fault in faults.items()
    ]


class Kills:
    """``rounds`` in which somebody dies; ``database``: journals are kept there, not in files.

    ``kept`` makes other journals than those of a command line. ``until_caught``: end as soon as somebody has
    contradicted himself, or when the rounds are over.
    """

    def __init__(
        self,
        scenario: Scenario,
        broker: Mosquitto,
        folder: Path,
        seed: str,
        rounds: int,
        database: str = "",
        *,
        until_caught: bool = False,
        kept: Kept | None = None,
    ) -> None:
        self.judging = Judging(scenario, seed=seed, keep=True)
        self.killed: dict[str, int] = dict.fromkeys((*SERVICES, BROKER), 0)
        self.cut_bytes = 0
        self.seconds = 0.0
        """How long the killing took."""
        self._speed = SPEED
        self._until_caught = until_caught
        self._broker = broker
        self._chance = Chance(seed)
        self._rounds = rounds
        self._called = fresh_name(scenario.world)
        self._in_files = not database
        written = folder / "world.json"
        written.write_bytes(msgspec.json.encode(scenario.world))
        self._children = {
            service: Forked(service, broker.url, self._called, written, folder, database=database, kept=kept)
            for service in SERVICES
        }

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(self.killed.values())

    async def play(self) -> Played:
        """From the beginning to the judgement."""
        began = time.monotonic()
        await asyncio.gather(*(child.start() for child in self._children.values()))
        took_s = time.monotonic() - began
        self._speed = max(SLOWEST, min(SPEED, int(SPEED * QUICK_S / took_s)))
        try:
            bus = MqttBus(broker_at(self._broker.url), f"{self._called}-stage")
            return await conducted(self.judging, bus, self._called, self._speed, through=self._through)
        finally:
            await asyncio.gather(*(child.stop() for child in self._children.values()))

    async def _through(self, scenario: Scenario, conductor: Conductor, seed: str) -> list[Status]:
        await begun(scenario, conductor, seed)
        first = scenario.purchases[0].at
        await conductor.quiet(first)
        await conductor.set_tempo(first, self._speed * 1_000)
        began = time.monotonic()
        looking = [asyncio.create_task(self._look(conductor, service)) for service in SERVICES]
        shopping = asyncio.create_task(self._shop(scenario, conductor))
        await self._kill_all(conductor)
        if self._until_caught:
            shopping.cancel()
        else:
            await shopping
        for task in looking:
            task.cancel()
        self.seconds = time.monotonic() - began
        if self._until_caught:
            return [await conductor.command(service, "status") for service in SERVICES]
        assert scenario.heal is not None
        assert conductor.clock.now() < scenario.heal.at, "the killing took longer than the day"
        conductor.speed_milli = AFTERWARDS * 1_000
        return await told_from(scenario, conductor, scenario.heal.at)

    async def _shop(self, scenario: Scenario, conductor: Conductor) -> None:
        """Everybody comes to the till at their time, whoever is dead just then."""
        home = homes(scenario.world)

        async def comes(told: Told) -> None:
            await asyncio.sleep(conductor.clock.real_s(told.at - conductor.clock.now()))
            await conductor.tell(home[told.to], told.to, told.given, told.at)

        await asyncio.gather(*(comes(told) for told in coming(scenario.purchases)))

    async def _look(self, conductor: Conductor, service: str) -> None:
        """Ask how it stands, so that what goes wrong is told to it again soon after it was killed."""
        while True:
            await conductor.command(service, "status")
            await asyncio.sleep(0.1)

    async def _kill_all(self, conductor: Conductor) -> None:
        for n in range(self._rounds):
            if self._until_caught and conductor.gathered.contradicted:
                return
            await asyncio.sleep(0.2 + self._draw("pause", 800, n) / 1_000)
            victims = [
                name for name in self.killed if self._draw(f"kill {name}", 100, n) < (30 if name == BROKER else 75)
            ]
            await self._kill(victims, conductor, n)

    async def _kill(self, victims: Sequence[str], conductor: Conductor, n: int) -> None:
        at = conductor.clock.now()
        for name in victims:
            self.killed[name] += 1
            if name == BROKER:
                self._broker.kill()
            else:
                self._children[name].kill()
                self._strike(conductor, name, at, n)
        children = [self._children[name] for name in victims if name != BROKER]
        for child in children:
            await child.gone()
            if self._in_files:
                self.cut_bytes += cut_to_sync(child.journal)
        if BROKER in victims:
            await asyncio.sleep(self._draw("away", 500, n) / 1_000)
            self._broker.start()
        await asyncio.gather(*(child.start() for child in children))

    def _strike(self, conductor: Conductor, service: str, at: Instant, n: int) -> None:
        """The judge is told who was killed: it lies behind whatever came of it."""
        for address, home in homes(self.judging.scenario.world).items():
            if home == service:
                conductor.strikes[Struck(f"kill-{n}", at, address, "killed")] = None

    def _draw(self, what: str, below: int, n: int) -> int:
        return self._chance.draw("kills", "", what, "draw", n) % below


async def stand(kills: Kills) -> Played:
    """Play it, and want everything to hold."""
    played = await asyncio.wait_for(kills.play(), LONGEST_S)
    result = played.result
    print(f"{kills.kills} killed in {kills.seconds:.0f} s: {kills.killed}, {kills.cut_bytes} bytes cut off")
    assert wrong(played) == []
    assert uncredited(played) == []
    verdicts = {check.id: check.verdict for check in result.invariants}
    assert "broken" not in verdicts.values() and verdicts["money-conserved"] == "holds"
    assert not kills.judging.lost, "every line of the history was gathered"
    assert {purchase.end.truth for purchase in result.purchases} <= {"M0", "M1", "M2"}
    return played
