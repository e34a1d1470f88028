"""The commands in one sentence each: shown by ``poslab -h`` before anything heavy is loaded."""

from poslab.text import Text

COMMANDS = {
    "run": Text("播放一个故障场景，显示结论", "play a scenario and show its verdict"),
    "list": Text("列出所有原因及其变体", "list the causes and their variants"),
    "explain": Text(
        "解释一个原因：为什么、能否取消、怎么办、如何预防", "explain a cause: why, cancel, what now, prevention"
    ),
    "sweep": Text("一笔交易，每条报文乘以每种故障", "one purchase, every message × every fault"),
    "report": Text("由运行目录重写 report.html", "write report.html anew from a run's folder"),
    "replay": Text("回看一次运行，或某一时刻各方的所见", "step through a run, or see what everybody believed at T"),
    "reconcile": Text(
        "对账：签购单、台账、清算文件、银行流水逐笔核对",
        "match slips, ledger, clearing file and statement; name every difference",
    ),
    "statement": Text(
        "商户手中的账单：银行对账单、结算明细、清算文件、商户账簿",
        "the papers of a run: bank statement, settlement, clearing file, merchant's book",
    ),
    "decode": Text("逐域显示 ISO 8583 报文", "show the bytes of an ISO 8583 message field by field"),
    "serve": Text(
        "让一个世界的一部分作为服务运行，经 MQTT 相连", "serve a part of a world as a process of its own, over MQTT"
    ),
    "up": Text("启动一个实时世界：一个进程，全部服务", "bring a live world up: one process, all its services"),
    "status": Text("查看实时世界：服务、故障、未了结交易、钱在哪里", "how a live world stands, and where its money is"),
    "watch": Text("全屏实时看板", "a live world on a full-screen board"),
    "pay": Text("让一位顾客到收银台付款", "let a customer come to a till of a live world"),
    "inject": Text("向实时世界注入一个故障", "let something go wrong in a live world"),
    "heal": Text("结束一个或全部故障", "end a fault of a live world, or all of them"),
    "clock": Text("查看、加快或拨快实时世界的时钟", "a live world's clock: read it, speed it up, lead it on"),
    "diagnose": Text("回答实时世界中一笔交易的四个问题", "the four answers about an order of a live world"),
    "journal": Text("校验、导出或重跑实时世界的日志", "verify, export or run again what a live world kept"),
    "schema": Text("输出 JSON Schema", "print a JSON Schema"),
}

EXAMPLES = {
    "run": Text(
        "例如：poslab run net-response-lost --out my-run；poslab run my-story.yaml --world gateway-shop --json",
        "For example: poslab run net-response-lost --out my-run; poslab run my-story.yaml --world gateway-shop --json",
    ),
    "explain": Text(
        "例如：poslab explain net-response-lost；poslab list 列出所有原因。",
        "For example: poslab explain net-response-lost; poslab list shows the causes.",
    ),
    "sweep": Text(
        "例如：poslab sweep --message host-T1-0210-1；poslab sweep --only host-T1-0210-1.late --out late",
        "For example: poslab sweep --message host-T1-0210-1; poslab sweep --only host-T1-0210-1.late --out late",
    ),
    "report": Text("例如：poslab report my-run", "For example: poslab report my-run"),
    "replay": Text(
        "例如：poslab replay my-run --at +75s（首笔消费后 75 秒）",
        "For example: poslab replay my-run --at +75s, which is 75 seconds after the first sale.",
    ),
    "decode": Text(
        "例如：poslab run ok-slow --wire --out my-run，然后 poslab decode my-run",
        "For example: poslab run ok-slow --wire --out my-run, and then poslab decode my-run",
    ),
    "serve": Text(
        "例如：poslab serve bank --mqtt mqtt://127.0.0.1:1883 --journal journals",
        "For example: poslab serve bank --mqtt mqtt://127.0.0.1:1883 --journal journals",
    ),
    "journal": Text(
        "例如：poslab journal verify journals；poslab journal export journals/host.sqlite",
        "For example: poslab journal verify journals; poslab journal export journals/host.sqlite",
    ),
    "schema": Text("例如：poslab schema scenario > scenario.json", "For example: poslab schema scenario > scenario.json"),
}
"""What is shown below a command's options."""

TAGLINE = Text(
    "poslab：银行卡收单的飞行模拟器。刷卡未到账的每一种原因，都可以在这里重演。",
    "poslab: a flight simulator for card payments. Every cause of a sale that is not credited, played on command.",
)

USAGE = Text(
    "用法：poslab 命令 [选项]    例如：poslab run net-response-lost",
    "Usage: poslab COMMAND [OPTIONS]    for example: poslab run net-response-lost",
)

MORE = Text(
    "“poslab 命令 -h”显示该命令的选项；--lang zh|en 选择语言；退出码：0 符合预期，1 不符合，2 输入有误，3 内部错误。",
    "`poslab COMMAND -h` shows its options; --lang zh|en sets the language; exit codes: 0 as expected, 1 not, "
    "2 bad input, 3 an error of poslab itself.",
)


def help_text(language: str) -> str:
    """What ``poslab -h`` prints."""
    zh = language == "zh"
    lines = [TAGLINE.zh if zh else TAGLINE.en, "", USAGE.zh if zh else USAGE.en, ""]
    lines += [f"  {name:<9} {text.zh if zh else text.en}" for name, text in COMMANDS.items()]
    return "\n".join([*lines, "", MORE.zh if zh else MORE.en])
