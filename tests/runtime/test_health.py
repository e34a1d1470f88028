"""The pages that a process shows over HTTP: few, small, quickly asked and quickly answered."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from poslab.runtime.live import health
from poslab.runtime.live.health import LONGEST_REQUEST, MOST_AT_ONCE, HealthDoor, NoPort, Page


@pytest.fixture
async def door() -> AsyncIterator[HealthDoor]:
    made = HealthDoor(
        "127.0.0.1", 0, {"/readyz": lambda: Page(503, "not yet\n"), "/healthz": lambda: Page(200, "ok\n")}
    )
    await made.open()
    yield made
    await made.close()


async def asked(door: HealthDoor, said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(said)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), 300)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


async def test_a_page_is_shown_whole_and_the_connection_closed(door: HealthDoor) -> None:
    answer = await asked(door, b"GET /healthz?x=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    head, body = answer.split(b"\r\n\r\n")
    assert status(answer) == 200 and body == b"ok\n"
    assert b"Content-Length: 3" in head and b"Connection: close" in head


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"GET /readyz HTTP/1.1\r\n\r\n", 503),
        (b"GET /elsewhere HTTP/1.1\r\n\r\n", 404),
        (b"GET /\xff HTTP/1.0\r\n\r\n", 404),
        (b"POST /healthz HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 405),
        (b"HEAD /healthz HTTP/1.1\r\n\r\n", 405),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET /healthz\r\n\r\n", 400),
        (b"GET /" + b"a" * LONGEST_REQUEST + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 1_000 + b"\r\n", 431),
    ],
)
async def test_what_is_no_get_of_a_page_is_answered_with_its_code(door: HealthDoor, said: bytes, code: int) -> None:
    assert status(await asked(door, said)) == code


async def test_who_asks_too_slowly_is_told_so(door: HealthDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "WITHIN_S", 0.05)
    assert status(await asked(door, b"GET /healthz")) == 408


async def test_who_says_half_and_leaves_hurts_nobody(door: HealthDoor) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"GET /hea")
    writer.close()
    assert status(await asked(door, b"GET /healthz HTTP/1.1\r\n\r\n")) == 200


async def test_many_who_say_nothing_do_not_keep_others_out_for_long(
    door: HealthDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "WITHIN_S", 0.2)
    silent = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(MOST_AT_ONCE)]
    await asyncio.sleep(0.05)
    assert await asked(door, b"GET /healthz HTTP/1.1\r\n\r\n") == b""
    await asyncio.sleep(0.4)
    assert status(await asked(door, b"GET /healthz HTTP/1.1\r\n\r\n")) == 200
    for _, writer in silent:
        writer.close()


async def test_a_port_that_somebody_has_is_refused_in_words(door: HealthDoor) -> None:
    with pytest.raises(NoPort, match=f"port {door.port} of 127.0.0.1 is in use by another process"):
        await HealthDoor("127.0.0.1", door.port, {}).open()
    with pytest.raises(NoPort, match=r"192.0.2.7 is no address of this machine"):
        await HealthDoor("192.0.2.7", door.port, {}).open()
