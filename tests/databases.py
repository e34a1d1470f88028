"""A PostgreSQL of the test's own, on a free port, that can be killed and started again."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from brokers import free_port

PASSWORD = "only-for-this-test"


class Postgres:
    """A cluster in a folder of its own; where the test is root it runs as the system's user ``postgres``."""

    def __init__(self, program: Path, password: str = PASSWORD) -> None:
        self._password = password
        self.port = free_port()
        program = program.resolve()  # its companions may be linked elsewhere, or not at all
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="poslab-postgres-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self._folder, "postgres", "postgres")
        secret = self._folder / "secret"
        secret.write_text(password, encoding="ascii")
        if self._as:
            shutil.chown(secret, "postgres", "postgres")
        made = [
            str(program.parent / "initdb"), "-D", str(self._folder / "data"), "-U", "poslab", "--auth=scram-sha-256",
            f"--pwfile={secret}", "--no-sync", "--locale=C", "--encoding=UTF8",
        ]  # fmt: skip
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, **self._as)
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, with the password."""
        return f"postgresql://poslab:{self._password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Returns when it answers."""
        command = [
            str(self._program), "-D", str(self._folder / "data"), "-p", str(self.port),
            "-k", str(self._folder), "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=16MB",
        ]  # fmt: skip
        with (self._folder / "log").open("ab") as log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._as)
        ask = [str(self._program.parent / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(5_000):
            if subprocess.run(ask, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("postgres does not answer")

    def kill(self) -> None:
        """At once, with all its children, as a power cut does."""
        if self._running is not None:
            self._running.send_signal(signal.SIGQUIT)  # its children die with it and nothing is written any more
            self._running.wait()
            self._running = None

    def remove(self) -> None:
        """It, and everything that it wrote."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
