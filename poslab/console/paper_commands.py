"""The command that writes a run's papers, as the command line knows it; what it does stands in a module of its own."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from poslab.console.commands import COMMANDS
from poslab.console.options import SHOWN, WORLDS, JsonOption, LangOption, language_of, say
from poslab.text import Text

STATEMENT_EXAMPLES: Final = Text(
    "例如：poslab statement my-run --format camt.053 --out statement.xml；"
    "poslab statement my-run --format settlement --date 2026-01-06",
    "For example: poslab statement my-run --format camt.053 --out statement.xml; "
    "poslab statement my-run --format settlement --date 2026-01-06",
)
RECONCILE_EXAMPLES: Final = Text(
    "例如：poslab reconcile my-run；"
    "poslab reconcile --slips slips.csv --settlement settled.csv --statement bank.xml --world corner-shop",
    "For example: poslab reconcile my-run; "
    "poslab reconcile --slips slips.csv --settlement settled.csv --statement bank.xml --world corner-shop",
)


class PaperName(StrEnum):
    """Papers that a run can be asked for."""

    CAMT = "camt.053"
    MT940 = "mt940"
    CSV = "csv"
    SETTLEMENT = "settlement"
    CLEARING = "clearing"
    SLIPS = "slips"
    BOOK = "book"


class CamtVersion(StrEnum):
    """Versions of camt.053."""

    V08 = "08"
    V02 = "02"


def add_paper_commands(app: typer.Typer) -> None:
    """Give the command line its papers."""
    app.command(help=COMMANDS["statement"].of(SHOWN), epilog=STATEMENT_EXAMPLES.of(SHOWN))(statement)
    app.command(help=COMMANDS["reconcile"].of(SHOWN), epilog=RECONCILE_EXAMPLES.of(SHOWN))(reconcile)


def statement(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help=say("运行目录", "a folder that run --out wrote"))],
    paper: Annotated[
        PaperName,
        typer.Option(
            "--format",
            help=say(
                "camt.053、mt940、csv：银行对账单；settlement：收单机构结算明细；clearing：清算文件；slips：签购单表；"
                "book：商户自己的账簿",
                "camt.053, mt940, csv: the bank's statement; settlement: the acquirer's detail; "
                "clearing: the acquirer's file to the network; slips: the merchant's slips; book: her own book",
            ),
        ),
    ] = PaperName.CAMT,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="NO",
            help=say("账号；只有一个时可不写", "whose statement, if there are several"),
            show_default=False,
        ),
    ] = None,
    merchant: Annotated[
        str | None,
        typer.Option(
            metavar="MID",
            help=say("商户号；只有一个时可不写", "which merchant, if there are several"),
            show_default=False,
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help=say(
                "只要这一天，如 2026-01-06", "that day only, like 2026-01-06; of a clearing file its business date"
            ),
            show_default=False,
        ),
    ] = None,
    version: Annotated[
        CamtVersion, typer.Option(help=say("camt.053 的版本", "which version of camt.053"))
    ] = CamtVersion.V08,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=say("写入文件", "write it there, not to standard output"), show_default=False
        ),
    ] = None,
    acquirer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=say("哪一家收单机构的清算文件", "whose clearing file, if there are several acquirers"),
            show_default=False,
        ),
    ] = None,
    lang: LangOption = None,
) -> int:
    """Write one paper of a run."""
    from poslab.console.cli_statement import Asked, write_statement

    del lang  # it is for the help and for errors: papers are what they are
    return write_statement(Asked(run_dir, paper.value, account, merchant, date, version.value, out, acquirer))


def reconcile(
    run_dir: Annotated[
        Path | None,
        typer.Argument(metavar="RUN_DIR", help=say("运行目录", "a folder that run --out wrote"), show_default=False),
    ] = None,
    slips: Annotated[
        list[Path] | None,
        typer.Option("--slips", metavar="FILE", help=say("签购单/终端批次表", "slips, or a terminal's batch")),
    ] = None,
    settlement: Annotated[
        list[Path] | None,
        typer.Option("--settlement", metavar="FILE", help=say("收单结算明细", "the acquirer's settlement detail")),
    ] = None,
    statement: Annotated[
        list[Path] | None,
        typer.Option(
            "--statement",
            metavar="FILE",
            help=say("银行流水：camt.053、MT940 或 CSV", "the bank's statement: camt.053, MT940 or a table"),
        ),
    ] = None,
    clearing: Annotated[
        list[Path] | None,
        typer.Option("--clearing", metavar="FILE", help=say("清算文件", "the clearing file")),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help=say("哪一天日终，如 2026-01-06；默认最后一天", "as it stood at the end of that day; the last one"),
            show_default=False,
        ),
    ] = None,
    world: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help=say(
                f"文件所属的世界（合同费率与日历）：{WORLDS}，或世界文件",
                f"the world that the files belong to, its contracts and calendar: {WORLDS}, or a world file",
            ),
            show_default=False,
        ),
    ] = None,
    acquirer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=say(
                "运行里有几家收单机构时，只对其中一家的账", "of a run with several acquirers: as one of them reconciles"
            ),
            show_default=False,
        ),
    ] = None,
    lang: LangOption = None,
    json_: JsonOption = False,
) -> int:
    """Hold lists against each other."""
    from poslab.console.cli_reconcile import reconcile_files, reconcile_run
    from poslab.console.reconcile_files import Papers
    from scenarios.schema.errors import BadInput

    papers = Papers(slips or (), settlement or (), statement or (), clearing or ())
    if run_dir is None:
        if acquirer is not None:
            what = Text("文件属于谁，由文件本身决定", "files are whose they are")
            remedy = Text("请只给出一家收单机构的文件", "name one acquirer's files only")
            raise BadInput("reconcile", 0, "--acquirer", what, remedy)
        return reconcile_files(papers, date, world, language_of(lang), as_json=json_)
    if papers.named or world is not None:
        what = Text("运行目录已含全部清单", "a run holds all its lists")
        remedy = Text("请指定运行目录或文件之一", "name the run, or files, not both")
        raise BadInput("reconcile", 0, str(run_dir), what, remedy)
    return reconcile_run(run_dir, date, language_of(lang), as_json=json_, acquirer=acquirer)
