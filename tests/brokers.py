"""A Mosquitto of the test's own, on a free port, that can be killed and started again."""

import os
import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
