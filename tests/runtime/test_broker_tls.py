"""TLS to a real broker: whom it believes, whom we believe, and what is said when somebody is not believed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from brokers import Mosquitto
from certificates import Authority

from poslab.runtime.buses.broker import BadAddress, Broker, broker_at
from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.mqtt import MqttBus

# A handshake that fails leaves its socket to be collected: paho's affair.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


@pytest.fixture
def secure(program: Callable[[str], Path], tmp_path: Path, authority: Authority) -> Iterator[Callable[..., Mosquitto]]:
    """A broker that speaks TLS only, with some more lines of configuration."""
    started: list[Mosquitto] = []

    def make(*more: str, address: str = "127.0.0.1") -> Mosquitto:
        certificate, key = authority.vouch("broker", address=address)
        lines = ("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}", *more)
        started.append(Mosquitto(program("mosquitto"), tmp_path, "\n".join(lines)))
        started[-1].start()
        return started[-1]

    yield make
    for broker in started:
        broker.kill()


@asynccontextmanager
async def joining(broker: Broker) -> AsyncIterator[tuple[MqttBus, list[str], "asyncio.Task[None]"]]:
    """A member that is on its way in, and what it says."""
    said: list[str] = []
    bus = MqttBus(broker, "bank", said.append)
    start = asyncio.create_task(bus.start())
    try:
        yield bus, said, start
    finally:
        start.cancel()
        await bus.close()


async def first_said(said: list[str]) -> str:
    async with asyncio.timeout(300):
        while not said:
            await asyncio.sleep(0.01)
    return said[0]


def at(broker: Mosquitto, **files: Path) -> Broker:
    return broker_at(
        broker.url.replace("mqtt:", "mqtts:"), **{f"{what}_file": str(path) for what, path in files.items()}
    )


async def test_a_broker_that_our_authority_vouches_for_is_believed(
    secure: Callable[..., Mosquitto], authority: Authority
) -> None:
    broker = secure()
    async with joining(at(broker, ca=authority.file)) as (bus, said, start):
        await asyncio.wait_for(start, 300)
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        await bus.subscribe("a", lambda topic, payload: heard.put_nowait(payload))
        await bus.publish([Out("a", b"x")])
        assert await asyncio.wait_for(heard.get(), 300) == b"x"
        assert bus.connection.up and said == []


async def test_one_that_nobody_vouches_for_is_not_and_is_told_why(
    secure: Callable[..., Mosquitto], tmp_path: Path
) -> None:
    broker = secure()
    stranger = Authority(tmp_path, "stranger")
    for address in (at(broker, ca=stranger.file), at(broker)):
        async with joining(address) as (bus, said, start):
            told = await first_said(said)
            assert "its certificate is not trusted" in told and "--ca FILE" in told and "trying again" in told
            assert not start.done() and not bus.connection.up


async def test_one_that_is_somebody_else_is_not_believed(
    secure: Callable[..., Mosquitto], authority: Authority
) -> None:
    broker = secure(address="192.0.2.7")
    async with joining(at(broker, ca=authority.file)) as (_, said, start):
        told = await first_said(said)
        assert "not trusted" in told and "address mismatch" in told and not start.done()


async def test_a_broker_that_wants_our_certificate_gets_it_or_the_reason_is_said(
    secure: Callable[..., Mosquitto], authority: Authority, tmp_path: Path
) -> None:
    broker = secure(f"cafile {authority.file}", "require_certificate true", "use_identity_as_username true")
    certificate, key = authority.vouch("bank")
    async with joining(at(broker, ca=authority.file, cert=certificate, key=key)) as (_, _, start):
        await asyncio.wait_for(start, 300)
    async with joining(at(broker, ca=authority.file)) as (_, said, start):
        assert "--cert FILE" in await first_said(said) and not start.done()
    other, other_key = Authority(tmp_path, "stranger").vouch("bank-of-strangers")
    async with joining(at(broker, ca=authority.file, cert=other, key=other_key)) as (_, said, start):
        assert "does not accept our certificate" in await first_said(said) and not start.done()
    async with joining(broker_at(broker.url)) as (_, said, start):
        assert "write mqtts://" in await first_said(said) and not start.done()


async def test_tls_where_none_is_spoken_is_said_so(program: Callable[[str], Path], tmp_path: Path) -> None:
    broker = Mosquitto(program("mosquitto"), tmp_path)
    broker.start()
    try:
        async with joining(at(broker)) as (_, said, start):
            assert "write mqtt://" in await first_said(said) and not start.done()
    finally:
        broker.kill()


def test_files_that_do_not_serve_are_refused_before_anything_is_tried(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.vouch("bank")
    other, _ = Authority(tmp_path, "other").vouch("other")
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing", encoding="ascii")
    for files, told in [
        ({"ca_file": str(tmp_path / "none.pem")}, "there is no file"),
        ({"ca_file": str(nothing)}, "holds no certificate"),
        ({"cert_file": str(other), "key_file": str(key)}, "is no certificate with its key"),
        ({"key_file": str(key)}, "needs its certificate"),
    ]:
        with pytest.raises(BadAddress, match=told):
            broker_at("mqtts://broker.example", **files)
    with pytest.raises(BadAddress, match="takes no certificates") as plain:
        broker_at("mqtt://broker.example", str(certificate))
    assert plain.value.remedy.en == "write mqtts://"


def test_what_no_option_says_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, tmp_path: Path
) -> None:
    certificate, key = authority.vouch("bank")
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n", encoding="utf-8")
    monkeypatch.setenv("POSLAB_MQTT_PASSWORD_FILE", str(secret))
    monkeypatch.setenv("POSLAB_MQTT_CA", str(authority.file))
    monkeypatch.setenv("POSLAB_MQTT_CERT", str(certificate))
    monkeypatch.setenv("POSLAB_MQTT_KEY", str(key))
    broker = broker_at("mqtts://bank@broker.example")
    assert (broker.password, broker.ca_file, broker.cert_file) == ("s3cret", str(authority.file), str(certificate))
    assert broker.address == "mqtts://bank@broker.example:8883" and "s3cret" not in broker.address
    for name, value in broker.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("POSLAB_MQTT_PASSWORD_FILE")
    assert broker_at(broker.address) == broker
    assert broker_at("mqtt://bank@broker.example").ca_file == ""
    monkeypatch.delenv("POSLAB_MQTT_PASSWORD")
    monkeypatch.setenv("POSLAB_MQTT_PASSWORD_FILE", str(tmp_path / "none"))
    with pytest.raises(BadAddress, match="cannot be read"):
        broker_at("mqtts://bank@broker.example")
    (tmp_path / "none").write_text("\n", encoding="utf-8")
    with pytest.raises(BadAddress, match=r"_FILE: .*none is empty"):
        broker_at("mqtts://bank@broker.example")
