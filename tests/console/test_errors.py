"""What goes wrong is told in the language of whoever gave the command, in one sentence on standard error."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bilingual import CHINESE, told_in_both
from wrongly_written import GOOD, WRONG

from poslab.__main__ import main
from poslab.console.options import WORLDS
from poslab.text import Text
from poslab.world.presets import PRESETS

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


REFUSED = [
    (
        "run --all ok-slow",
        "run，--all：已要求播放全部，又指定了场景；请只写其中之一",
        "run, --all: it plays everything",
    ),
    ("run", "run：没有指定场景；poslab list 列出所有场景；--all 播放全部", "run: no scenario is named"),
    ("run ok-slow --ca x.pem", "run，--ca：它只用于 MQTT 服务器", "run, --ca: it is for a broker"),
    ("run ok-slow --live --wire", "run，--wire：它只用于虚拟时间", "run, --wire: it is for runs in virtual time"),
    ("run ok-slow --live --join w", "run，--join：不知道世界在哪里", "run, --join: it needs to know where"),
    ("run ok-slow --live --mqtt http://x", "--mqtt：http:// 不是 MQTT 服务器地址", "--mqtt: http:// is no broker"),
    (
        "run ok-slow --live --mqtt mqtt://[::1",
        "--mqtt：不是可读的地址；写法如 mqtt://",
        "it cannot be read as an address",
    ),
    ("serve bank --mqtt 127.0.0.1：1883", "--mqtt：不是可读的地址；写法如 mqtt://", "it cannot be read as an address"),
    ("run ok-slow --live --mqtt mqtts://x --ca no.pem", "--mqtt：--ca：没有文件 no.pem", "there is no file no.pem"),
    ("run close.yaml --live", "--live：close.yaml 不能实时播放：决定结果的事件只相隔 20 ms", "is 20 ms apart"),
    ("run ok-slow --out here", "--out here：这是文件；请指定目录", "--out here: it is a file; name a folder"),
    ("run ok-slow --out here/in/it", "here 是文件；请指定目录", "--out here/in/it: here is a file; name a folder"),
    ("run ok-slow --out -", "--out -：标准输出不是目录", "--out -: standard output is no folder"),
    ("run ok-slow --cert x.pem", "run，--cert：它只用于 MQTT 服务器", "run, --cert: it is for a broker"),
    ("run ok-slow --world here", "here，第 1 行", "here, line 1"),
    ("run ok-slow --world corner-shp", "命令行：没有世界 'corner-shp'", "there is no world 'corner-shp'"),
    ("run here.yaml/x.yaml", "here.yaml/x.yaml：没有这个文件；请检查文件名", "there is no such file; check the name"),
    ("explain nett", "explain：没有原因 'nett'", "explain: there is no cause 'nett'"),
    ("explain net-link-down/sim", "explain：net-link-down 没有变体 'sim'", "net-link-down has no variant 'sim'"),
    ("sweep --pairs few", "sweep，--pairs：'few' 不是数目；请写加几对故障，或 all", "'few' is no number of pairs"),
    ("sweep --leg arm", "sweep，--leg：没有 'arm' 这一侧；可用的有 card、funding", "there is no leg 'arm'"),
    ("sweep --workers 0", "sweep，--workers：不能用 0 个进程", "0 processes cannot be had"),
    ("sweep --out x", "sweep，--out：一次扫描有数千次运行", "a sweep has thousands of runs"),
    ("replay nowhere", "nowhere：没有这个目录；请指定 `poslab run --out` 写的目录", "there is no such folder"),
    (
        "replay told --at noon",
        "replay，--at：'noon' 不是时间；写法如 \"10:15:30\"",
        "'noon' is no time; write it like",
    ),
    (
        "replay told --at 25:00",
        "replay，--at：'25:00' 不是时间：没有这个时刻",
        "is no time: no clock shows this time",
    ),
    ("replay here", "here：这是文件；请指定 `poslab run --out` 写的目录", "here: it is a file; name one that"),
    ("replay torn", "torn/history.jsonl，第 3 行：这一行被截断；请加 --out 重新运行", "line 3: the line is cut off"),
    ("report bare", "bare，truth.json：缺少此文件", "bare, truth.json: it is missing"),
    ("statement told --format csv --date 2026-13", "statement，--date：'2026-13' 不是日期", "'2026-13' is no date"),
    (
        "statement told --format csv --acquirer host",
        "statement，--acquirer：csv 按商户号或账号生成",
        "csv is a merchant's",
    ),
    ("statement told --format csv --date 2027-01-05", "2027-01-05 没有任何记录；有的是 2026-", "nothing on 2027-01-05"),
    ("reconcile", "reconcile，--settlement：没有可以核对的文件", "nothing to hold against each other"),
    ("reconcile told --date 2027-01-05", "reconcile，--date：这次运行没有 '2027-01-05' 这一天", "the run has no day"),
    (
        "reconcile told --acquirer host-b",
        "这次运行中没有收单机构 'host-b'",
        "there is no acquirer 'host-b' in this run",
    ),
    (
        "reconcile --settlement here --slips here",
        "here，第 1 行，mid：缺少这一列",
        "here, line 1, mid: this column is",
    ),
    ("decode 0003600001", "decode：域 header，第 5 字节：报文不完整；能读的部分已显示在上面", "field header at byte 5"),
    ("decode nothing", "decode：所给的既不是十六进制数字，也不是文件名", "neither hexadecimal digits nor"),
    ("decode 000", "decode：3 位十六进制数字不成整字节；每字节请给两位", "3 hexadecimal digits are no whole bytes"),
    ("journal verify nowhere", "journal：找不到 nowhere；请指定一份日志", "journal: nowhere is not there"),
    ("journal verify here", "journal：here 不是日志，或已损坏", "journal: here is no journal, or is damaged"),
    ("journal verify postgresql://x", "journal：没有数据库名；写法如 postgresql://", "it names no database"),
    ("journal verify postgresql://[::1/x", "journal：不是可读的地址；写法如", "it cannot be read as an address"),
    (
        "up --database postgresql://db：5432/x",
        "--database：不是可读的地址；写法如 postgresql://",
        "it cannot be read as an address",
    ),
    ("journal verify told", "journal：told 中没有日志；请换一处", "journal: told holds no journals"),
    (
        "serve bank --mqtt x --database mysql://x",
        "--database：不是 postgresql:// 地址",
        "it is no postgresql:// address",
    ),
    ("serve bank --mqtt x --health here", "serve，--health：'here' 没有端口；请写 9101", "'here' names no port"),
    ("serve bank --mqtt x --called a/b", "--called：'a/b' 不能用作主题名", "'a/b' is no name that a topic can hold"),
    ("serve bank --mqtt x --world w.json", "w.json：不能作为世界读取（", "it cannot be read as a world"),
    ("up --dir up --cert x.pem", "up，--cert：它只用于 MQTT 服务器", "up, --cert: it is for a broker"),
    ("up --dir up --ready-file told", "up，--ready-file：told 是目录；请指定文件", "told is a folder; name a file"),
    ("serve bank --mqtt x --ready-file no/r", "serve，--ready-file：没有目录 no", "there is no folder no; make it first"),
    ("up --dir here", "up，--dir：无法创建 here（已存在）；请换一个目录", "here cannot be made (file exists)"),
    (
        "up --dir up --log told",
        "up，--log：无法写入 told（是目录）；请换一个文件",
        "told cannot be written (is a directory)",
    ),
    (
        "status --world nowhere",
        "--world：此处没有运行中的世界 'nowhere'；请用 poslab up 启动",
        "there is no world 'nowhere'",
    ),
    ("status --world ./here", "--world：'./here' 不是世界的就绪文件", "'./here' is no ready file of a world"),
    ("watch", "watch：看板需要终端窗口，而此处没有", "watch: a board needs a terminal, and there is none"),
]
"""Command lines in a folder with a file ``here``, and runs that are whole, torn and bare."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("refused")
    assert main(["run", "net-response-lost", "--out", str(made / "told")]) == 0
    (made / "here").write_text("a,b\n1,2\n", encoding="utf-8")
    close = '{id: slow, fault: delay, link: "issuer->switch", by: 39s980ms, match: {kind: "0210"}, nth: 1}'
    (made / "close.yaml").write_text(f"{GOOD[: GOOD.index('faults:')]}faults:\n  - {close}\n", encoding="utf-8")
    for name in ("torn", "bare"):
        shutil.copytree(made / "told", made / name)
    (made / "bare" / "truth.json").unlink()
    history = made / "torn" / "history.jsonl"
    history.write_bytes(b"".join(history.read_bytes().splitlines(keepends=True)[:3])[:-9])
    return made


