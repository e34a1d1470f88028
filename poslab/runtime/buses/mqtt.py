"""A bus over an MQTT 5 broker, by aiomqtt (today's name of asyncio-mqtt).

The client never reconnects by itself, acknowledges what nobody has processed yet, and is slow without TCP_NODELAY; so
the connection, the re-sending of what was not acknowledged and the subscriptions after a break are kept here.
"""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from poslab.runtime.buses.broker import BadAddress, Broker, broker_at
from poslab.runtime.buses.bus import LARGEST_BYTES, Connection, Hear, Out, fits
from poslab.runtime.buses.client import Client
from poslab.runtime.buses.edge import Edge
from poslab.runtime.buses.refusals import NOBODY_LISTENS, REFUSED_FROM, reason_of

__all__ = ["BadAddress", "Broker", "MqttBus", "broker_at"]

SESSION_S: Final = 3_600
"""So long a broker keeps what is meant for a service that is away."""
IN_FLIGHT: Final = 100
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0
SETTLED_S: Final = 1.0
"""A connection that lasted so long was a good one: the next break is a new affair …"""
SHORT_LIVED: Final = 4
"""… and so many that did not, one after the other, are not a broker's that restarts."""
_USURPS_AGAIN_S: Final = 0.005


class MqttBus:
    """``name`` is the client's: nobody else may use it at the same time. ``said`` is told of breaks, in words.

    A ``passing`` one leaves nothing at the broker: what it misses while it is away is not kept for it.
    """

    def __init__(
        self, broker: Broker, name: str, said: Callable[[str], None] = lambda what: None, *, passing: bool = False
    ) -> None:
        self._passing = passing
        self._broker = broker
        self._name = name
        self._said = said
        self._subscriptions: list[tuple[str, Hear]] = []
        self._client: Client | None = None
        self._up = asyncio.Event()
        self._closing = False
        self._will: Out | None = None
        self._hello: Callable[[], Sequence[Out]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = asyncio.Event()
        """Set where there is no reason any more to wait before the next try."""
        self.edge = Edge(self._usurp, self._again.set)
        self.breaks = 0
        self.refused = 0
        self.too_large = 0

    @property
    def connection(self) -> Connection:
        """How the way to it stands now."""
        return Connection(self._up.is_set() and not self._closing, self.breaks, self.refused, self.too_large)

    async def start(self, will: Out | None = None, hello: Callable[[], Sequence[Out]] | None = None) -> None:
        """Connect, and go on trying until it succeeds."""
        asyncio.get_running_loop().set_exception_handler(_quiet)
        self._will, self._hello = will, hello
        self._task = asyncio.create_task(self._stay_connected(), name=f"{self._name}: connection")
        waiting = asyncio.create_task(self._up.wait())
        try:
            await asyncio.wait((waiting, self._task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._task.done():
            self._task.result()

    async def subscribe(self, topics: str, hear: Hear) -> None:
        """Now, and after every break."""
        self._subscriptions.append((topics, hear))
        while True:
            await self._up.wait()
            client = self._client
            if client is None:
                continue
            with suppress(aiomqtt.MqttError):
                await client.subscribe(topics, qos=1)
                return
            await asyncio.sleep(FIRST_WAIT_S)

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        """In order, many on their way at once; what was not acknowledged when the connection broke is sent again.

        Answers what the broker says that it dropped: nobody is subscribed, nor away with a session that it keeps.
        """
        unheard: list[Out] = []
        for out in outs:
            if len(out.payload) > LARGEST_BYTES:
                raise ValueError(f"{out.topic}: {len(out.payload)} bytes, at most {LARGEST_BYTES} are carried")
        left, at_once = list(outs), IN_FLIGHT
        while left:
            if self._closing:
                raise ConnectionError("this bus was left")
            await self._up.wait()
            client = self._client
            if client is None:
                continue
            some, left = left[:at_once], left[at_once:]
            taken = await asyncio.gather(
                *(client.carry(out) for out in some),
                return_exceptions=True,
            )
            first = next((place for place, result in enumerate(taken) if isinstance(result, BaseException)), None)
            unheard += [out for out, code in zip(some[:first], taken, strict=False) if code == NOBODY_LISTENS]
            at_once = min(2 * at_once, IN_FLIGHT)
            if first is not None:
                at_once = 1  # a broker that closes over one of many may take its answer to the others with it
                error = taken[first]
                if not isinstance(error, aiomqtt.MqttError):
                    raise error  # type: ignore[misc]
                left = [*some[first:], *left]
                await asyncio.sleep(FIRST_WAIT_S)
        return unheard

    async def close(self) -> None:
        """Leave in good order: no will is published."""
        self._closing = True
        self._up.set()
        await self.edge.close()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await self._task

    # --- the connection -------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        attempt, told = 0, False
        while True:
            up_at = 0.0
            try:
                async with self._new_client(self._will, clean=self._passing) as client:
                    self._client = client
                    for topics, _ in self._subscriptions:
                        await client.subscribe(topics, qos=1)
                    for hello in () if self._hello is None else self._hello():
                        await client.carry(hello)
                    if told:
                        self._said(f"connected to {self._broker.shown} again")
                        told = False
                    up_at = time.monotonic()
                    self._up.set()
                    async for message in client.messages:
                        self._deliver(str(message.topic), message.payload)
            except (aiomqtt.MqttError, OSError) as error:  # what TLS meets on its way comes as it is
                self._up.clear()
                self._client = None
                self.breaks += 1
                if up_at and time.monotonic() - up_at >= SETTLED_S:
                    attempt = 0
                attempt += 1
                why = reason_of(error, self._broker)
                if up_at and attempt == SHORT_LIVED:
                    why = f"it breaks as soon as it is made; is another client there called {self._name}?"
                if attempt == 1 or attempt % 10 == 0 or (up_at and attempt == SHORT_LIVED):
                    self._said(f"no connection to {self._broker.shown} ({why}); trying again")
                    told = True
                self._again.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._again.wait(), self._wait_s(attempt))
            finally:
                self._client = None
                self._up.clear()

    async def _usurp(self) -> None:
        """Somebody else under our name, who wants nothing of ours: what waits for us, or comes meanwhile, is lost."""
        while True:
            with suppress(aiomqtt.MqttError, OSError):
                async with self._new_client(None, clean=True) as usurper:
                    async for _ in usurper.messages:
                        pass
            await asyncio.sleep(_USURPS_AGAIN_S)

    def _new_client(self, will: Out | None, *, clean: bool) -> Client:
        broker = self._broker
        session: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = 0 if clean else SESSION_S
        return Client(
            self._on_taken,
            broker.host,
            broker.port,
            username=broker.user or None,
            password=broker.password or None,
            identifier=self._name,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=clean,
            properties=session,
            will=None if will is None else aiomqtt.Will(will.topic, will.payload, qos=1, retain=will.keep),
            tls_context=broker.trust() if broker.tls else None,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            max_inflight_messages=IN_FLIGHT,
            logger=_SILENT,
            keepalive=10,
            timeout=5,
        )

    def _on_taken(self, code: int) -> None:
        """The broker acknowledges with a code; one from 128 on says that it carries the message to nobody."""
        if code < REFUSED_FROM:
            return
        self.refused += 1
        if self.refused == 1 or self.refused % 1_000 == 0:
            self._said(f"{self._broker.shown} does not carry what {self._broker.who} says here: it has no right to")

    def _wait_s(self, attempt: int) -> float:
        """Twice as long each time; a little different for each client, so that they do not all come back at once."""
        longest = min(FIRST_WAIT_S * (1 << min(attempt - 1, 10)), LONGEST_WAIT_S)
        return longest * (500 + crc32(f"{self._name} {attempt}".encode()) % 500) / 1_000

    def _deliver(self, topic: str, payload: Any) -> None:
        if not isinstance(payload, bytes) or len(payload) > LARGEST_BYTES:
            self.too_large += 1
            return
        for _ in range(self.edge.times):
            for topics, hear in self._subscriptions:
                if fits(topics, topic):
                    hear(topic, payload)


_SILENT = logging.getLogger("poslab.mqtt")
"""What the client library has to say of broken sockets is said by ourselves, in words."""
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A broken connection leaves callbacks on a closed socket behind, an interrupt a task that nobody asks any more;
    everything else is told as ever.
    """
    error = context.get("exception")
    if isinstance(error, KeyboardInterrupt) or (isinstance(error, OSError) and "callback" in str(context["message"])):
        return
    loop.default_exception_handler(context)
