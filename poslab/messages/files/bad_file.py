"""A paper that cannot be used: where, and why."""

from poslab.text import Text

NO_TEXT = Text("不能作为文本读取", "it cannot be read as text")
CUT_OFF = Text("这一笔被截断", "the entry is cut off")
MISSING = Text("缺少这一项", "it is missing")
NO_COLUMN = Text("缺少这一列", "this column is missing")


class BadFile(ValueError):
    """``line`` counts from 1; ``field`` is the column, tag or element as the paper calls it, or ``""``.

    ``why`` is for people; ``str()`` is all of it in English, for logs.
    """

    def __init__(self, line: int, field: str, why: Text) -> None:
        super().__init__(line, field, why)
        self.line = line
        self.field = field
        self.why = why

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.why.en}" if self.field else f"line {self.line}: {self.why.en}"


class Unfinished(BadFile):
    """The paper ends too early: nobody knows what stood behind it."""


def instead(wanted: Text, given: object) -> Text:
    """What is wrong where something else is written."""
    return Text(f"{wanted.zh}，而不是 {given}", f"{wanted.en}, not {given}")


def too_few_cells(cells: int, columns: int) -> Text:
    """What is wrong with a row that does not fit its heading."""
    return Text(f"{columns} 列下有 {cells} 个值", f"{cells} cells stand under {columns} columns")


def badly_quoted(why: Exception) -> Text:
    """What is wrong with a line of a table that no quotes make sense of."""
    return Text(f"不是逗号分隔的一行：{why}", f"this is no comma-separated line: {why}")
