"""What somebody wrote cannot be used: one clear sentence that names file, line, key and remedy, in both languages."""

import difflib
import errno
from collections.abc import Iterable

from poslab.text import Text

COMMAND_LINE = Text("命令行", "the command line")
LATER = Text("请改为更晚的时间", "say a later time")
CHECK_RIGHTS = Text("请检查权限", "check its rights")
LIKE_A_DAY = Text("写法如 2026-01-06", "write it like 2026-01-06")
TAKE_AWAY = Text("请删去", "take it away")
KEEP_ONE = Text("请只留一处", "keep one of them")
USE_LEDGER = Text("请换用 platform 为 ledger 或 both 的世界", "use a world whose platform is ledger or both")

TERMINAL = Text("终端", "terminal")
MERCHANT = Text("商户", "merchant")
BANK = Text("收款行", "bank")

_SHOWN = 40
_LISTED = 240
"""So many characters of known words are listed."""
_LONGEST_KEY = 120
_SYSTEM = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许此操作",
    errno.EISDIR: "是目录",
    errno.ENOTDIR: "不是目录",
    errno.EEXIST: "已存在",
    errno.ENAMETOOLONG: "名字过长",
    errno.ENOSPC: "磁盘空间不足",
    errno.EROFS: "文件系统只读",
    errno.EIO: "输入输出错误",
    errno.EMFILE: "打开的文件过多",
    errno.EADDRINUSE: "地址已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "主机不可达",
    errno.ENETUNREACH: "网络不可达",
}
"""What the system says, in Chinese."""


class BadInput(Exception):
    """A file, a name or a value that a person gave and that cannot be used.

    ``text`` is one sentence for people, and ``str()`` is its English, for logs. ``line`` counts from 1 and is 0 where
    no line can be named; ``key`` is the way to the value, as in ``faults.0.link``, or ``""``. Nothing of a card number
    ever stands in it.
    """

    def __init__(self, file: str | Text, line: int, key: str, what: Text, remedy: Text) -> None:
        self.place = file if isinstance(file, Text) else Text(file, file)
        self.line = line
        self.key = key = printable(key)[:_LONGEST_KEY]
        self.what = what
        self.remedy = remedy
        super().__init__(file, line, key, what, remedy)

    @property
    def file(self) -> str:
        """The place where it stands, as logs call it."""
        return self.place.en

    @property
    def text(self) -> Text:
        """The sentence: where, what, and what to do."""
        told = Text(f"{self.what.zh}；{self.remedy.zh}", f"{self.what.en}; {self.remedy.en}")
        return at_place(self.place, self.line, self.key, told)

    def __str__(self) -> str:
        return self.text.en


def at_place(place: Text, line: int, key: str, told: Text) -> Text:
    """A sentence with where it is about; ``line`` 0 and ``key`` ``""`` where none can be named."""
    counted = Text(f"第 {line} 行", f"line {line}") if line else Text("", "")
    where = [part for part in (place, counted, Text(key, key)) if part.en]
    zh, en = "，".join(part.zh for part in where), ", ".join(part.en for part in where)
    return Text(f"{zh}：{told.zh}", f"{en}: {told.en}")


def why_not(error: OSError) -> Text:
    """Why the system refuses: in both languages where that is common, else as the system says it."""
    said = (error.strerror or "no access").lower()
    return Text(_SYSTEM.get(error.errno or 0, said), said)


def unreadable(why: Text) -> Text:
    """What is wrong with a file that cannot be read."""
    return Text(f"无法读取（{why.zh}）", f"it cannot be read ({why.en})")


def no_date(written: str) -> Text:
    """What is wrong with a day that is none."""
    return Text(f"{shown(written)} 不是日期", f"{shown(written)} is no date")


def no_order(order: str) -> Text:
    """What is wrong with an order that nobody places."""
    return Text(f"workload 中没有订单 {shown(order)}", f"there is no order {shown(order)} in the workload")


def no_such(kind: Text, name: str, world: str = "") -> Text:
    """What is wrong with the name of somebody who does not exist, in a world or at all."""
    if world:
        return Text(
            f"世界 {world} 中没有{kind.zh} {shown(name)}", f"there is no {kind.en} {shown(name)} in the world {world}"
        )
    return Text(f"没有{kind.zh} {shown(name)}", f"there is no {kind.en} {shown(name)}")


def unwritable(why: Text) -> Text:
    """What is wrong with a place that cannot be written."""
    return Text(f"无法写入（{why.zh}）", f"it cannot be written ({why.en})")


def nearest(written: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like what was written, if any does."""
    found = difflib.get_close_matches(written, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def meant(word: str) -> Text:
    """A remedy that asks for a word."""
    return Text(f"是不是 {word}？", f"did you mean {word}?")


def one_of(written: str, known: Iterable[str]) -> Text:
    """A remedy for a word outside a closed list: the nearest one, or all of them if they are few."""
    words = list(known)
    near = nearest(written, words)
    if near is not None:
        return meant(near)
    if len(", ".join(words)) > _LISTED:
        return Text(
            f"可用的共 {len(words)} 个，如 {'、'.join(words[:3])}",
            f"use one of the {len(words)} known ones, such as {', '.join(words[:3])}",
        )
    if not words:
        return TAKE_AWAY
    return Text(f"可用的有 {'、'.join(words)}", f"use one of {', '.join(words)}")


def shown(value: object) -> str:
    """A written value as it may be repeated in a message: on one line and short."""
    text = printable(value if isinstance(value, str) else repr(value))
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def printable(text: str) -> str:
    """A text as it may stand on one line of a screen."""
    return text if text.isprintable() else ascii(text)[1:-1]
