"""What a sweep came to, for people: findings first, then the table message × fault, then the outcomes by number."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text as Rich

from poslab.console.speaker import Speaker
from poslab.text import Text
from scenarios.experiments.judging import Finding
from scenarios.experiments.sweep import Row, Sweep
from scenarios.experiments.trials import FAULTS

HEADS = {
    "lost": Text("丢失", "lost"),
    "late": Text("迟到", "late"),
    "long-after": Text("很晚", "later"),
    "twice": Text("重复", "2×"),
    "twice-late": Text("晚重", "2×late"),
    "overtaken": Text("被超", "over"),
    "garbled": Text("损坏", "garb"),
    "sender-after-journal": Text("发存", "S-kept"),
    "sender-after-send": Text("发出", "S-sent"),
    "receiver-before-journal": Text("收前", "R-un"),
    "receiver-after-journal": Text("收存", "R-kept"),
    "receiver-after-send": Text("收毕", "R-done"),
}
"""Fault → what its column is called."""

_KINDS = {"unnamed": Text("无法解释", "unnamed"), "broken": Text("不成立", "broken")}


def print_sweep(to: Speaker, sweep: Sweep) -> None:
    """The whole sweep."""
    print_findings(to, sweep)
    for behind in dict.fromkeys(row.behind for row in sweep.table):
        title = Text("一切正常时的报文", "messages that pass when all is well")
        if behind:
            title = Text(f"{behind} 丢失之后的报文", f"messages that follow when {behind} is lost")
        to.heading(title)
        to.put(_table(to, [row for row in sweep.table if row.behind == behind]), indent=0)
    to.blank()
    to.body(
        Text(
            "格中为结局的真相：M0 没扣款，M1 退回，M2 已到账，M3 卡住，M4 钱在错处；! 有发现。"
            "发存、发出：发方存后、发后死机；收前、收存、收毕：收方存前、存后、做完死机。",
            "A cell says the truth of the money at the end: M0 never charged, M1 gone back, M2 paid, M3 stuck, "
            "M4 in the wrong place; ! something was found. S: its sender dies, R: its receiver dies.",
        ),
        "dim",
    )
    to.heading(Text("结局", "Outcomes"))
    _outcomes(to, sweep.table)


def print_findings(to: Speaker, sweep: Sweep) -> None:
    """How many trials, and what was found in them: nothing, or one after the other with what plays it again."""
    unnamed, broken = len(sweep.unnamed), len(sweep.broken)
    style = "bold green" if sweep.clean else "bold red"
    trials = "1 trial" if sweep.trials == 1 else f"{sweep.trials} trials"
    said = Text(
        f"{sweep.trials} 种故障，{sweep.runs} 次运行：无法解释 {unnamed}，不成立 {broken}",
        f"{trials}, {sweep.runs} runs: {unnamed} unnamed, {broken} broken",
    )
    to.line(Rich(to.say(said), style=style))
    if sweep.pairs:
        pairs = Text(
            f"其中 {sweep.pairs} 对；{sweep.trials - sweep.met} 对里后一个故障没有碰到任何报文",
            f"{sweep.pairs} of them pairs; in {sweep.trials - sweep.met} one fault kept the other from striking",
        )
        to.line(Rich(to.say(pairs), style="dim"))
    for finding in (*sweep.unnamed, *sweep.broken):
        _finding(to, finding)


def _finding(to: Speaker, finding: Finding) -> None:
    to.item("✗", f"{to.say(_KINDS[finding.kind])}{to.say(Text('：', ': '))}{finding.trial}", "red")
    to.body(finding.what, indent=4)
    to.copyable(Text("    重现：", "    again: "), finding.reproduce)


def _table(to: Speaker, rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("", no_wrap=True)
    for fault in FAULTS:
        table.add_column(to.say(HEADS[fault]), no_wrap=True)
    by_cell = {(row.passage, row.fault): row for row in rows}
    for passage in dict.fromkeys(row.passage for row in rows):
        cells = [by_cell.get((passage, fault)) for fault in FAULTS]
        table.add_row(passage, *(_cell(row) for row in cells))
    return table


def _cell(row: Row | None) -> Rich:
    if row is None:
        return Rich("·", style="dim")
    return Rich(row.truth + ("" if row.good else "!"), style="" if row.good else "bold red")


def _outcomes(to: Speaker, rows: Sequence[Row]) -> None:
    counted: dict[tuple[str, str, str, str], list[str]] = {}
    for row in rows:
        named = " / ".join(row.tie or (row.cause,))
        counted.setdefault((row.truth, row.verdict, named, row.cancel), []).append(row.id)
    for (truth, verdict, named, cancel), ids in sorted(counted.items(), key=lambda each: (each[0][0], -len(each[1]))):
        to.line(Rich(f"{len(ids):5d} × {truth} {verdict}  "), Rich(named, style="bold"), f"  {cancel}")
        to.body(f"{to.say(Text('如', 'as'))} {ids[0]}", "dim", indent=8)
