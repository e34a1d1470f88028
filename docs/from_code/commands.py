"""reference/commands.md: every command with its arguments and options, as the command line knows them."""

from enum import Enum
from pathlib import Path
from typing import Any

from typer.main import get_command

from docs.from_code.markdown import both, code, codes, page, table
from poslab.console import cli
from poslab.console.commands import COMMANDS
from poslab.console.live_commands import EXAMPLES as LIVE_EXAMPLES
from poslab.console.paper_commands import RECONCILE_EXAMPLES, STATEMENT_EXAMPLES
from poslab.console.run_dir import HISTORY, REPORT, RESULT, TRUTH

EXAMPLES = {**LIVE_EXAMPLES, "statement": STATEMENT_EXAMPLES, "reconcile": RECONCILE_EXAMPLES}

_EXITS = (
    (cli.FINE, "as expected: every verdict is `pass`"),
    (cli.NOT_AS_EXPECTED, "not as expected: some verdict is another word"),
    (cli.BAD_INPUT, "bad input: one sentence on standard error names file, line, key and remedy; nothing is written"),
    (cli.OUR_BUG, "an error of poslab itself: please report it; `POSLAB_DEBUG=1` shows where it happened"),
    (cli.INTERRUPTED, "interrupted by Ctrl-C"),
)

_FILES = (
    (HISTORY, "everything that happened, a line at a time; its SHA-256 is in the result"),
    (TRUTH, "what was injected, when and where it struck; no diagnosis reads it"),
    (RESULT, "the verdict and everything that led to it; the same document as `--json` prints"),
    (REPORT, "the run for people, in one file that needs no network"),
)

_ENVIRONMENT = (
    (
        "POSLAB_DATABASE_PASSWORD, POSLAB_MQTT_PASSWORD",
        "the password of database and broker, where the address has none; the same with `_FILE`: a file that holds it",
    ),
    (
        "POSLAB_MQTT_CA, POSLAB_MQTT_CERT, POSLAB_MQTT_KEY",
        "files for a broker at `mqtts://`, where no option names them: who vouches for it, our certificate and its key",
    ),
    ("LC_ALL, LC_MESSAGES, LANG", "the first that is set decides the language: `zh…` is Chinese, all else English"),
    ("NO_COLOR", "no colours; output that is no terminal has none anyway, and is 100 columns wide"),
    ("POSLAB_DEBUG", "with an error of poslab itself, print where it happened"),
)


def commands_page() -> str:
    """The page."""
    group: Any = get_command(cli.app)
    parts = [
        (
            "`poslab` alone lists the commands, `poslab COMMAND -h` shows the options of one, `poslab --version` "
            "the version. `python -m poslab` is the same program."
        ),
    ]
    for name, text in COMMANDS.items():
        parts += [
            f"## poslab {name}",
            f"{both(text)}",
            _usage(name, group.commands[name]),
            _options(group.commands[name]),
            *([both(EXAMPLES[name])] if name in EXAMPLES else []),
        ]
    parts += [
        "## Exit codes",
        table(("Code", "Means"), ((str(number), means) for number, means in _EXITS)),
        (
            "The sentence on standard error is told in the language that `--lang` names anywhere on the command line, "
            "else in that of the locale: Chinese where `LC_ALL`, `LC_MESSAGES` or `LANG` begins with `zh`, English "
            "elsewhere. What services log, and what stands in JSON, stays English."
        ),
        "## What `--out` writes",
        "The files appear together, when the run is over; a run that fails leaves nothing behind.",
        table(("File", "Holds"), ((code(name), holds) for name, holds in _FILES)),
        "## Environment",
        table(("Variable", "Does"), ((code(name), does) for name, does in _ENVIRONMENT)),
    ]
    return page("Commands", *parts)


def _usage(name: str, command: Any) -> str:
    words = [_argument(given) if not _is_option(given) else _option(given) for given in command.params]
    return "```text\n" + " ".join([f"poslab {name}", *words]) + "\n```"


def _options(command: Any) -> str:
    rows = []
    for given in command.params:
        name = code(", ".join(given.opts) if _is_option(given) else _argument(given))
        default = given.default.value if isinstance(given.default, Enum) else given.default
        shown = code(str(default)) if isinstance(default, str) else ""
        rows.append((name, _values(given), given.help or "", shown))
    return table(("", "Value", "Means", "Default"), rows)


def _is_option(given: Any) -> bool:
    return bool(given.param_type_name == "option")


def _argument(given: Any) -> str:
    name = given.metavar or given.name.upper()
    return str(name) if given.required else f"[{name}]"


def _option(given: Any) -> str:
    if given.is_flag:
        return f"[{given.opts[0]}]"
    value = _values(given).replace("`", "").replace(" · ", "|")
    return f"[{given.opts[0]} {value}]"


def _values(given: Any) -> str:
    kind = given.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return codes(str(choice.value) for choice in kind)
    if _is_option(given) and not given.is_flag:
        return code(str(given.metavar or ("DIR" if kind is Path else "TEXT")))
    return ""