@pytest.mark.parametrize(("line", "zh", "en"), REFUSED, ids=[line for line, *_ in REFUSED])
def test_every_command_says_in_both_languages_what_it_cannot_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, line: str, zh: str, en: str
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    sentences = {}
    for language in ("zh", "en"):
        assert main([*line.split(), "--lang", language]) == 2
        sentences[language] = capsys.readouterr().err
        assert sentences[language].count("\n") == 1 and "Text(" not in sentences[language]
    assert zh in sentences["zh"] and en in sentences["en"], sentences
    told_in_both(Text(sentences["zh"].strip(), sentences["en"].strip()))


@pytest.mark.parametrize(
    ("arguments", "behind"),
    [
        (("run", "ok-slow", "--out", ""), "--out"),
        (("run", "ok-slow", "--out="), "--out"),
        (("report", ""), "report"),
        (("",), "poslab"),
    ],
)
def test_a_word_that_is_empty_is_no_path_and_no_name(told: Told, arguments: tuple[str, ...], behind: str) -> None:
    assert told(*arguments) == f"the command line, {behind}: what comes behind it is empty; write it, or leave it out"
    assert told(*arguments, "--lang", "zh") == f"命令行，{behind}：其后是空的；请写上值，或去掉它"


def test_the_worlds_that_help_names_are_all_there_are() -> None:
    assert tuple(WORLDS.split(", ")) == tuple(PRESETS)


def test_a_password_whose_file_is_not_there(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSLAB_MQTT_PASSWORD_FILE", "nowhere")
    line = ("run", "ok-slow", "--live", "--mqtt", "mqtt://shop@127.0.0.1")
    wrong = "POSLAB_MQTT_PASSWORD_FILE: nowhere cannot be read; name the file that holds the password"
    assert told(*line) == f"--mqtt: {wrong}"
    wrong = "POSLAB_MQTT_PASSWORD_FILE：无法读取 nowhere；请指定存放密码的文件"
    assert told(*line, "--lang", "zh") == f"--mqtt：{wrong}"


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


HASTY = """\
import sys
class Hasty:
    def find_spec(self, name, path=None, target=None):
        if name == 'poslab.console.cli':
            raise KeyboardInterrupt
sys.meta_path.insert(0, Hasty())
from poslab.__main__ import main
sys.exit(main(['run', '--all', '--lang', 'zh']))
"""


def test_ctrl_c_before_anything_is_loaded_speaks_chinese() -> None:
    done = subprocess.run([sys.executable, "-c", HASTY], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "poslab: 已中断\n")


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
