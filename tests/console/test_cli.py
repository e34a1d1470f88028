"""The command line as its users meet it: exit codes, one sentence for what is wrong, one document for programs."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from poslab import __version__
from poslab.__main__ import main
from poslab.console.commands import COMMANDS

ENGLISH = {"LANG": "C.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENGLISH.items():
        monkeypatch.setenv(name, value)


def poslab(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "poslab", *arguments],
        env={**os.environ, **ENGLISH, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(done: tuple[int, str, str], *parts: str) -> None:
    """Bad input: exit 2, nothing on standard output, one sentence that names these things."""
    code, out, err = done
    assert code == 2, err
    assert out == ""
    assert err.startswith("poslab: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for part in parts:
        assert part in err


class Shell:
    """Runs command lines in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = self._capsys.readouterr()
        return code, out, err


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


# --- the doorbell -----------------------------------------------------------------------------------------------------


def test_version_and_help_need_nothing_heavy() -> None:
    heavy = {"typer", "rich", "pydantic", "simpy", "ruamel"}
    look = f"from poslab.__main__ import main; import sys; main(sys.argv[1:]); print({heavy!r} & sys.modules.keys())"
    for argument in ("--version", "-h", "--help"):
        done = subprocess.run([sys.executable, "-c", look, argument], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "set()"


def test_the_version_is_the_package_s(shell: Shell) -> None:
    assert shell("--version") == (0, f"poslab {__version__}\n", "")


def test_help_names_every_command_there_is(shell: Shell) -> None:
    from poslab.console.cli import app

    code, out, _ = shell("-h")
    assert code == 0
    registered = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert registered == set(COMMANDS)
    for name, text in COMMANDS.items():
        assert f"  {name} " in out
        assert text.en in out


def test_help_speaks_chinese_where_the_environment_does() -> None:
    assert "播放一个故障场景" in poslab("-h", LANG="zh_CN.UTF-8").stdout
    assert "play a scenario" in poslab("-h", LANG="de_DE.UTF-8").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(shell: Shell, command: str) -> None:
    code, out, err = shell(command, "-h")
    assert (code, err) == (0, "")
    assert command in out


# --- run --------------------------------------------------------------------------------------------------------------


def test_a_run_in_a_process_of_its_own() -> None:
    done = poslab("run", "net-response-lost")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith(" PASS  net-response-lost")


def test_the_verdict_comes_first_and_the_answers_follow(shell: Shell) -> None:
    code, out, _ = shell("run", "net-response-lost")
    assert code == 0
    parts = (
        "PASS  net-response-lost", "at the complaint", "What happened", "Where the money is", "Why",
        "Can it be cancelled?", "What now", "Never", "What prevents it",
        "Reproduce: poslab run net-response-lost --seed 1",
    )  # fmt: skip
    places = [out.index(part) for part in parts]
    assert places == sorted(places)


def test_what_is_no_terminal_gets_plain_text_of_a_stable_width(shell: Shell) -> None:
    from rich.cells import cell_len

    for language in ("zh", "en"):
        _, out, _ = shell("run", "op-double-swipe", "--lang", language)
        assert "\x1b" not in out
        for line in out.splitlines():
            assert cell_len(line) <= 100
            assert line == line.rstrip()


def test_languages(shell: Shell) -> None:
    _, chinese, _ = shell("run", "net-request-lost", "--lang", "zh")
    _, english, _ = shell("run", "net-request-lost", "--lang=en")
    assert "钱在哪里" in chinese
    assert "What happened" not in chinese
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_a_terminal_gets_colours_unless_it_asks_for_none() -> None:
    pty = pytest.importorskip("pty")

    def seen(**environment: str) -> str:
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "poslab", "run", "net-response-lost"],
            stdout=slave,
            stderr=slave,
            env={**os.environ, **ENGLISH, "TERM": "xterm-256color", **environment},
        )
        os.close(slave)
        told = b""
        while True:
            try:
                part = os.read(master, 65_536)
            except OSError:
                break
            if not part:
                break
            told += part
        process.wait()
        os.close(master)
        return told.decode()

    colour = re.compile(r"\x1b\[[\d;]*(3[0-7]|9[0-7])[\d;]*m")
    assert colour.search(seen(NO_COLOR=""))
    assert not colour.search(seen(NO_COLOR="1"))


