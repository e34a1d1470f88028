"""Users and topic rights, as deploy/mosquitto gives them to a real broker: nobody speaks or hears in another's name."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from brokers import Mosquitto

from poslab.runtime.buses import mqtt
from poslab.runtime.buses.broker import broker_at
from poslab.runtime.buses.bus import Out
from poslab.runtime.buses.mqtt import MqttBus
from poslab.runtime.live.envelope import (
    ANSWER,
    COMMAND,
    LINES,
    PRESENCE,
    TEMPO,
    WORLD,
    control_topic,
    inbox_of,
    message_topic,
)
from scenarios.stage.homes import ACQUIRER, BANK, SERVICES, TERMINAL

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
STAGE = "stage"
USERS = (*SERVICES, STAGE)


@pytest.fixture
def broker(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Mosquitto]:
    """With the users and the rights that are deployed."""
    mosquitto = program("mosquitto")
    passwords = tmp_path / "passwords"
    passwords.write_text("".join(f"{user}:secret of {user}\n" for user in USERS), encoding="ascii")
    subprocess.run([mosquitto.parent.parent / "bin" / "mosquitto_passwd", "-U", passwords], check=True)
    lines = ("allow_anonymous false", f"password_file {passwords}", f"acl_file {DEPLOY / 'acl'}")
    started = Mosquitto(mosquitto, tmp_path, "\n".join(lines))
    started.start()
    yield started
    started.kill()


class Members:
    """Everybody on the broker, who hears everything that comes, and what they say of breaks."""

    def __init__(self, broker: Mosquitto) -> None:
        self._broker = broker
        self.buses: dict[str, MqttBus] = {}
        self.heard: dict[str, list[str]] = {}
        self.said: dict[str, list[str]] = {}

    def bus(self, user: str, password: str | None = None) -> MqttBus:
        secret = password if password is not None else f"secret of {user}".replace(" ", "%20")
        address = broker_at(self._broker.url.replace("://", f"://{user}:{secret}@" if user else "://"))
        self.said[user] = []
        self.buses[user] = MqttBus(address, f"w-{user}", self.said[user].append)
        return self.buses[user]

    async def join(self, user: str, *topics: str) -> None:
        bus, heard = self.bus(user), self.heard.setdefault(user, [])
        await asyncio.wait_for(bus.start(), 300)
        for each in topics or ("#",):
            await bus.subscribe(each, lambda topic, payload: heard.append(topic))

    async def say(self, user: str, *topics: str) -> None:
        """Say something on each, and wait until all that is carried has been heard."""
        await self.buses[user].publish([Out(topic, b"{}") for topic in topics])
        await self.buses[STAGE].publish([Out(control_topic("w", TEMPO), b"end")])
        async with asyncio.timeout(300):
            while any(control_topic("w", TEMPO) not in heard for heard in self.heard.values()):
                await asyncio.sleep(0.01)

    def heard_of(self, topic: str) -> set[str]:
        return {user for user, heard in self.heard.items() if topic in heard}


@pytest.fixture
async def members(broker: Mosquitto) -> AsyncIterator[Members]:
    made = Members(broker)
    yield made
    for bus in made.buses.values():
        await bus.close()


async def test_what_a_service_says_in_its_own_name_is_heard_by_its_receiver_and_nobody_else(members: Members) -> None:
    for user in USERS:
        await members.join(user)
    topic = message_topic("w", BANK, "issuer", ACQUIRER, "switch")
    await members.say(ACQUIRER, topic)
    assert members.heard_of(topic) == {BANK}
    assert members.said[ACQUIRER] == []


async def test_a_forged_message_is_dropped_by_the_broker_and_the_forger_is_told(members: Members) -> None:
    for user in USERS:
        await members.join(user)
    for sender in (ACQUIRER, BANK, STAGE):
        forged = message_topic("w", BANK, "issuer", sender, "switch")
        await members.say(TERMINAL, forged)
        assert members.heard_of(forged) == set()
    assert members.buses[TERMINAL].connection.refused == 3
    # Some brokers also close the connection of whoever tries; then it is made again.
    assert members.said[TERMINAL][0] == (
        f"{members.buses[TERMINAL]._broker.shown} does not carry what the user terminal says here: it has no right to"
    )


async def test_nobody_speaks_for_another_service_or_for_the_stage(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "LONGEST_WAIT_S", 0.2)
    for user in USERS:
        await members.join(user)
    forged = [
        control_topic("w", PRESENCE, ACQUIRER), control_topic("w", LINES, ACQUIRER),
        control_topic("w", ANSWER, ACQUIRER), control_topic("w", COMMAND, ACQUIRER), "elsewhere",
    ]  # fmt: skip
    await members.say(BANK, *forged, control_topic("w", TEMPO))
    assert [topic for topic in forged if members.heard_of(topic)] == []
    assert members.buses[BANK].connection.refused >= 6, "one that a break swallowed is sent, and refused, again"


async def test_who_conducts_hears_everybody_and_gives_commands_to_one(members: Members) -> None:
    for user in USERS:
        await members.join(user)
    await members.say(BANK, *(control_topic("w", what, BANK) for what in (PRESENCE, LINES, ANSWER, WORLD)))
    assert members.heard_of(control_topic("w", PRESENCE, BANK)) == set(USERS)
    assert members.heard_of(control_topic("w", LINES, BANK)) == {STAGE}
    assert members.heard_of(control_topic("w", ANSWER, BANK)) == {STAGE}
    assert members.heard_of(control_topic("w", WORLD, BANK)) == {STAGE}
    await members.say(STAGE, control_topic("w", COMMAND, BANK))
    assert members.heard_of(control_topic("w", COMMAND, BANK)) == {BANK}


async def test_nobody_without_a_right_to_it_reads_another_ones_inbox(members: Members) -> None:
    await members.join(TERMINAL, inbox_of("w", BANK), "poslab/#", "#", control_topic("w", TEMPO))
    await members.join(BANK, inbox_of("w", BANK), control_topic("w", TEMPO))
    await members.join(ACQUIRER, control_topic("w", TEMPO))
    await members.join(STAGE)
    topic = message_topic("w", BANK, "issuer", ACQUIRER, "switch")
    await members.say(ACQUIRER, topic)
    assert members.heard_of(topic) == {BANK}


@pytest.mark.parametrize(
    ("user", "password", "told"),
    [
        (BANK, "wrong", "it refuses the user bank: the name or the password is wrong"),
        ("nobody", "secret", "it refuses the user nobody"),
        ("", "", "it wants a user and a password"),
    ],
)
async def test_who_is_not_let_in_is_told_why_and_goes_on_trying(
    members: Members, user: str, password: str, told: str
) -> None:
    bus = members.bus(user, password)
    start = asyncio.create_task(bus.start())
    async with asyncio.timeout(300):
        while bus.connection.breaks < 3:
            await asyncio.sleep(0.01)
    assert not start.done() and not bus.connection.up
    assert len(members.said[user]) == 1 and told in members.said[user][0] and "trying again" in members.said[user][0]
    start.cancel()


async def test_two_of_one_name_are_told_so(broker: Mosquitto, members: Members) -> None:
    first, second = members.bus(BANK), Members(broker)
    await first.start()
    other = second.bus(BANK)
    await other.start()
    async with asyncio.timeout(300):
        while not any("is another client there called w-bank?" in told for told in members.said[BANK]):
            await asyncio.sleep(0.01)
    await other.close()


async def test_a_command_line_that_a_broker_refuses_says_so_and_stays(broker: Mosquitto, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("wrong", encoding="ascii")
    address = broker.url.replace("://", "://bank@")
    poslab = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "poslab", "serve", "bank", "--mqtt", address,
        env={**os.environ, "POSLAB_MQTT_PASSWORD_FILE": str(secret)}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert poslab.stderr is not None
    told = (await asyncio.wait_for(poslab.stderr.readline(), 300)).decode()
    why = "it refuses the user bank: the name or the password is wrong, or it may not connect"
    assert told == f"poslab: bank: no connection to {broker.url} ({why}); trying again\n"
    await asyncio.sleep(0.2)
    assert poslab.returncode is None
    poslab.terminate()
    assert await asyncio.wait_for(poslab.wait(), 300) == 0
