"""docker-compose.yml and the Dockerfile: what the published schema allows, closed, bounded, without secrets."""

import re
import shlex
import tomllib
from typing import Any

import pytest
from composing import FILE, ROOT, faults_of, filled_in, loaded

DECLARED = loaded()
SERVICES: dict[str, Any] = DECLARED["services"]
OURS = ("terminal", "acquirer", "bank", "people", "runner")
SERVED = OURS[:-1]
EXAMPLES = ROOT / "deploy" / "example-secrets"


def test_the_published_schema_allows_it() -> None:
    assert faults_of(DECLARED) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("read_only: true", "read_only: [yes]"),
        ("cap_drop: [ALL]", "cap_drops: [ALL]"),
        ("mem_limit: 384m", "mem_limit: {}"),
        ("condition: service_healthy", "condition: healthy"),
        ("networks: [inside]", "networks: [inside, inside]"),
    ],
)
def test_the_schema_would_not_allow_a_slip(before: str, after: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    assert faults_of(loaded(text.replace(before, after))) != []


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_closed_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"] and "privileged" not in service
    assert int(service["user"].partition(":")[0]) > 0
    assert {"mem_limit", "cpus", "pids_limit", "stop_grace_period", "logging"} <= service.keys()
    image, _, tag = service["image"].rpartition(":")
    assert image and tag not in ("", "latest")
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert "network_mode" not in service and "inside" in service["networks"]


def test_only_the_broker_can_be_reached_from_this_machine_and_nothing_inside_reaches_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["mosquitto"]
    assert [name for name, service in SERVICES.items() if service["networks"] != ["inside"]] == ["mosquitto"]
    assert DECLARED["networks"]["inside"] == {"internal": True}


def test_everybody_waits_until_those_before_him_are_healthy() -> None:
    for name in SERVED:
        waits = SERVICES[name]["depends_on"]
        assert waits == {each: {"condition": "service_healthy"} for each in ("mosquitto", "postgres")}
    assert SERVICES["runner"]["depends_on"] == {each: {"condition": "service_healthy"} for each in SERVED}
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["runner"]


def test_each_service_is_a_user_of_its_own_and_has_no_other_ones_password() -> None:
    for name in SERVED:
        service = SERVICES[name]
        assert service["secrets"] == [f"mqtt-{name}", "database"]
        assert (
            service["command"][:2] == ["serve", name] and f"--mqtt=mqtt://{name}@mosquitto:1883" in service["command"]
        )
    assert SERVICES["runner"]["secrets"] == ["mqtt-stage"]
    named = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert named == set(DECLARED["secrets"])


def test_no_password_stands_in_it_and_the_examples_are_marked_as_such() -> None:
    files = {path.name: path.read_text(encoding="utf-8").strip() for path in EXAMPLES.iterdir()}
    readme = files.pop("README.md")
    assert files.keys() == DECLARED["secrets"].keys() and len(set(files.values())) == len(files)
    for name, secret in files.items():
        assert secret.startswith("example-only-") and f"`{name}`" in readme
        assert secret not in FILE.read_text(encoding="utf-8")
    assert "127.0.0.1" in readme
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or (variable.endswith("_FILE") and value.startswith("/run/secrets/"))
    other = filled_in(DECLARED["secrets"], {"POSLAB_SECRETS": "/elsewhere"})
    assert {each["file"] for each in other.values()} == {f"/elsewhere/{name}" for name in files}


def test_the_broker_keeps_what_it_took_and_says_so_on_purpose() -> None:
    lines = (ROOT / "deploy" / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    said = dict(line.split(" ", 1) for line in lines if line and not line.startswith(("#", "log_type")))
    assert said["allow_anonymous"] == "false" and {"password_file", "acl_file"} <= said.keys()
    assert (said["persistence"], said["autosave_on_changes"], said["autosave_interval"]) == ("true", "true", "1")
    assert said["persistence_location"].rstrip("/") in [v.partition(":")[2] for v in SERVICES["mosquitto"]["volumes"]]
    assert int(said["max_queued_messages"]) > 1_000 and int(said["max_queued_bytes"]) < 512 << 20
    assert int(said["max_packet_size"]) > 1 << 20


# --- the image


def stages() -> list[list[list[str]]]:
    """The instructions of the Dockerfile, by stage."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    made: list[list[list[str]]] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            made.append([])
        made[-1].append([word, rest.strip()])
    return made


def test_the_image_is_slim_and_its_user_may_do_nothing() -> None:
    build, final = stages()
    assert build[0][1].endswith("-slim AS build") and final[0][1] == build[0][1].removesuffix(" AS build")
    said = dict(final)
    assert said["USER"] == SERVICES["terminal"]["user"]
    assert said["ENTRYPOINT"] == '["python", "-I", "-m", "poslab"]'
    runs = " ".join(rest for word, rest in final if word == "RUN")
    assert not re.search(r"apt-get|gcc|build-essential|curl|pip install", runs) and "pip uninstall" in runs
    assert [rest for word, rest in final if word == "COPY"] == ["--from=build /app /app"]
    labels = dict(each.split("=", 1) for each in shlex.split(said["LABEL"]))
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_the_image_holds_every_package_and_nothing_else_of_the_repository() -> None:
    build, _ = stages()
    copied = {part.removeprefix("./") for word, rest in build if word == "COPY" for part in rest.split()[:-1]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert copied == packages | {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"}
    assert all((ROOT / name).exists() for name in copied)
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert let_in == copied
