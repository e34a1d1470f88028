"""`poslab serve --health`: ready only on the bus and recovered; figures that Prometheus reads."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from brokers import Mosquitto, free_port

from poslab.console.cli import BAD_INPUT, answer

SERVE = [sys.executable, "-I", "-m", "poslab", "serve"]


@pytest.fixture
def broker(program: Callable[[str], Path], tmp_path: Path) -> Iterator[Mosquitto]:
    started = Mosquitto(program("mosquitto"), tmp_path)
    yield started
    started.kill()


def page(port: int, name: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}/{name}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as answer:
        return answer.code, answer.read().decode()
    except URLError:
        return 0, ""


def until(port: int, name: str, status: int) -> str:
    for _ in range(6_000):
        found, body = page(port, name)
        if found == status:
            return body
        time.sleep(0.05)
    raise AssertionError(f"/{name} never answered {status}")


def until_it_has_tried(port: int) -> None:
    """Until the service has found no broker, once at least."""
    while figures(page(port, "metrics")[1])["poslab_bus_breaks_total"] == "0":
        time.sleep(0.05)


def figures(text: str) -> dict[str, str]:
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) poslab_[a-z_]+ .+|poslab_[a-z_]+\{(\w+="[^"]*",?)+\} [0-9.]+', line), line
    return {line.partition("{")[0]: line.rpartition(" ")[2] for line in text.splitlines() if not line.startswith("#")}


def test_alive_at_once_and_ready_when_on_the_bus_and_recovered(broker: Mosquitto, tmp_path: Path) -> None:
    port = free_port()
    command = [*SERVE, "bank", "--mqtt", broker.url, "--journal", str(tmp_path / "journal"), "--health", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            until(port, "healthz", 200)
            assert "bank: it recovers, or waits for journal or bus" in until(port, "readyz", 503)
            assert figures(page(port, "metrics")[1])["poslab_ready"] == "0"
            until_it_has_tried(port)
            broker.start()
            until(port, "readyz", 200)
            found = figures(page(port, "metrics")[1])
            assert found["poslab_ready"] == "1" and found["poslab_bus_breaks_total"] != "0"
            assert {"poslab_lines_total", "poslab_lag_seconds", "poslab_inputs_waiting"} < found.keys()
            broker.kill()
            assert "the bus is away" in until(port, "readyz", 503)
            broker.start()
            until(port, "readyz", 200)
        finally:
            process.terminate()
            assert process.wait(20) == 0


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [*SERVE, "bank", "--mqtt", "mqtt://127.0.0.1:1", "--health", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        command += ["--lang", "zh"]
        zh = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert zh.returncode == 2
    assert zh.stderr == (
        f"poslab: serve，--health：127.0.0.1 的端口 {port} 已被另一进程占用；请换一个，如 9101 或 0.0.0.0:9101\n"
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"poslab: serve, --health: port {port} of 127.0.0.1 is in use by another process; "
        "name another one, like 9101 or 0.0.0.0:9101\n"
    )


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("port", "names no port"), ("0", "names no port"), ("70000", "names no port"), ("127.0.0.1:", "names no port"),
        ("", "--health: what comes behind it is empty"),
    ],
)  # fmt: skip
def test_what_is_no_port_is_refused(where: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["serve", "bank", "--mqtt", "mqtt://127.0.0.1:1", "--health", where]) == BAD_INPUT
    said = capsys.readouterr().err
    assert what in said and said.count("\n") == 1
