"""docker-compose.yml put to work without containers: each service as a plain process with the very command,
environment, users and broker configuration that the file gives; then its runner plays a scenario.

Only what a container engine would provide is put in place of it: names of hosts, ports and paths.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from brokers import free_port
from composing import ROOT, filled_in, loaded
from databases import Postgres

SERVED = ("terminal", "acquirer", "bank", "people")


class Composed:
    """The services of the file, as processes."""

    def __init__(self, folder: Path, program: Callable[[str], Path]) -> None:
        self._program = program
        self._folder = folder
        declared = filled_in(loaded(), {})
        self.services: dict[str, Any] = declared["services"]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: free_port() for name in ("mosquitto", *SERVED)}
        secrets = {name: ROOT / each["file"] for name, each in declared["secrets"].items()}
        for name, service in self.services.items():
            self._mount(name, {secret: secrets[secret] for secret in service.get("secrets", [])})
        database = secrets["database"].read_text(encoding="utf-8").strip()
        self.postgres = Postgres(program("postgres"), database)
        self._database = database

    def start_broker(self) -> None:
        """With the configuration, script and users of the file."""
        service = self.services["mosquitto"]
        inside = self._folder / "mosquitto"
        (inside / "data").mkdir(parents=True, exist_ok=True)
        (inside / "passwords").mkdir(exist_ok=True)
        (inside / "config").mkdir(exist_ok=True)
        source, target, how = service["volumes"][0].split(":")
        assert (target, how) == ("/mosquitto/config", "ro")
        secrets = self._mounted("mosquitto")
        for file in (ROOT / source).iterdir():
            text = file.read_text(encoding="utf-8").replace("/run/secrets", str(secrets))
            text = text.replace("/mosquitto/", f"{inside}/").replace(
                "listener 1883", f"listener {self.ports['mosquitto']} 127.0.0.1"
            )
            if file.suffix == ".conf" and os.geteuid() == 0:
                text += "\nuser root\n"  # it would become somebody who may not read the test's files
            (inside / "config" / file.name).write_text(text, encoding="utf-8")
        command = [part.replace("/mosquitto/", f"{inside}/") for part in service["command"]]
        broker = self._program("mosquitto")
        paths = os.pathsep.join([str(broker.parent), str(broker.parent.parent / "bin"), os.environ["PATH"]])
        with self._said("mosquitto").open("wb") as said:
            self._processes["mosquitto"] = subprocess.Popen(command, env={"PATH": paths}, stderr=said, stdout=said)
        self._until(self._broker_listens, "mosquitto")

    def start_database(self) -> None:
        """With the user, the password and the database of the file."""
        given = self.services["postgres"]["environment"]
        assert (given["POSTGRES_USER"], given["POSTGRES_PASSWORD_FILE"]) == ("poslab", "/run/secrets/database")
        self.postgres.start()
        made = [
            str(self._program("postgres").resolve().parent / "createdb"), "-h", "127.0.0.1",
            "-p", str(self.postgres.port), "-U", given["POSTGRES_USER"], given["POSTGRES_DB"],
        ]  # fmt: skip
        subprocess.run(made, check=True, env={**os.environ, "PGPASSWORD": self._database})
        health = self.services["postgres"]["healthcheck"]["test"][1:]
        asked = [str(self.postgres.port) if part == "5432" else part for part in health]
        assert subprocess.run(asked, check=False).returncode == 0

    def start(self, *names: str) -> None:
        """These services at the same time; returns when the health check of each holds."""
        for name in names:
            with self._said(name).open("wb") as said:
                self._processes[name] = self._began(name, said.fileno())
        self.until_healthy(*names)

    def until_healthy(self, *names: str) -> None:
        """Returns when the health check of each holds."""
        for name in names:
            self._until(partial(self.is_healthy, name), name)

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """One that ends by itself."""
        with self._began(name, subprocess.PIPE, stdout=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess([], process.returncode, out.decode(), err.decode())

    def is_healthy(self, name: str) -> bool:
        """What the file's health check says."""
        test = self.services[name]["healthcheck"]["test"]
        assert test[:2] == ["CMD", "python"]
        told = [sys.executable, *(self._here(part, name) for part in test[2:])]
        return subprocess.run(told, check=False, stderr=subprocess.DEVNULL).returncode == 0

    def stop(self, name: str) -> int:
        """As the engine does: SIGTERM, and how it ended."""
        process = self._processes.pop(name)
        process.terminate()
        return process.wait(30)

    def end(self) -> None:
        """Everything, whatever happened."""
        for process in self._processes.values():
            process.kill()
            process.wait()
        self.postgres.remove()

    def _said(self, name: str) -> Path:
        return self._folder / f"{name}.stderr"

    def _began(self, name: str, stderr: int, stdout: int | None = None) -> subprocess.Popen[bytes]:
        service = self.services[name]
        command = [sys.executable, "-I", "-m", "poslab", *(self._here(part, name) for part in service["command"])]
        given = {variable: self._here(value, name) for variable, value in service["environment"].items()}
        told = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **given}
        return subprocess.Popen(command, env=told, cwd=self._folder, stdout=stdout, stderr=stderr)

    def _here(self, text: str, name: str) -> str:
        """What stands for a name, a port or a path of a container on this machine."""
        return (
            text.replace("@mosquitto:1883", f"@127.0.0.1:{self.ports['mosquitto']}")
            .replace("@postgres:5432", f"@127.0.0.1:{self.postgres.port}")
            .replace("0.0.0.0:9100", f"127.0.0.1:{self.ports.get(name)}")
            .replace("127.0.0.1:9100", f"127.0.0.1:{self.ports.get(name)}")
            .replace("/run/secrets", str(self._mounted(name)))
        )

    def _mount(self, name: str, secrets: dict[str, Path]) -> None:
        """Once, before it starts: whoever starts reads them, and is not to find a file that is being written."""
        self._mounted(name).mkdir()
        for secret, file in secrets.items():
            (self._mounted(name) / secret).write_bytes(file.read_bytes())

    def _mounted(self, name: str) -> Path:
        """A folder with the secrets that this service has, and no others."""
        return self._folder / f"secrets-{name}"

    def _broker_listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.ports["mosquitto"]), timeout=1).close()
        except OSError:
            return False
        return True

    def _until(self, holds: Callable[[], bool], name: str) -> None:
        for _ in range(3_000):
            if holds():
                return
            process = self._processes[name]
            if process.poll() is not None:
                raise AssertionError(f"{name} ended with {process.returncode}: {self._said(name).read_text()}")
            time.sleep(0.1)
        raise AssertionError(f"{name} is not healthy")


@pytest.fixture
def composed(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Composed]:
    made = Composed(tmp_path, program)
    yield made
    made.end()


def test_what_the_file_declares_plays_a_scenario_with_its_verdict(composed: Composed) -> None:
    composed.start_broker()
    composed.start_database()
    composed.start(*SERVED)

    done = composed.run("runner")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(" PASS  net-response-lost")

    # The world has begun: it is not played in twice, and goes on where it was.
    again = composed.run("runner")
    assert again.returncode == 2 and "the world shop has begun already" in again.stderr
    assert composed.stop("bank") == 0
    composed.start("bank")
    assert composed.is_healthy("bank")

    # Without the broker nobody is ready; with it again, everybody.
    assert composed.stop("mosquitto") == 0
    time.sleep(0.5)
    assert not any(composed.is_healthy(name) for name in SERVED)
    composed.start_broker()
    composed.until_healthy(*SERVED)
    for name in SERVED:
        assert composed.stop(name) == 0