def test_json_is_one_document(shell: Shell) -> None:
    code, out, err = shell("run", "net-response-lost", "--json", "--seed", "7")
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["schema"] == "poslab-result/1"
    assert (result["scenario"], result["seed"], result["verdict"]) == ("net-response-lost", "7", "pass")
    assert result["reproduce"] == "poslab run net-response-lost --seed 7"
    assert re.fullmatch("[0-9a-f]{64}", result["history_sha256"])
    asked = result["purchases"][0]["at_complaint"]
    assert asked["truth"] == "M1"
    assert asked["cancel"]["possible"] == "is-being-cancelled"


def test_several_at_once(shell: Shell) -> None:
    code, out, _ = shell("run", "net-response-lost", "ok-slow")
    assert code == 0
    assert out.count(" PASS ") == 2
    assert "2 runs, 2 as expected." in out
    code, out, _ = shell("run", "net-response-lost", "ok-slow", "--json")
    assert [result["verdict"] for result in json.loads(out)["results"]] == ["pass", "pass"]


def test_another_world_is_part_of_the_line_that_reproduces(shell: Shell) -> None:
    _, out, _ = shell("run", "net-response-lost", "--world", "gateway-shop", "--json")
    first = json.loads(out)
    assert first["world"] == "gateway-shop"
    assert first["purchases"][0]["at_complaint"]["views"]["platform"] == "success"
    _, out, _ = shell(*first["reproduce"].split()[1:], "--json")
    assert json.loads(out)["history_sha256"] == first["history_sha256"]


def test_an_expectation_that_is_not_met_is_exit_1(shell: Shell, tmp_path: Path) -> None:
    from importlib import resources

    written = (resources.files("scenarios") / "library" / "net-request-lost.yaml").read_text(encoding="utf-8")
    path = tmp_path / "a shop.yaml"
    path.write_text(written.replace("truth: M0", "truth: M4"), encoding="utf-8")
    code, out, err = shell("run", str(path))
    assert (code, err) == (1, "")
    assert "PASS" not in out
    assert "truth is M4, found M0" in out
    assert f"Reproduce: poslab run '{path}' --seed 1" in out.splitlines()


# --- bad input --------------------------------------------------------------------------------------------------------


def test_no_scenario(shell: Shell) -> None:
    refused(shell("run"), "no scenario", "poslab list")
    refused(shell("run", "--all", "ok-slow"), "--all")


