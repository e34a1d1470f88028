"""A bus over an MQTT 5 broker, by aiomqtt (today's name of asyncio-mqtt).

The client never reconnects by itself, acknowledges what nobody has processed yet, and is slow without TCP_NODELAY; so
the connection, the re-sending of what was not acknowledged and the subscriptions after a break are kept here.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from zlib import crc32

import aiomqtt
from msgspec import Struct
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from poslab.runtime.buses.bus import LARGEST_BYTES, Hear, Out, fits

SESSION_S: Final = 3_600
"""So long a broker keeps what is meant for a service that is away."""
IN_FLIGHT: Final = 100
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0
PASSWORD: Final = "POSLAB_MQTT_PASSWORD"
"""The environment variable that holds the password where the address has none."""


class BadAddress(ValueError):
    """An address names no broker: what is wrong with it."""


class Broker(Struct, frozen=True):
    """Where a broker is, and who we are to it. It cannot print its password."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    ca_file: str = ""

    def __repr__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """For people."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def broker_at(url: str, ca_file: str = "") -> Broker:
    """``mqtt://[user[:password]@]host[:port]``, or ``mqtts://`` for TLS; raises ``BadAddress``."""
    parts = urlsplit(url if "://" in url else f"mqtt://{url}")
    if parts.scheme not in ("mqtt", "mqtts"):
        raise BadAddress(f"{parts.scheme}:// is no broker's address; write mqtt://HOST:PORT or mqtts://HOST:PORT")
    try:
        port = parts.port
    except ValueError:
        raise BadAddress("its port is no number from 1 to 65535") from None
    if not parts.hostname:
        raise BadAddress("it names no host; write mqtt://HOST:PORT")
    tls = parts.scheme == "mqtts"
    password = unquote(parts.password) if parts.password else os.environ.get(PASSWORD, "")
    return Broker(
        parts.hostname, port or (8883 if tls else 1883), unquote(parts.username or ""), password, tls, ca_file
    )


class MqttBus:
    """``name`` is the client's: nobody else may use it at the same time. ``said`` is told of breaks, in words."""

    def __init__(self, broker: Broker, name: str, said: Callable[[str], None] = lambda what: None) -> None:
        self._broker = broker
        self._name = name
        self._said = said
        self._subscriptions: list[tuple[str, Hear]] = []
        self._client: aiomqtt.Client | None = None
        self._up = asyncio.Event()
        self._closing = False
        self._will: Out | None = None
        self._hello: Callable[[], Out] | None = None
        self._task: asyncio.Task[None] | None = None
        self.breaks = 0

    async def start(self, will: Out | None = None, hello: Callable[[], Out] | None = None) -> None:
        """Connect, and go on trying until it succeeds."""
        asyncio.get_running_loop().set_exception_handler(_quiet)
        self._will, self._hello = will, hello
        self._task = asyncio.create_task(self._stay_connected(), name=f"{self._name}: connection")
        waiting = asyncio.create_task(self._up.wait())
        await asyncio.wait((waiting, self._task), return_when=asyncio.FIRST_COMPLETED)
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

    async def publish(self, outs: Sequence[Out]) -> None:
        """In order, many on their way at once; what was not acknowledged when the connection broke is sent again."""
        for out in outs:
            if len(out.payload) > LARGEST_BYTES:
                raise ValueError(f"{out.topic}: {len(out.payload)} bytes, at most {LARGEST_BYTES} are carried")
        left = list(outs)
        while left:
            if self._closing:
                raise ConnectionError("this bus was left")
            await self._up.wait()
            client = self._client
            if client is None:
                continue
            some, left = left[:IN_FLIGHT], left[IN_FLIGHT:]
            taken = await asyncio.gather(
                *(client.publish(out.topic, out.payload, qos=1, retain=out.keep, timeout=10) for out in some),
                return_exceptions=True,
            )
            first = next((place for place, result in enumerate(taken) if isinstance(result, BaseException)), None)
            if first is not None:
                error = taken[first]
                if not isinstance(error, aiomqtt.MqttError):
                    raise error  # type: ignore[misc]
                left = [*some[first:], *left]
                await asyncio.sleep(FIRST_WAIT_S)

    async def close(self) -> None:
        """Leave in good order: no will is published."""
        self._closing = True
        self._up.set()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await self._task

    # --- the connection -------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        attempt = 0
        while True:
            try:
                async with self._new_client() as client:
                    client.pending_calls_threshold = IN_FLIGHT  # so many is no cause for a warning
                    self._client = client
                    for topics, _ in self._subscriptions:
                        await client.subscribe(topics, qos=1)
                    if self._hello is not None:
                        hello = self._hello()
                        await client.publish(hello.topic, hello.payload, qos=1, retain=hello.keep)
                    if attempt:
                        self._said(f"connected to {self._broker.shown} again")
                    attempt = 0
                    self._up.set()
                    async for message in client.messages:
                        self._deliver(str(message.topic), message.payload)
            except aiomqtt.MqttError as error:
                self._up.clear()
                self._client = None
                attempt += 1
                self.breaks += 1
                wait = self._wait_s(attempt)
                if attempt == 1 or attempt % 10 == 0:
                    self._said(f"no connection to {self._broker.shown} ({_reason(error)}); trying again")
                await asyncio.sleep(wait)
            finally:
                self._client = None
                self._up.clear()

    def _new_client(self) -> aiomqtt.Client:
        broker = self._broker
        session: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = SESSION_S
        will = self._will
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user or None,
            password=broker.password or None,
            identifier=self._name,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=session,
            will=None if will is None else aiomqtt.Will(will.topic, will.payload, qos=1, retain=will.keep),
            tls_context=self._tls(),
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            max_inflight_messages=IN_FLIGHT,
            keepalive=10,
            timeout=5,
        )

    def _tls(self) -> ssl.SSLContext | None:
        if not self._broker.tls:
            return None
        return ssl.create_default_context(cafile=self._broker.ca_file or None)

    def _wait_s(self, attempt: int) -> float:
        """Twice as long each time; a little different for each client, so that they do not all come back at once."""
        longest = min(FIRST_WAIT_S * (1 << min(attempt - 1, 10)), LONGEST_WAIT_S)
        return longest * (500 + crc32(f"{self._name} {attempt}".encode()) % 500) / 1_000

    def _deliver(self, topic: str, payload: Any) -> None:
        if not isinstance(payload, bytes) or len(payload) > LARGEST_BYTES:
            return
        for topics, hear in self._subscriptions:
            if fits(topics, topic):
                hear(topic, payload)


def _reason(error: aiomqtt.MqttError) -> str:
    return str(error).strip().rstrip(".").lower() or "the connection broke"


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A broken connection leaves callbacks on a closed socket behind; everything else is told as ever."""
    if isinstance(context.get("exception"), OSError) and "callback" in str(context.get("message", "")):
        return
    loop.default_exception_handler(context)
