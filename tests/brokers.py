"""A Mosquitto of the test's own, on a free port, that can be killed and started again."""

import itertools
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from poslab.faults.broker import NOTHING

AT_THEIR_ENDS = "services bring that about at their own ends of the bus"


LOWEST, PORTS = 20_000, 12_000  # below those that systems give to whoever connects, so none of these is taken meanwhile
_tried = itertools.count(os.getpid() * 97)  # processes that test at the same time begin at different places


def free_port() -> int:
    """One that nobody listens on, and that stays free until it is used."""
    for number in _tried:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", LOWEST + number % PORTS))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise AssertionError("count never ends")


class Mosquitto:
    """``extra`` are lines of its configuration."""

    def __init__(self, program: Path, folder: Path, extra: str = "allow_anonymous true") -> None:
        self.port = free_port()
        if os.geteuid() == 0:
            extra += "\nuser root"  # it would become somebody who may not read the test's files
        self.program = program
        self._file = folder / "mosquitto.conf"
        self._file.write_text(
            f"listener {self.port} 127.0.0.1\npersistence false\nlog_type error\n"
            f"max_queued_messages 0\nmax_inflight_messages 0\nset_tcp_nodelay true\n{extra}\n",
            encoding="utf-8",
        )
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it listens."""
        self._running = subprocess.Popen([str(self.program), "-c", str(self._file)], stderr=subprocess.DEVNULL)
        for _ in range(5_000):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("mosquitto does not listen")

    def kill(self) -> None:
        """At once, without a word."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


class OurMosquitto(Mosquitto):
    """One that faults may restart, as its owner may; the rest of what a broker does wrong services do at their ends."""

    def __init__(self, program: Path, folder: Path) -> None:
        super().__init__(program, folder, f"allow_anonymous true\npersistence true\npersistence_location {folder}/")
        self._store = folder / "mosquitto.db"

    def go_down(self, *, keeps_queues: bool) -> None:
        if keeps_queues:
            self._save()
        self.kill()  # stopped in good order it would say everybody's will first

    def _save(self) -> None:
        assert self._running is not None
        before = self._saved_at()
        self._running.send_signal(signal.SIGUSR1)
        for _ in range(5_000):
            if self._saved_at() != before:
                return
            time.sleep(0.002)
        raise RuntimeError("mosquitto does not save")

    def _saved_at(self) -> int:
        return self._store.stat().st_mtime_ns if self._store.exists() else 0

    def come_back(self, keeps: str) -> None:
        if keeps == NOTHING:
            self._store.unlink(missing_ok=True)
        self.start()

    def deliver_twice(self, *, twice: bool) -> None:
        raise AssertionError(AT_THEIR_ENDS)

    def take_session(self, member: str) -> None:
        raise AssertionError(AT_THEIR_ENDS)

    def give_session_back(self, member: str) -> None:
        raise AssertionError(AT_THEIR_ENDS)
