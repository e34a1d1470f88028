"""One connection to a broker: aiomqtt's client, and what it does not tell."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import aiomqtt

from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.refusals import CLOSED_AT_ONCE, GONE, NOT_ANSWERED, NOT_SENT

ANSWERED_IN_S: Final = 10.0
"""So long a broker may take to acknowledge a message before it is sent again."""


class Client(aiomqtt.Client):
    """One that does not forget how the broker acknowledged a message, and waits for nothing that cannot come."""

    def __init__(self, taken: Callable[[int], None], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._taken = taken
        self._sent: dict[int, asyncio.Future[int]] = {}

    async def carry(self, out: Out) -> int:
        """Answers how it is acknowledged; raises ``MqttError`` as soon as it is known that it will not be."""
        sent = self._client.publish(out.topic, out.payload, qos=1, retain=out.keep)
        if sent.rc:
            raise aiomqtt.MqttCodeError(sent.rc, NOT_SENT) from self._lost()
        self._sent[sent.mid] = acknowledged = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWERED_IN_S):
                code: int = await acknowledged
        except TimeoutError:
            raise aiomqtt.MqttError(NOT_ANSWERED) from None
        finally:
            del self._sent[sent.mid]
        return code

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        self._taken(reason_code.value)
        acknowledged = self._sent.get(mid)
        if acknowledged is not None and not acknowledged.done():
            acknowledged.set_result(reason_code.value)

    def _on_disconnect(self, *given: Any, **more: Any) -> None:
        if not self._connected.done():  # else it would wait until its time is up
            self._connected.set_exception(aiomqtt.MqttError(CLOSED_AT_ONCE))
        super()._on_disconnect(*given, **more)
        # Whatever is still waited for was lost with the connection: it would wait until its time is up, too.
        lost = self._lost()
        waiting: list[asyncio.Future[Any]] = [*self._pending_subscribes.values(), *self._sent.values()]
        for future in waiting:
            if not future.done():
                future.set_exception(lost)

    def _lost(self) -> aiomqtt.MqttError:
        error = aiomqtt.MqttError(GONE)
        if self._disconnected.done() and not self._disconnected.cancelled():
            error.__cause__ = self._disconnected.exception()
        return error
