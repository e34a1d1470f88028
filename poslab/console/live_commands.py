"""The commands of live worlds, as the command line knows them; what they do stands in modules of their own."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from poslab.console.commands import COMMANDS
from poslab.console.options import (
    SHOWN,
    CaOption,
    CertOption,
    HomeOption,
    JsonOption,
    KeyOption,
    Lang,
    LangOption,
    MqttOption,
    language_of,
    say,
)
from poslab.console.trust import Trust, trust_in
from poslab.text import Text

if TYPE_CHECKING:
    from poslab.console.cli_world import There

DEFAULT_WORLD = "corner-shop"


class RoleName(StrEnum):
    """Whose knowledge a diagnosis may use."""

    MERCHANT = "merchant"
    SUPPORT = "support"
    ALL = "all"


class Entry(StrEnum):
    """How a card is presented."""

    CHIP = "chip"
    STRIPE = "stripe"
    CONTACTLESS = "contactless"
    KEYED = "keyed"
    QR = "qr"


class Pin(StrEnum):
    """How a PIN is keyed."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSENT = "absent"
    GARBLED = "garbled"


WorldOption = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE",
        help=say(
            "世界的名字、它的目录，或 up --ready-file 写的文件", "the world's name, its folder, or the file that up --ready-file wrote"
        ),
    ),
]

EXAMPLES: dict[str, Text] = {
    "up": Text(
        "例如：poslab up --speed 60 --customers 30；停止后再启动，世界从停下的时刻继续。",
        "For example: poslab up --speed 60 --customers 30. Stopped and started again it goes on where it was.",
    ),
    "status": Text("例如：poslab status --json", "For example: poslab status --json"),
    "watch": Text("例如：poslab watch；按 q 离开。", "For example: poslab watch; q leaves it."),
    "pay": Text(
        "例如：poslab pay --amount 12.00 --order victim", "For example: poslab pay --amount 12.00 --order victim"
    ),
    "inject": Text(
        '用场景文件的写法，例如：poslab inject \'{fault: loss, link: "host->T1", match: {kind: "0210"}, nth: 1}\'',
        "In the words of scenario files, for example: "
        'poslab inject \'{fault: loss, link: "host->T1", match: {kind: "0210"}, nth: 1}\'',
    ),
    "heal": Text(
        "例如：poslab heal loss-1；不写编号则全部结束。", "For example: poslab heal loss-1; without an id all end."
    ),
    "clock": Text(
        '例如：poslab clock --speed 600；poslab clock --to +2h；poslab clock --to "T+1 11:00"',
        'For example: poslab clock --speed 600; poslab clock --to +2h; poslab clock --to "T+1 11:00"',
    ),
    "diagnose": Text(
        "例如：poslab diagnose --order victim",
        "For example: poslab diagnose --order victim",
    ),
}


def add_live_commands(app: typer.Typer) -> None:
    """Give the command line its live commands."""
    commands = (up, status, watch, pay, inject, heal, clock, diagnose)
    for command in commands:
        name = command.__name__
        app.command(name, help=COMMANDS[name].of(SHOWN), epilog=EXAMPLES[name].of(SHOWN))(command)


def _there(world: str, mqtt: str | None, trust: Trust, lang: Lang | None = None, *, json: bool = False) -> "There":
    from poslab.console.cli_world import There
    from poslab.console.whereabouts import Named

    return There(Named(world, mqtt, trust), language_of(lang), json)


