"""The command line: reads options, hands over to the commands, and turns what went wrong into one sentence."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from poslab import __version__
from poslab.console.commands import COMMANDS, EXAMPLES
from poslab.console.language import STOPPED, asked_language
from poslab.console.live_commands import add_live_commands
from poslab.console.options import (
    SHOWN,
    CaOption,
    CertOption,
    HomeOption,
    JsonOption,
    KeyOption,
    LangOption,
    MqttOption,
    WorldOption,
    language_of,
    say,
)
from poslab.console.paper_commands import add_paper_commands
from poslab.console.trust import FOR_A_BROKER, trust_in
from poslab.console.usage import one_line, refuse_what_is_empty, usage_text
from poslab.text import Text

FINE, NOT_AS_EXPECTED, BAD_INPUT, OUR_BUG, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 130, 141


class Keep(StrEnum):
    """How much of a history is written."""

    FULL = "full"
    SAMPLE = "sample"
    NONE = "none"


class SchemaName(StrEnum):
    """What there are schemas of."""

    SCENARIO = "scenario"
    WORLD = "world"
    RESULT = "result"
    HISTORY = "history"
    FACTS = "facts"


class ServiceName(StrEnum):
    """What can be served."""

    TERMINAL = "terminal"
    ACQUIRER = "acquirer"
    BANK = "bank"
    PEOPLE = "people"


class JournalDo(StrEnum):
    """What can be done with journals."""

    VERIFY = "verify"
    EXPORT = "export"
    RERUN = "rerun"


class DialectName(StrEnum):
    """How bytes may be written."""

    TERMINAL = "terminal"
    NETWORK = "network"
    ASCII = "ascii"
    ASCII_BINARY = "ascii-binary"


app = typer.Typer(
    name="poslab",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=say("银行卡收单的飞行模拟器", "A flight simulator for card payments"),
)


def _scenario_names(incomplete: str) -> list[str]:
    from scenarios.schema.sources import library_ids

    return [name for name in library_ids() if name.startswith(incomplete)]


def _cause_names(incomplete: str) -> list[str]:
    from poslab.diagnosis.catalogue import IDS

    return [name for name in IDS if name.startswith(incomplete)]


@app.command(help=COMMANDS["run"].of(SHOWN), epilog=EXAMPLES["run"].of(SHOWN))
def run(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO[/VARIANT]...",
            help=say("场景名或文件", "a scenario's name, or a file"),
            autocompletion=_scenario_names,
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help=say("播放全部场景及变体", "play every scenario of the library and every variant")),
    ] = False,
    seed: Annotated[str, typer.Option(help=say("随机种子", "the seed: same seed, same history"))] = "1",
    world: WorldOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help=say("写入目录：历史、结果与报告页", "folder for history, result and page"),
            show_default=False,
        ),
    ] = None,
    history: Annotated[Keep, typer.Option(help=say("写多少历史", "how much history is written"))] = Keep.FULL,
    wire: Annotated[
        bool,
        typer.Option(
            "--wire",
            help=say(
                "刷卡报文以真实 ISO 8583 字节传送（密钥、MAC 为真）",
                "messages of the card leg travel as real ISO 8583 bytes, with their MACs and PIN blocks",
            ),
        ),
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help=say("实时播放，各方为独立服务", "play it live, every party in a service"))
    ] = False,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    join: Annotated[
        str | None,
        typer.Option(
            metavar="WORLD",
            help=say("加入已在 MQTT 上的世界", "join a world whose services are on the broker already"),
            show_default=False,
        ),
    ] = None,
    speed: Annotated[
        int, typer.Option(min=1, max=3_600, help=say("实时播放的速度", "world seconds in a real one, with --live"))
    ] = 60,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_run import Live, Wanted, run_many, run_one
    from scenarios.schema.errors import BadInput

    names = list(scenarios or [])
    if every and names:
        what = Text("已要求播放全部，又指定了场景", "it plays everything, and scenarios are named as well")
        raise BadInput("run", 0, "--all", what, Text("请只写其中之一", "say one or the other"))
    if not every and not names:
        remedy = Text(
            "poslab list 列出所有场景；--all 播放全部", "poslab list shows what there is; --all plays everything"
        )
        raise BadInput("run", 0, "", Text("没有指定场景", "no scenario is named"), remedy)
    trust = trust_in(ca, cert, key)
    if mqtt is None and trust.is_named:
        raise BadInput("run", 0, trust.option, *FOR_A_BROKER)
    if not live and (mqtt is not None or join is not None):
        remedy = Text("请加 --live，或去掉它", "add --live, or leave it out")
        raise BadInput("run", 0, "--mqtt", Text("它只用于实时播放", "it is for runs that are live"), remedy)
    if live and wire:
        remedy = Text("请去掉 --live 或 --wire", "leave --live or --wire out")
        raise BadInput("run", 0, "--wire", Text("它只用于虚拟时间", "it is for runs in virtual time"), remedy)
    if join is not None and mqtt is None:
        what = Text("不知道世界在哪里", "it needs to know where the world is")
        raise BadInput("run", 0, "--join", what, Text("请加 --mqtt URL", "add --mqtt URL"))
    lived = Live(mqtt, join, speed, trust) if live else None
    wanted = Wanted(seed, world, out, history.value, language_of(lang), json_, wire, lived)
    if len(names) == 1 and not every:
        return run_one(names[0], wanted)
    return run_many(names, wanted)


@app.command("list", help=COMMANDS["list"].of(SHOWN))
def list_(lang: LangOption = None, json_: JsonOption = False) -> int:
    from poslab.console.cli_catalogue import list_causes

    return list_causes(language_of(lang), json_)


@app.command(help=COMMANDS["explain"].of(SHOWN), epilog=EXAMPLES["explain"].of(SHOWN))
def explain(
    cause: Annotated[str, typer.Argument(help=say("原因", "the cause's id"), autocompletion=_cause_names)],
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_catalogue import explain_cause

    return explain_cause(cause, language_of(lang), json_)


@app.command(help=COMMANDS["sweep"].of(SHOWN), epilog=EXAMPLES["sweep"].of(SHOWN))
def sweep(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="[SCENARIO[/VARIANT]]",
            help=say(
                "场景名或文件；默认为一笔一切正常的消费", "a scenario's name, or a file; a sale in which all is well"
            ),
            autocompletion=_scenario_names,
            show_default=False,
        ),
    ] = "ok-not-due",
    pairs: Annotated[
        str,
        typer.Option(metavar="N|all", help=say("再加几对故障", "so many pairs of faults as well")),
    ] = "0",
    workers: Annotated[int | None, typer.Option(help=say("进程数", "on so many processes"), show_default=False)] = None,
    seed: Annotated[str, typer.Option(help=say("随机种子", "the seed: same seed, same sweep"))] = "1",
    world: WorldOption = None,
    message: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=say("只扫这条报文，如 host-T1-0210-1", "this message only, like host-T1-0210-1"),
            show_default=False,
        ),
    ] = None,
    leg: Annotated[
        str | None,
        typer.Option(
            metavar="card|funding",
            help=say("只扫卡侧，或只扫资金侧", "one leg only: to the card's bank, or to the merchant's account"),
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(metavar="ID", help=say("只重放其中一次", "play one of its runs and tell it"), show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help=say("把这一次写入目录", "with --only: folder for that run"), show_default=False
        ),
    ] = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_sweep import Asked
    from poslab.console.cli_sweep import sweep as played

    return played(Asked(scenario, world, seed, pairs, workers, leg, message, only, out, language_of(lang), json_))


@app.command(help=COMMANDS["report"].of(SHOWN), epilog=EXAMPLES["report"].of(SHOWN))
def report(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help=say("运行目录", "a folder that run --out wrote"))],
    lang: LangOption = None,
) -> int:
    from poslab.console.cli_report import write_report

    return write_report(run_dir, language_of(lang))


@app.command(help=COMMANDS["replay"].of(SHOWN), epilog=EXAMPLES["replay"].of(SHOWN))
def replay(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help=say("运行目录", "a folder that run --out wrote"))],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="T", help=say("时刻，如 10:16:45 或 +75s", "an instant, like 10:16:45 or +75s")),
    ] = None,
    lang: LangOption = None,
) -> int:
    from poslab.console.cli_report import replay_run

    return replay_run(run_dir, at, language_of(lang))


@app.command(help=COMMANDS["decode"].of(SHOWN), epilog=EXAMPLES["decode"].of(SHOWN))
def decode(
    given: Annotated[
        str,
        typer.Argument(
            metavar="HEX|FILE|RUN_DIR",
            help=say(
                "十六进制报文（含两字节长度）、报文文件，或 run --out 写的目录；- 为标准输入",
                "a message in hexadecimal, its two length bytes included; a file of messages; or a folder that "
                "run --out wrote; - is standard input",
            ),
        ),
    ],
    dialect: Annotated[
        DialectName, typer.Option("--dialect", help=say("方言", "how the bytes are written"))
    ] = DialectName.TERMINAL,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_decode import decode_bytes

    return decode_bytes(given, dialect.value, language_of(lang), json_)


@app.command(help=COMMANDS["serve"].of(SHOWN), epilog=EXAMPLES["serve"].of(SHOWN))
def serve(
    service: Annotated[ServiceName, typer.Argument(help=say("哪一部分", "which part"))],
    mqtt: Annotated[str, typer.Option("--mqtt", metavar="URL", help=say("MQTT 服务器", "the broker"))],
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    world: HomeOption = "corner-shop",
    called: Annotated[
        str | None,
        typer.Option(
            "--called",
            metavar="NAME",
            help=say("世界在 MQTT 上的名字", "the world's name on the broker; its own, unless it is said"),
            show_default=False,
        ),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=say("日志目录", "folder of the journal"), show_default=False),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=say(
                "日志改存 PostgreSQL，如 postgresql://poslab@127.0.0.1/poslab；密码可放在 POSLAB_DATABASE_PASSWORD",
                "keep the journal in PostgreSQL, like postgresql://poslab@127.0.0.1/poslab; "
                "POSLAB_DATABASE_PASSWORD may hold the password",
            ),
            show_default=False,
        ),
    ] = None,
    health: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT",
            help=say(
                "在此端口以 HTTP 回答 /healthz、/readyz 与 /metrics；默认只对本机",
                "answer /healthz, /readyz and /metrics over HTTP there; to this machine only, unless a host is named",
            ),
            show_default=False,
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=say("就绪时写入", "written when it serves"), show_default=False),
    ] = None,
    lang: LangOption = None,
) -> int:
    from poslab.console.cli_live import serve_part

    del lang  # it is for the help and for errors: what a service says besides is for logs
    return serve_part(
        service.value, mqtt, trust_in(ca, cert, key), world, called, journal, database, ready_file, health
    )


@app.command(help=COMMANDS["journal"].of(SHOWN), epilog=EXAMPLES["journal"].of(SHOWN))
def journal(
    do: Annotated[
        JournalDo,
        typer.Argument(
            help=say(
                "verify 校验每条记录与快照；export 逐行输出 JSON；rerun 重跑并与当时所说对照",
                "verify: every record and kept state; export: a line of JSON each; "
                "rerun: once more, compared with what was said",
            )
        ),
    ],
    where: Annotated[
        str,
        typer.Argument(
            metavar="DIR|FILE|URL",
            help=say("日志所在的目录、文件或数据库", "the folder of the journals, one of them, or a database"),
        ),
    ],
    world: Annotated[
        str | None,
        typer.Option(
            help=say(
                "日志所属的世界；默认为旁边的 world.json 或预设",
                "the world that they belong to; world.json beside them or a preset, unless it is said",
            ),
            show_default=False,
        ),
    ] = None,
    called: Annotated[
        str,
        typer.Option(
            "--called",
            metavar="NAME",
            help=say("数据库中哪一个世界", "which of a database's worlds"),
            show_default=False,
        ),
    ] = "",
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_journal import journal_of

    return journal_of(do.value, where, called, world, language_of(lang), as_json=json_)


@app.command(help=COMMANDS["schema"].of(SHOWN), epilog=EXAMPLES["schema"].of(SHOWN))
def schema(what: Annotated[SchemaName, typer.Argument(help=say("哪一种", "of what"))], lang: LangOption = None) -> int:
    from poslab.console.cli_schema import print_schema

    del lang  # it is for the help and for errors: a schema is for programs
    return print_schema(what.value)


add_paper_commands(app)
add_live_commands(app)


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("--version", help=say("版本", "the version"))] = False) -> None:
    if version:
        typer.echo(f"poslab {__version__}")
        raise typer.Exit


def answer(arguments: Sequence[str], stopped: Sequence[int] = ()) -> int:
    """Carry out a command line and answer its exit code; everything that goes wrong is one sentence on stderr.

    It is said in the language that ``--lang`` names anywhere on the line, else in that of the locale.

    ``stopped`` fills when the user interrupts: whatever is raised then is the interrupt, not a bug.
    """
    from scenarios.schema.errors import BadInput

    def sorry(told: Text, code: int) -> int:
        sys.stderr.write(f"poslab: {told.of(asked_language(arguments))}\n")
        return code

    try:
        refuse_what_is_empty(arguments)
        code = app(list(arguments), prog_name="poslab", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return sorry(STOPPED, INTERRUPTED)
    except BadInput as wrong:
        return sorry(wrong.text, BAD_INPUT)
    except typer.TyperException as wrong:
        return sorry(usage_text(wrong), BAD_INPUT)
    except (BrokenPipeError, SystemExit) as left:
        # Whoever read our output has left, which typer takes for a reason to exit.
        if isinstance(left, SystemExit) and not isinstance(left.__context__, BrokenPipeError):
            raise
        # The interpreter must not try to flush the rest at its end.
        assert sys.__stdout__ is not None
        sys.stdout = sys.__stdout__
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as bug:
        if isinstance(bug, OSError) and bug.errno == errno.ENOSPC:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return sorry(_NO_SPACE, BAD_INPUT)
        if stopped:
            return sorry(STOPPED, INTERRUPTED)
        if os.environ.get("POSLAB_DEBUG"):
            traceback.print_exc()
        return sorry(_our_bug(one_line(f"{type(bug).__name__}: {bug}")), OUR_BUG)
    if code == INTERRUPTED:
        return sorry(STOPPED, INTERRUPTED)
    return code if isinstance(code, int) else FINE


_NO_SPACE = Text(
    "写入处的磁盘空间不足；请腾出空间，或写到别处",
    "there is no space left where this is written to; make room, or write elsewhere",
)


def _our_bug(what: str) -> Text:
    return Text(
        f"poslab {__version__} 自身出错（{what}）；请连同所用命令一并报告；POSLAB_DEBUG=1 会显示出错之处",
        f"this is an error in poslab {__version__} itself ({what}); please report it with the command that you gave; "
        "POSLAB_DEBUG=1 shows where it happened",
    )
