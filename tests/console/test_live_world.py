"""A live world as its users meet it: it is a process of its own, and every mistake is one sentence."""

import asyncio
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from bilingual import told_in_both
from brokers import Mosquitto, free_port
from certificates import Authority
from databases import PASSWORD, Postgres

from poslab.__main__ import main
from poslab.console import whereabouts
from poslab.console.whereabouts import Named, ask
from poslab.console.words import FAULTS
from poslab.text import Text
from scenarios.schema.errors import BadInput
from scenarios.schema.faults import AnyFault
from scenarios.stage import looking
from scenarios.stage.looking import Looker

LOST = '{fault: loss, link: "host->T1", match: {kind: "0210"}, nth: 1}'

NOODLE_BAR = """\
schema: poslab-world/1
name: noodle-bar
merchants:
  - mid: "999000058120001"
    name: {zh: 示例面馆, en: Example Noodle Bar}
    mcc: "5812"
    account_no: "999100000007"
    account_name: 示例面馆
terminals:
  - {address: T1, tid: "90000011", mid: "999000058120001"}
"""


class Shell:
    """Somebody at a command line, with a state folder of their own.

    ``apart``: every command is a process of its own. Else those to a world that is up are given from this process,
    which has loaded everything already.
    """

    def __init__(self, state: Path) -> None:
        self.state = state
        self.apart = False
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": str(state)}
        self._up: list[subprocess.Popen[str]] = []

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if not self.apart and arguments[0] not in ("up", "watch"):
            out, err = StringIO(), StringIO()
            with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
                for name, value in self.environment.items():
                    patched.setenv(name, value)
                code = main(arguments)
            return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
        return subprocess.run(
            [sys.executable, "-m", "poslab", *arguments],
            env=self.environment, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def good(self, *arguments: str) -> str:
        done = self(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def document(self, *arguments: str) -> Any:
        return json.loads(self.good(*arguments, "--json"))

    def sorry(self, *arguments: str) -> str:
        """The one sentence in English, which is told in Chinese to those who want it."""
        done = self(*arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert done.stderr.startswith("poslab: ")
        again = self(*arguments, "--lang", "zh")
        assert (again.returncode, again.stdout) == (2, ""), again.stderr
        # The first one may have left a journal, of which a service tells before.
        told_in_both(Text(again.stderr.splitlines()[-1], done.stderr.rstrip("\n")))
        return done.stderr

    def up(self, *arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        """Returns when it serves, with what its ready file says."""
        ready = self.state / f"ready-{len(self._up)}.json"
        self.state.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "poslab", "up", "--ready-file", str(ready), *arguments],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._up.append(process)
        until = time.monotonic() + 300
        while not ready.exists():
            assert process.poll() is None and time.monotonic() < until, process.communicate()
            time.sleep(0.02)
        return process, json.loads(ready.read_text())

    def stop(self, process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def close(self) -> None:
        for process in self._up:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path / "state")
    yield made
    made.close()


# --- a world that is up -----------------------------------------------------------------------------------------------


def test_a_sale_whose_answer_is_lost(shell: Shell, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    shell.apart = True
    process, where = shell.up("--speed", "60", "--log", str(log))
    assert where["world"] == "corner-shop" and where["pid"] == process.pid and Path(where["socket"]).is_socket()
    assert set(where["journals"]) == {"terminal", "acquirer", "bank", "people"}

    assert shell.good("inject", LOST) == "loss-1\n"
    assert shell.good("pay", "--amount", "12.00", "--terminal", "T1", "--order", "victim") == "victim\n"
    shell.good("clock", "--to", "+5m")

    asked = shell.document("diagnose", "--order", "victim")
    assert (asked["truth"], asked["diagnosis"]["cause"]) == ("M1", "net-response-lost")
    assert (asked["views"]["terminal"], asked["views"]["issuer"]) == ("reversed", "debited-back")
    told = shell.good("diagnose", "--order", "victim")
    assert "What now" in told and "Never" in told and "Where the money is" in told

    status = shell.document("status")
    (fault,) = status["faults"]
    assert (fault["id"], fault["fault"], fault["state"], fault["struck"]) == ("loss-1", "loss", "used-up", 1)
    assert (status["purchases"], status["open"], status["lost"]) == (1, [], [])
    assert shell.good("heal", "loss-1") == "loss-1\n"
    assert shell.document("status")["faults"][0]["state"] == "over"

    assert shell.good("inject", LOST) == "loss-2\n", "what is injected after that begins"
    assert shell.document("heal") == {"healed": ["loss-2"]}
    code, out, err = shell.stop(process)
    assert (code, err) == (0, "") and out.startswith("corner-shop is up: speed 60, bus ")
    assert not (Path(where["folder"]) / "ready.json").exists() and not Path(where["socket"]).exists()

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    about = [line for line in lines if line.get("about") == "victim"]
    assert {line["world"] for line in lines} == {"corner-shop"}
    assert {"host", "issuer", "T1"} <= {line["party"] for line in about}
    assert len({line["trace"] for line in about}) == 1 and re.fullmatch("[0-9a-f]{32}", about[0]["trace"])
    assert [line["service"] for line in lines if line["event"] == "stopped"] == [
        "terminal", "acquirer", "bank", "people",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_world_goes_on_where_it_was(shell: Shell, number: int) -> None:
    process, _ = shell.up("--speed", "60")
    shell.good("pay", "--amount", "12.00", "--order", "first")
    began = time.monotonic()
    before = datetime.fromisoformat(shell.document("clock")["at"])
    at = datetime.fromisoformat(shell.document("clock", "--to", "+3m")["at"])
    shell.stop(process, number)
    process, _ = shell.up()
    after = datetime.fromisoformat(shell.document("clock")["at"])
    most = timedelta(seconds=60 * (time.monotonic() - began))
    assert before + timedelta(minutes=3) <= after, "what it was led on to is kept, also when it is killed at once"
    assert after <= at + most, "no more time has passed than it was up for"
    shell.good("pay", "--amount", "13.00", "--order", "second")
    shell.good("clock", "--to", "+2m")
    assert shell.document("diagnose", "--order", "second")["views"]["terminal"] == "approved"
    code, _, err = shell.stop(process, signal.SIGINT)
    assert code == 130
    assert err.splitlines()[0].startswith("poslab: terminal: recovered: ") and err.endswith("poslab: interrupted\n")


def test_customers_come_by_themselves(shell: Shell) -> None:
    shell.up("--speed", "600", "--customers", "120", "--seed", "7")
    shell.good("clock", "--to", "+10m", "--speed", "600")
    status = shell.document("status")
    assert status["purchases"] > 5
    assert {place["place"] for place in status["places"]} == {"I.clearing_payable"}
    assert status["speed"] == 600
    shell.good("clock", "--speed", "0")
    assert shell.document("clock") == shell.document("clock"), "it stands still"


def test_a_world_over_a_broker(shell: Shell, program: Callable[[str], Path], tmp_path: Path) -> None:
    broker = Mosquitto(program("mosquitto"), tmp_path)
    broker.start()
    try:
        process, where = shell.up(
            "--mqtt", broker.url, "--called", "there", "--speed", "60", "--dir", str(tmp_path / "d")
        )
        assert (where["bus"], where["socket"]) == ("mqtt", "")
        far = ("--mqtt", broker.url, "--world", "there")
        assert shell.good("inject", LOST, *far) == "loss-1\n"
        shell.good("pay", "--amount", "12.00", "--order", "victim", "--world", str(tmp_path / "d"))
        shell.good("clock", "--to", "+5m", *far)
        assert shell.document("diagnose", "--order", "victim", *far)["diagnosis"]["cause"] == "net-response-lost"
        said = shell.sorry("inject", "{fault: broker-restart, for: 15s}", *far)
        assert "the broker of the world there is not ours to restart" in said
        shell.good("inject", "{fault: session-takeover, id: taken, service: bank, for: 1m}", *far)
        shell.good("inject", "{fault: broker-redelivery, id: twice, for: 9h}", *far)
        shell.good("clock", "--to", "+5m", *far)
        faults = {fault.pop("id"): fault for fault in shell.document("status", *far)["faults"]}
        for name, state in (("twice", "in-force"), ("taken", "over")):
            assert (faults[name]["where"], faults[name]["state"], faults[name]["struck"]) == ("broker", state, 1)
        said = shell.sorry("up", "--mqtt", broker.url, "--called", "there", "--dir", str(tmp_path / "other"))
        assert "is served on mqtt://127.0.0.1" in said and "already" in said
        assert shell.stop(process)[0] == 0
        assert "nobody serves terminal, acquirer, bank, people of the world there" in shell.sorry("status", *far)
    finally:
        broker.kill()


def test_a_world_whose_journals_are_in_a_database(shell: Shell, program: Callable[[str], Path], tmp_path: Path) -> None:
    database = Postgres(program("postgres"))
    database.start()
    up = ("--database", database.url, "--speed", "60", "--dir", str(tmp_path / "d"))
    shell.environment["POSLAB_DATABASE_PASSWORD"] = PASSWORD
    there = ("--world", str(tmp_path / "d"))
    try:
        process, where = shell.up(*up)
        assert set(where["journals"].values()) == {
            f"postgresql://127.0.0.1:{database.port}/postgres (corner-shop/{service})" for service in where["journals"]
        }
        assert PASSWORD not in json.dumps(where) and not list((tmp_path / "d").glob("*.sqlite"))
        assert shell.good("inject", LOST, *there) == "loss-1\n"
        shell.good("pay", "--amount", "12.00", "--order", "victim", *there)
        shell.good("clock", "--to", "+40s", *there)
        shell.stop(process, signal.SIGKILL)  # the reversal is still to come

        process, _ = shell.up(*up)
        shell.good("clock", "--to", "+5m", *there)
        victim = shell.document("diagnose", "--order", "victim", *there)
        assert (victim["views"]["terminal"], victim["views"]["issuer"]) == ("reversed", "debited-back")
        assert shell.document("status", *there)["faults"][0]["struck"] == 1

        shell.good("clock", "--speed", "1", *there)  # not so fast that a sale times out meanwhile
        database.kill()
        paying = subprocess.Popen(
            [sys.executable, "-m", "poslab", "pay", "--amount", "13.00", "--order", "second", *there],
            env=shell.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        time.sleep(8)  # whoever asks a service that is gone has given up by then
        assert paying.poll() is None, "nothing is told that cannot be kept"
        database.start()
        told, sorry = paying.communicate(timeout=300)
        assert told == "second\n", sorry
        shell.good("clock", "--to", "+2m", *there)
        assert shell.document("diagnose", "--order", "second", *there)["views"]["terminal"] == "approved"
        code, _, err = shell.stop(process)
        assert code == 0 and "faults in force again" not in err and "connected to postgresql://127.0.0.1" in err

        assert "records, " in shell.good("journal", "verify", database.url)
        said = shell.sorry("up", "--world", "gateway-shop", "--called", "corner-shop", *up)
        assert "belongs to the world" in said and PASSWORD not in said
    finally:
        database.remove()


def test_every_command_over_a_broker_that_speaks_tls(
    shell: Shell, program: Callable[[str], Path], tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "authority")
    (cert, key), (ours, our_key) = authority.vouch("broker"), authority.vouch("ours")
    lines = f"certfile {cert}\nkeyfile {key}\ncafile {authority.file}\nrequire_certificate true\nallow_anonymous true"
    broker = Mosquitto(program("mosquitto"), tmp_path, lines)
    broker.start()
    url = broker.url.replace("mqtt:", "mqtts:")
    files = ("--ca", str(authority.file), "--cert", str(ours), "--key", str(our_key))
    try:
        process, where = shell.up("--mqtt", url, *files, "--speed", "60", "--dir", str(tmp_path / "d"))
        assert where["mqtt"] == url and [where[what] for what in ("ca", "cert", "key")] == list(files[1::2])
        assert shell.document("status", "--world", str(tmp_path / "d"))["purchases"] == 0, "its ready file names them"
        far = ("--mqtt", url, *files)
        assert shell.good("inject", LOST, *far) == "loss-1\n"
        shell.good("pay", "--amount", "12.00", "--order", "victim", *far)
        shell.good("clock", "--to", "+5m", *far)
        assert shell.document("diagnose", "--order", "victim", *far)["diagnosis"]["cause"] == "net-response-lost"
        assert shell.good("heal", *far) == "loss-1\n"
        assert shell.document("status", *far)["faults"][0]["state"] == "over"
        assert "a board needs a terminal" in shell.sorry("watch", *far)
        assert "mqtt:// is not encrypted" in shell.sorry("status", "--mqtt", broker.url, *files)
        assert "--ca: there is no file" in shell.sorry("pay", "--amount", "1.00", "--mqtt", url, "--ca", "nowhere.pem")
        assert shell.stop(process)[0] == 0
    finally:
        broker.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_wrong_with_it_goes_on_as_well(shell: Shell, number: int) -> None:
    process, _ = shell.up("--speed", "60")
    shell.good("inject", '{fault: partition, id: cut, link: "host<->T1"}')
    shell.good("inject", "{fault: stop, id: gone, process: rail}")
    shell.good("inject", "{fault: broker-redelivery, id: twice, for: 24h}")
    shell.good("heal", "gone")
    shell.stop(process, number)
    process, _ = shell.up("--speed", "60")
    status = shell.document("status")
    standing = {fault["id"]: fault["state"] for fault in status["faults"]}
    assert standing == {"cut": "in-force", "gone": "over", "twice": "in-force"}
    assert set(status["closed"]) == {"host->T1", "T1->host"} and status["parties"]["rail"] == "up"
    assert shell.good("heal") == "cut\ntwice\n"
    _, _, err = shell.stop(process, number)
    assert "; faults in force again: cut" in err
    shell.up()
    status = shell.document("status")
    assert {fault["state"] for fault in status["faults"]} == {"over"} and not status["closed"]


@pytest.mark.parametrize(
    "left", [b"{", b'[{"says": {"id": "twice", "fault": {"name": "Moody", "says": {}}}, "state": "waits"}]']
)
def test_a_broker_whose_account_nobody_can_read_is_whole_and_that_is_said(shell: Shell, left: bytes) -> None:
    process, where = shell.up()
    shell.good("inject", "{fault: broker-redelivery, id: twice, for: 24h}")
    shell.stop(process, signal.SIGKILL)
    (Path(where["folder"]) / "broker-faults.json").write_bytes(left)
    process, _ = shell.up()
    assert shell.document("status")["faults"] == []
    _, _, err = shell.stop(process)
    assert "poslab: broker: broker-faults.json is damaged, or of another version" in err
    assert "Traceback" not in err


def test_every_fault_has_a_name() -> None:
    kinds = get_args(get_args(AnyFault)[0])
    words = {get_args(kind.model_fields["fault"].annotation)[0] for kind in kinds}
    assert set(FAULTS) == words


def test_faults_have_the_names_that_people_use(shell: Shell) -> None:
    shell.up("--speed", "60")
    shell.good("inject", "{fault: account-frozen, id: a2}")
    shell.good("inject", "{fault: bank-maintenance, id: a3}")
    shell.good("inject", LOST)
    shell.good("inject", "{fault: broker-redelivery, id: twice, for: 1h}")
    shell.good("pay", "--amount", "12.00")
    shell.good("clock", "--to", "+1m")
    assert {fault["id"]: fault["fault"] for fault in shell.document("status")["faults"]} == {
        "a2": "account-frozen", "a3": "bank-maintenance", "loss-1": "loss", "twice": "broker-redelivery",
    }  # fmt: skip
    english, chinese = shell.good("status", "--lang", "en"), shell.good("status", "--lang", "zh")
    assert "a2 · account frozen (account-frozen) · bank · in force, struck 1 time\n" in english
    assert "loss-1 · loss · host → T1 · used up, struck 1 time\n" in english
    assert "a2 · 账户冻结（account-frozen） · bank · 生效中，发生 1 次\n" in chinese
    assert "loss-1 · 报文丢失（loss） · host → T1 · 已用完，发生 1 次\n" in chinese


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody is at its other end any more
        time.sleep(0.1)
        return b""


def test_a_board_on_a_terminal(shell: Shell) -> None:
    shell.up("--speed", "60", "--customers", "600")
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    watching = subprocess.Popen(
        [sys.executable, "-m", "poslab", "watch"],
        env={**shell.environment, "TERM": "xterm-256color"}, stdin=far, stdout=far, stderr=far, close_fds=True,
    )  # fmt: skip
    os.close(far)
    shown, until = b"", time.monotonic() + 300
    while b"sale request" not in shown and time.monotonic() < until:
        if select.select([near], [], [], 1)[0]:
            shown += read(near)
    for part in ("corner-shop", "Parties", "Where the money is", "The last messages", "sale request"):
        assert part.encode() in shown, part
    os.write(near, b"q")
    while watching.poll() is None and time.monotonic() < until:
        if select.select([near], [], [], 0.1)[0]:
            read(near)
    assert watching.wait(1) == 0
    os.close(near)


# --- what cannot be ---------------------------------------------------------------------------------------------------


def test_what_cannot_be_said_to_a_world(shell: Shell) -> None:
    shell.up()
    assert "there is no 'T9' in the world corner-shop; use one of T1, T2" in shell.sorry(
        "inject", '{fault: loss, link: "host->T9"}'
    )
    assert "inject, lnk: unknown key 'lnk'; did you mean link?" in shell.sorry("inject", "{fault: loss, lnk: x}")
    assert "'los' is not known here; did you mean loss?" in shell.sorry("inject", '{fault: los, link: "host->T1"}')
    assert "inject, line 1: this is no YAML" in shell.sorry("inject", "{fault: loss")
    assert "nothing says which fault" in shell.sorry("inject", "{link: x}")
    assert """nothing says which fault; write it like '{fault: loss, link:""" in shell.sorry("inject", " ")
    assert "there is no fault 'loss-9'" in shell.sorry("heal", "loss-9")
    assert shell.good("inject", "{fault: stop, process: issuer, id: gone}") == "gone\n"
    assert "there is a fault 'gone' already" in shell.sorry("inject", "{fault: stop, process: issuer, id: gone}")
    assert shell.document("status")["parties"]["issuer"] == "down"
    assert "there is no terminal 'T9'" in shell.sorry("pay", "--amount", "1.00", "--terminal", "T9")
    assert "pay, amount: '1,00'" in shell.sorry("pay", "--amount", "1,00")
    assert "; say an amount above zero, like 12.00" in shell.sorry("pay", "--amount", "0")
    assert "'gold' is no test card" in shell.sorry("pay", "--amount", "1.00", "--card", "gold")
    number = "62220000" + "00000000"
    assert number not in shell.sorry("pay", "--amount", "1.00", "--card", number)
    assert "nobody there knows an order 'nobody'" in shell.sorry("diagnose", "--order", "nobody")
    assert "is over: it is" in shell.sorry("clock", "--to", "00:01")
    assert "--to: 'soon' is no time; write it like" in shell.sorry("clock", "--to", "soon")
    assert "a board needs a terminal" in shell.sorry("watch")
    assert "is in use by another process" in shell.sorry("up"), "one folder serves one world"


def test_where_nothing_runs(shell: Shell, tmp_path: Path) -> None:
    assert "there is no world 'corner-shop' that runs here; start it with poslab up" in shell.sorry("status")
    assert "there is no world 'nirvana'" in shell.sorry("up", "--world", "nirvana")
    assert "is no name that a topic can hold" in shell.sorry("status", "--world", "a b")
    (tmp_path / "no.json").write_text("{}")
    assert "is no ready file of a world" in shell.sorry("status", "--world", str(tmp_path / "no.json"))
    (tmp_path / "file").touch()
    assert "cannot be made" in shell.sorry("up", "--dir", str(tmp_path / "file"))
    assert "cannot be written" in shell.sorry("up", "--log", str(tmp_path / "none" / "log"))
    assert "it is for a broker; add --mqtt mqtts://HOST" in shell.sorry("up", "--ca", "ca.pem")


def test_files_for_a_broker_where_there_is_none(shell: Shell) -> None:
    shell.up()
    assert "reached through its own door, and over no broker" in shell.sorry("status", "--ca", "ca.pem")


def test_a_killed_world_is_no_world(shell: Shell) -> None:
    process, where = shell.up()
    shell.stop(process, signal.SIGKILL)
    assert (Path(where["folder"]) / "ready.json").exists()
    said = shell.sorry("status")
    assert "the world corner-shop is not running any more, and did not stop in good order" in said
    assert said.endswith(f"; start it again where it was: poslab up --dir {where['folder']}\n")


def test_a_world_that_dies_while_it_is_spoken_to(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "PATIENCE_S", 0.1)
    process, where = shell.up()

    async def kill_it_and_ask(looker: Looker) -> None:
        process.kill()
        process.wait()
        async with asyncio.timeout(60):
            await looker.statuses()

    with pytest.raises(BadInput, match="the world corner-shop is not running any more; start it with poslab up"):
        ask(Named(where["folder"] + "/"), kill_it_and_ask)


@pytest.mark.parametrize("world", ["corner-shop", "file"])
def test_what_a_killed_world_kept_is_verified_and_run_again(shell: Shell, tmp_path: Path, world: str) -> None:
    """Its ready file is still there, and is no world; a world that is no preset is beside its journals."""
    if world == "file":
        world = str(tmp_path / "mine.yaml")
        Path(world).write_text(NOODLE_BAR, encoding="utf-8")
    folder = tmp_path / "d"
    process, _ = shell.up("--world", world, "--dir", str(folder), "--speed", "60")
    shell.good("pay", "--amount", "12.00", "--world", str(folder))
    shell.good("clock", "--to", "+1m", "--world", str(folder))
    shell.stop(process, signal.SIGKILL)
    assert shell.good("journal", "verify", str(folder)).count(": whole") == 4
    assert shell.good("journal", "rerun", str(folder)).endswith(": the same\n")


def test_where_everything_is_does_not_depend_on_where_somebody_stands(shell: Shell, tmp_path: Path) -> None:
    _, where = shell.up("--dir", os.path.relpath(tmp_path / "d"))
    assert {Path(kept).parent for kept in where["journals"].values()} == {Path.cwd() / os.path.relpath(tmp_path / "d")}
    assert all(Path(kept).is_absolute() for kept in (where["folder"], where["socket"]))


def test_every_command_takes_the_language(shell: Shell) -> None:
    shell.up("--speed", "60", "--lang", "zh")
    assert shell.good("inject", LOST, "--lang", "zh") == "loss-1\n"
    assert shell.good("pay", "--amount", "1.00", "--order", "one", "--lang", "zh") == "one\n"
    assert shell.good("heal", "--lang", "zh") == "loss-1\n"
    assert shell.good("clock", "--to", "+1m", "--lang", "zh").startswith("2026-01-05 ")
    assert "1 purchase, " in shell.good("status", "--lang", "en")
    assert "names no" not in shell.sorry("serve", "bank", "--mqtt", "mysql://x", "--lang", "zh")


def test_an_output_that_is_full_is_no_bug_of_ours(shell: Shell) -> None:
    with Path("/dev/full").open("w", encoding="ascii") as full:
        done = subprocess.run(
            [sys.executable, "-m", "poslab", "list"],
            env=shell.environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2, "poslab: there is no space left where this is written to; make room, or write elsewhere\n",
    )  # fmt: skip


def test_journals_of_another_world_are_refused(shell: Shell, tmp_path: Path) -> None:
    process, _ = shell.up("--dir", str(tmp_path / "d"))
    shell.stop(process)
    said = shell.sorry("up", "--world", "gateway-shop", "--dir", str(tmp_path / "d"))
    assert "belongs to the world" in said and "name another folder" in said


def test_a_broker_that_is_not_there_is_waited_for_in_words(shell: Shell) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "poslab", "status", "--mqtt", f"mqtt://127.0.0.1:{free_port()}"],
        env=shell.environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert waiting.stderr is not None
    assert "no connection to mqtt://127.0.0.1" in waiting.stderr.readline()
    waiting.send_signal(signal.SIGINT)
    assert waiting.communicate(timeout=300)[1] == "poslab: interrupted\n"
    assert waiting.returncode == 130


def test_a_broker_that_never_comes_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(looking, "JOINED_WITHIN_S", 0.5)
    at = f"127.0.0.1:{free_port()}"
    for language, said in (("en", "no connection there came about; start a broker there"), ("zh", "一直未能连上；请在那里")):
        assert main(["pay", "--amount", "12.00", "--mqtt", f"mqtt://me:secret@{at}", "--lang", language]) == 2
        told = capsys.readouterr().err
        assert at in told.splitlines()[-1] and said in told.splitlines()[-1]
        assert "secret" not in told


def test_a_socket_that_answers_is_not_taken_away(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as other:
        try:
            other.bind(str(folder / "world.sock"))
        except OSError:
            pytest.skip("the folder's name is too long for a socket")
        other.listen()
        assert "world.sock is in use by another process" in shell.sorry("up", "--dir", str(folder))


def test_a_broker_of_its_own_can_be_broken_and_the_world_is_found_again(shell: Shell) -> None:
    """It forgets which world this is, who is there and what time it is; everybody says so again."""
    shell.up("--speed", "60")
    shell.good("pay", "--amount", "12.00", "--order", "first")
    shell.good("clock", "--speed", "30")
    shell.good("inject", "{id: away, fault: broker-restart, for: 15s, keeps: nothing}")
    shell.good("pay", "--amount", "13.00", "--order", "second")
    shell.good("clock", "--to", "+3m")
    status = shell.document("status")
    assert status["speed"] == 30, "whoever led the clock is gone, and the broker has forgotten"
    (fault,) = status["faults"]
    assert (fault["id"], fault["where"], fault["state"], fault["struck"]) == ("away", "broker", "over", 1)
    assert shell.document("diagnose", "--order", "second")["views"]["terminal"] == "approved"
