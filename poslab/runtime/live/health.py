"""A page or two about a process, over HTTP: for container engines, load balancers and Prometheus.

It answers GET and nothing else, reads no bodies, keeps no connection open, and gives nobody long to ask.
"""

import asyncio
import errno
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from msgspec import Struct

from poslab.text import Text, Unusable

LONGEST_REQUEST: Final = 4_096
"""Bytes, of the request with all its headers."""
WITHIN_S: Final = 2.0
"""So long a request may take to arrive, and its answer to be taken."""
MOST_AT_ONCE: Final = 16

_REASONS: Final = {
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    431: "Request Header Fields Too Large", 503: "Service Unavailable",
}  # fmt: skip


class Page(Struct, frozen=True):
    """What a path shows now."""

    status: int
    body: str
    kind: str = "text/plain; charset=utf-8"


Pages = Mapping[str, Callable[[], Page]]


class NoPort(Unusable):
    """Nobody can be answered there: why."""


class HealthDoor:
    """Answers on a port of its own with one page a path."""

    def __init__(self, host: str, port: int, pages: Pages) -> None:
        self._host = host
        self._port = port
        self._pages = pages
        self._server: asyncio.Server | None = None
        self._busy = 0

    @property
    def port(self) -> int:
        """Where it answers."""
        if self._server is None:
            return self._port
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def open(self) -> None:
        """Answer from now on; ``NoPort`` where that cannot be."""
        try:
            self._server = await asyncio.start_server(
                self._answer, self._host, self._port, limit=LONGEST_REQUEST, backlog=MOST_AT_ONCE
            )
        except OSError as error:
            raise NoPort(_why(error, self._host, self._port)) from None

    async def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._busy >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._busy += 1
        try:
            async with asyncio.timeout(WITHIN_S * 2):
                page = await self._asked(reader)
                writer.write(_written(page))
                await writer.drain()
        except (ConnectionError, TimeoutError):
            writer.transport.abort()
        finally:
            self._busy -= 1
            writer.close()
            with suppress(ConnectionError, TimeoutError):
                await writer.wait_closed()

    async def _asked(self, reader: asyncio.StreamReader) -> Page:
        try:
            async with asyncio.timeout(WITHIN_S):
                head = await reader.readuntil(b"\r\n\r\n")
        except TimeoutError:
            return Page(408, "ask faster\n")
        except asyncio.LimitOverrunError:
            return Page(431, f"at most {LONGEST_REQUEST} bytes are read\n")
        except asyncio.IncompleteReadError:
            return Page(400, "this is no request\n")
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return Page(400, "this is no request\n")
        if words[0] != b"GET":
            return Page(405, "only GET is answered\n")
        show = self._pages.get(words[1].partition(b"?")[0].decode("ascii", "replace"))
        return Page(404, f"there are {', '.join(self._pages)}\n") if show is None else show()


def _written(page: Page) -> bytes:
    body = page.body.encode()
    allow = "Allow: GET\r\n" if page.status == 405 else ""
    head = (
        f"HTTP/1.1 {page.status} {_REASONS[page.status]}\r\n"
        f"Content-Type: {page.kind}\r\nContent-Length: {len(body)}\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{allow}Connection: close\r\n\r\n"
    )
    return head.encode() + body


def _why(error: OSError, host: str, port: int) -> Text:
    if error.errno == errno.EADDRINUSE:
        return Text(f"{host} 的端口 {port} 已被另一进程占用", f"port {port} of {host} is in use by another process")
    if error.errno == errno.EACCES:
        return Text(f"端口 {port} 只供系统服务使用", f"port {port} is one that only the system's own services may use")
    if error.errno == errno.EADDRNOTAVAIL:
        return Text(f"{host} 不是本机地址", f"{host} is no address of this machine")
    why = error.strerror or error
    return Text(f"不能用 {host}:{port}（{why}）", f"{host}:{port} cannot be used ({why})")