def up(
    world: HomeOption = DEFAULT_WORLD,
    called: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=say("世界的名字，默认为其本名", "the name by which others find it; its own, unless it is said"),
            show_default=False,
        ),
    ] = None,
    speed: Annotated[
        int, typer.Option(min=1, max=3_600, help=say("速度：真实一秒是几秒", "world seconds in a real one"))
    ] = 1,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    database: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=say("日志写入 PostgreSQL", "journals in PostgreSQL, like postgresql://user@127.0.0.1/poslab"),
            show_default=False,
        ),
    ] = None,
    dir_: Annotated[
        Path | None,
        typer.Option(
            "--dir",
            metavar="DIR",
            help=say("日志与入口所在目录", "folder of journals and door; without it one under XDG_STATE_HOME"),
            show_default=False,
        ),
    ] = None,
    customers: Annotated[
        int, typer.Option(min=0, max=3_600, help=say("每小时顾客数", "customers an hour of the world, at its tills"))
    ] = 0,
    seed: Annotated[str, typer.Option(help=say("顾客的随机种子", "the customers' seed"))] = "1",
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=say("就绪时写入：一切在何处", "written when all of it serves: where everything is"),
            show_default=False,
        ),
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|-", help=say("JSON 运行日志", "a log in JSON lines; - is standard output"), show_default=False
        ),
    ] = None,
    lang: LangOption = None,
) -> int:
    from poslab.console.cli_up import Asked, bring_up

    return bring_up(
        Asked(
            world,
            called,
            dir_,
            speed,
            mqtt,
            trust_in(ca, cert, key),
            database,
            customers,
            seed,
            ready_file,
            log,
            language_of(lang),
        )
    )


def status(
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_world import show_status

    return show_status(_there(world, mqtt, trust_in(ca, cert, key), lang, json=json_))


def watch(
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
) -> int:
    from poslab.console.board import watch_world

    return watch_world(_there(world, mqtt, trust_in(ca, cert, key), lang))


def pay(
    amount: Annotated[str, typer.Option(metavar="YUAN", help=say("金额，如 12.00", "how much, like 12.00"))],
    terminal: Annotated[
        str | None,
        typer.Option(help=say("哪台终端", "which till; the first one, unless it is said"), show_default=False),
    ] = None,
    card: Annotated[
        str, typer.Option(help=say("测试卡或付款码", "a test card or payment code, by its name"))
    ] = "good-debit",
    order: Annotated[
        str | None, typer.Option(metavar="NAME", help=say("订单名", "the order's name"), show_default=False)
    ] = None,
    entry: Annotated[
        Entry | None, typer.Option(help=say("怎样出示", "how it is presented"), show_default=False)
    ] = None,
    pin: Annotated[Pin, typer.Option(help=say("密码", "the PIN"))] = Pin.RIGHT,
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_world import Payment
    from poslab.console.cli_world import pay as let_pay

    asked = Payment(amount, terminal, card, order, None if entry is None else entry.value, pin.value)
    return let_pay(_there(world, mqtt, trust_in(ca, cert, key), lang, json=json_), asked)


def inject(
    fault: Annotated[str, typer.Argument(metavar="FAULT", help=say("故障", "the fault, as in a scenario file"))],
    seed: Annotated[str, typer.Option(help=say("故障的随机种子", "the seed of its chance"))] = "1",
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_world import inject as let_go_wrong

    return let_go_wrong(_there(world, mqtt, trust_in(ca, cert, key), lang, json=json_), fault, seed)


def heal(
    fault: Annotated[
        str | None, typer.Argument(metavar="ID", help=say("故障编号", "the fault's id"), show_default=False)
    ] = None,
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_world import heal as let_end

    return let_end(_there(world, mqtt, trust_in(ca, cert, key), lang, json=json_), fault)


def clock(
    speed: Annotated[
        int | None,
        typer.Option(min=0, max=3_600, help=say("新的速度，0 为停住", "another speed; 0 stops it"), show_default=False),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help=say("走到何时，如 +2h 或 18:00", "lead it on to a time like +2h or 18:00, and return then"),
            show_default=False,
        ),
    ] = None,
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_world import set_clock

    return set_clock(_there(world, mqtt, trust_in(ca, cert, key), lang, json=json_), speed, to)


def diagnose(
    order: Annotated[str, typer.Option(metavar="NAME", help=say("哪一笔", "which order"))],
    role: Annotated[RoleName, typer.Option(help=say("谁来问", "whose knowledge counts"))] = RoleName.ALL,
    world: WorldOption = DEFAULT_WORLD,
    mqtt: MqttOption = None,
    ca: CaOption = None,
    cert: CertOption = None,
    key: KeyOption = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    from poslab.console.cli_world import diagnose as let_diagnose

    return let_diagnose(_there(world, mqtt, trust_in(ca, cert, key), lang, json=json_), order, role.value)
