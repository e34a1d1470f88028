"""What goes wrong is told in the language of whoever gave the command, in one sentence on standard error."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bilingual import CHINESE
from wrongly_written import GOOD, WRONG

from poslab.__main__ import main

Told = Callable[..., str]

CHINA = {"LC_ALL": "zh_CN.UTF-8"}


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """The one sentence about a command line that is bad input."""

    def give(*arguments: str, code: int = 2) -> str:
        assert main(arguments) == code
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1), err
        assert "Traceback" not in err and "Text(" not in err, err
        return err.removeprefix("poslab: ").removesuffix("\n")

    return give


def test_the_language_is_that_of_the_command_line_or_else_of_the_place(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    zh = "命令行：没有场景 'net-respons'；是不是 net-response-lost？"
    en = "the command line: there is no scenario 'net-respons'; did you mean net-response-lost?"
    assert told("run", "net-respons") == en
    assert told("run", "net-respons", "--lang", "zh") == zh
    assert told("run", "--lang=zh", "net-respons") == zh
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert told("run", "net-respons") == zh
    assert told("run", "net-respons", "--lang", "en") == en


USAGE = [
    (("runn",), "没有命令 runn（是不是 run？）", "No such command 'runn'. Did you mean 'run'?"),
    (("zzz",), "没有命令 zzz", "No such command 'zzz'"),
    (("run", "x", "--sed", "1"), "没有选项 --sed（是不是 --key、--seed、--speed？）", "No such option: --sed"),
    (("run", "-x"), "没有选项 -x", "No such option: -x"),
    (("run", "x", "--seed"), "选项 --seed 缺少值", "Option '--seed' requires an argument"),
    (("list", "--json=1"), "选项 --json 不带值", "Option '--json' does not take a value"),
    (("explain",), "缺少参数 cause", "Missing argument 'cause'"),
    (("explain", "a", "b"), "多余的参数：b", "Got unexpected extra argument(s) (b)"),
    (("serve", "bank"), "缺少选项 --mqtt", "Missing option '--mqtt'"),
    (
        ("schema",),
        "缺少参数 what，可用的有 scenario、world、result、history、facts",
        "Missing argument 'what'. Choose from: scenario, world, result, history, facts",
    ),
    (("run", "x", "--lang", "fr"), "--lang 的值 'fr' 不能用：可用的有 zh、en", "'fr' is not one of 'zh', 'en'"),
    (("run", "x", "--speed", "9999"), "--speed 的值 '9999' 不能用：须不大于 3600", "less than or equal to 3600"),
    (("run", "x", "--speed", "0"), "--speed 的值 '0' 不能用：须不小于 1", "greater than or equal to 1"),
    (("run", "x", "--speed", "fast"), "--speed 的值 'fast' 不能用：应为整数", "a valid integer"),
]


@pytest.mark.parametrize(("arguments", "zh", "en"), USAGE, ids=[" ".join(arguments) for arguments, *_ in USAGE])
def test_a_command_line_that_nobody_understands(
    told: Told, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], zh: str, en: str
) -> None:
    english = told(*arguments)
    assert en in english and english.endswith("; poslab -h shows what there is")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    chinese = told(*arguments)
    assert chinese.startswith(zh) and chinese.endswith("；poslab -h 列出所有命令")


def test_what_typer_may_say_tomorrow_is_told_all_the_same() -> None:
    import typer

    from poslab.console.usage import usage_text

    said = usage_text(typer.TyperException("Nobody knows this yet."))
    assert said.en == "Nobody knows this yet; poslab -h shows what there is"
    assert said.zh == "命令行有误（Nobody knows this yet）；poslab -h 列出所有命令"


STUMBLE = """\
import sys
from poslab.console.cli import answer, app
@app.command()
def stumble() -> None:
    raise {what}
sys.exit(answer(['stumble', *sys.argv[1:]]))
"""


@pytest.mark.parametrize(
    ("what", "code", "zh"),
    [
        ("LookupError('over my feet')", 3, "自身出错（LookupError: over my feet）；请连同所用命令一并报告"),
        ("KeyboardInterrupt", 130, "已中断"),
        ("OSError(28, 'No space left on device')", 2, "写入处的磁盘空间不足；请腾出空间，或写到别处"),
    ],
    ids=["a bug of ours", "Ctrl-C", "no space"],
)
def test_what_is_nobody_s_bad_input_is_told_in_chinese_too(what: str, code: int, zh: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUMBLE.format(what=what)],
        env={**os.environ, **CHINA},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert zh in done.stderr


def test_ctrl_c_in_the_middle_of_a_run_speaks_chinese() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "poslab", "run", "--all", "--lang", "zh"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (130, "poslab: 已中断\n")


@pytest.mark.parametrize(("old", "new", "line", "key", "words"), WRONG, ids=[f"{new[:40]!r}" for _, new, *_ in WRONG])
def test_what_is_wrong_is_said_in_chinese_to_those_who_want_it(
    told: Told, tmp_path: Path, old: str, new: str, line: int, key: str, words: list[str]
) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    place, _, sentence = told("run", str(path), "--lang", "zh").partition("：")
    assert place == "，".join(part for part in (str(path), f"第 {line} 行" if line else "", key) if part)
    what, _, remedy = sentence.partition("；")
    assert CHINESE.search(what) and CHINESE.search(remedy), sentence


def test_why_the_system_refuses_is_told_where_that_is_common(told: Told, tmp_path: Path) -> None:
    name = tmp_path / ("n" * 300 + ".yaml")
    assert "无法读取（名字过长）" in told("run", str(name), "--lang", "zh")
    assert "it cannot be read (file name too long)" in told("run", str(name))
    assert CHINESE.search(told("run", str(tmp_path), "--lang", "zh"))