def test_an_unknown_scenario_suggests_the_nearest(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(shell("run", "net-respons-lost", "--out", str(out)), "net-respons-lost", "did you mean net-response-lost?")
    refused(shell("run", "net-response-late/befor-reversal"), "before-reversal")
    refused(shell("run", "net-response-lost", "--world", "corner-shp"), "corner-sh")
    assert not out.exists()


def test_unknown_commands_and_options(shell: Shell) -> None:
    refused(shell("rnu"), "rnu")
    refused(shell("run", "ok-slow", "--sed", "1"), "--sed")
    refused(shell("run", "ok-slow", "--lang", "fr"), "fr", "zh")
    refused(shell("schema", "sales"), "sales")
    refused(shell("run", "ok-slow", "--history", "half"), "half")


def test_a_card_number_is_refused_and_not_echoed(shell: Shell) -> None:
    number = "999999" + "0000000014"
    done = shell("run", number)
    refused(done, "card number", "good-debit")
    assert number not in done[2]


def test_a_place_that_cannot_be_written(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    refused(shell("run", "ok-slow", "--out", str(file)), str(file), "it is a file", "name a folder")
    refused(shell("run", "ok-slow", "--out", str(file / "below")), f"{file} is a file; name a folder")
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_an_unknown_cause(shell: Shell) -> None:
    refused(shell("explain", "net-link-dwn"), "net-link-dwn", "did you mean net-link-down?")
    refused(shell("explain", "net-link-down/sim"), "sim-arrears")


def test_a_bug_of_ours_is_exit_3_and_one_sentence() -> None:
    stumble = (
        "import sys\n"
        "from poslab.console.cli import answer, app\n"
        "@app.command()\n"
        "def stumble() -> None:\n"
        "    raise LookupError('over\\nmy feet')\n"
        "sys.exit(answer(['stumble']))\n"
    )
    done = subprocess.run([sys.executable, "-c", stumble], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "LookupError: over my feet" in done.stderr
    assert "report" in done.stderr
    loud = subprocess.run(
        [sys.executable, "-c", stumble],
        env={**os.environ, "POSLAB_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert loud.returncode == 3
    assert "Traceback" in loud.stderr


def test_ctrl_c_is_one_line_and_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "poslab", "run", "--all"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **ENGLISH},
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert err == "poslab: interrupted\n"


def test_a_reader_that_leaves_is_no_trouble() -> None:
    line = f"{sys.executable} -m poslab schema history | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", line], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("141\n", "")


@pytest.mark.parametrize("line", ["schema history", "explain ok-slow", "run -h", "-h", "--version"])
def test_an_output_that_is_closed_is_no_trouble(line: str) -> None:
    closed = f"{sys.executable} -m poslab {line} >&-"
    done = subprocess.run(["/bin/sh", "-c", closed], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("line", [["-h", "--lang", "zh"], ["--lang=zh"], ["--lang", "zh", "--help"]])
def test_the_overview_of_all_commands_in_a_language(shell: Shell, line: list[str]) -> None:
    code, out, _ = shell(*line)
    assert code == 0 and "用法：poslab 命令 [选项]" in out


# --- list, explain, schema --------------------------------------------------------------------------------------------


def test_list_shows_every_cause_with_its_variants(shell: Shell) -> None:
    from poslab.diagnosis.catalogue import causes

    code, out, _ = shell("list")
    assert code == 0
    for cause in causes().values():
        assert cause.id in out
        assert all(f"/{variant.id}" in out for variant in cause.variants)
    _, out, _ = shell("list", "--json")
    listed = json.loads(out)["causes"]
    assert [cause["id"] for cause in listed] == list(causes())
    assert all(cause["playable"] for cause in listed)
    assert {"zh", "en"} == set(listed[0]["title"])


def test_explain_gives_the_four_answers(shell: Shell) -> None:
    code, english, _ = shell("explain", "net-response-lost")
    assert code == 0
    for part in ("Why", "What each party sees", "Can it be cancelled?", "What now", "Never", "What prevents it"):
        assert part in english
    _, chinese, _ = shell("explain", "net-response-lost", "--lang", "zh")
    assert "千万不要" in chinese
    _, out, _ = shell("explain", "net-response-lost", "--json")
    assert json.loads(out)["id"] == "net-response-lost"


@pytest.mark.parametrize("what", ["scenario", "world", "result", "history", "facts"])
def test_schemas_are_documents(shell: Shell, what: str) -> None:
    code, out, _ = shell("schema", what)
    assert code == 0
    schema = json.loads(out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    defined = {f"#/$defs/{name}" for name in schema.get("$defs", {})}
    assert set(re.findall(r'"\$ref": "([^"]+)"', out)) <= defined


def test_the_result_schema_has_the_keys_of_a_result(shell: Shell) -> None:
    _, out, _ = shell("schema", "result")
    schema = json.loads(out)
    _, out, _ = shell("run", "ok-slow", "--json")
    assert set(json.loads(out)) == set(schema["$defs"]["Result"]["properties"])


def test_the_history_schema_knows_every_tag_that_a_history_has(shell: Shell, tmp_path: Path) -> None:
    _, out, _ = shell("schema", "history")
    defined = set(json.loads(out)["$defs"])
    shell("run", "op-double-swipe", "--out", str(tmp_path / "run"))
    header, *lines = (tmp_path / "run" / "history.jsonl").read_text().splitlines()
    assert json.loads(header)["schema"] == "poslab-history/1"
    for line in lines:
        _, _, _, _, effects = json.loads(line)
        for effect in effects:
            assert effect[0] in defined
            if effect[0] == "Send":
                assert effect[2][0] in defined
