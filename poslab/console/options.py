"""Options that many commands have, and the language in which a command line is explained."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from poslab.console.language import asked_language, default_language
from poslab.text import Language, Text

SHOWN: Final[Language] = asked_language(sys.argv)
"""In which help is shown."""


def say(zh: str, en: str) -> str:
    """A text for help."""
    return Text(zh, en).of(SHOWN)


class Lang(StrEnum):
    """The languages."""

    ZH = "zh"
    EN = "en"


WORLDS: Final = "corner-shop, gateway-shop, wallet-shop, two-acquirers, whole-street"
"""Every preset, as help names them: to import them takes longer than to show help."""

WorldOption = Annotated[
    str | None,
    typer.Option(
        "--world",
        metavar="NAME|FILE",
        help=say(f"换一个世界：{WORLDS}，或世界文件", f"play it elsewhere: {WORLDS}, or a world file"),
        show_default=False,
    ),
]
HomeOption = Annotated[
    str,
    typer.Option(
        "--world", metavar="NAME|FILE", help=say(f"世界：{WORLDS}，或世界文件", f"the world: {WORLDS}, or a world file")
    ),
]
LangOption = Annotated[
    Lang | None,
    typer.Option("--lang", help=say("语言", "language"), show_default=False),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help=say("标准输出只有一个 JSON 文档", "exactly one JSON document on standard output")),
]

CaOption = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        help=say("为 mqtts:// 服务器作保的 CA 证书", "who vouches for a broker at mqtts://; the system's, if not said"),
        show_default=False,
    ),
]
CertOption = Annotated[
    Path | None,
    typer.Option(
        "--cert",
        metavar="FILE",
        help=say("本方证书（服务器要求时）", "our certificate, for a broker that wants one"),
        show_default=False,
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help=say("证书的私钥", "its private key"), show_default=False),
]
MqttOption = Annotated[
    str | None,
    typer.Option(
        "--mqtt",
        metavar="URL",
        help=say("MQTT 服务器，如 mqtt://127.0.0.1:1883", "the broker, like mqtt://127.0.0.1:1883"),
        show_default=False,
    ),
]


def language_of(chosen: Lang | None) -> Language:
    """The language that is spoken."""
    if chosen is None:
        return default_language()
    return "zh" if chosen is Lang.ZH else "en"
