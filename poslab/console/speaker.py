"""Says things in one language on standard output: headings, paragraphs, lists."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Rich

from poslab.text import Language, Text

WIDTH = 100
_CLOSING = "，。；：？！、）》】”’,.;:?!)"
_PIECES = re.compile(r"[A-Za-z0-9_./:'-]+|\s|.")
_WIDEST = 120
_NARROWEST = 20


class Speaker:
    """Whoever prints for people."""

    def __init__(self, out: Console, language: Language) -> None:
        self._out = out
        self._language = language

    @property
    def width(self) -> int:
        """How many cells a line has room for."""
        return self._out.width

    def say(self, text: Text) -> str:
        """A text in the language that is spoken."""
        return text.of(self._language)

    def listed(self, texts: Iterable[Text]) -> str:
        """Texts in a row."""
        return ("，" if self._language == "zh" else ", ").join(self.say(text) for text in texts)

    def line(self, *parts: Rich | Text | str) -> None:
        """Parts beside each other on a line that is never cut."""
        whole = Rich(overflow="fold")
        for part in parts:
            whole.append(self.say(part) if isinstance(part, Text) else part)
        self._out.print(whole)

    def copyable(self, name: Text, said: str) -> None:
        """Something to be copied as a whole: never wrapped."""
        self._out.print(Rich(self.say(name)), Rich(said, style="bold"), sep="", soft_wrap=True)

    def blank(self) -> None:
        """An empty line."""
        self._out.print()

    def rule(self, title: str) -> None:
        """A line across, with a title."""
        self._out.rule(Rich(title))

    def heading(self, text: Text) -> None:
        """A heading, with an empty line before it."""
        self._out.print()
        self._out.print(Rich(self.say(text), style="bold underline"))

    def body(self, text: Text | str, style: str = "", indent: int = 2) -> None:
        """A paragraph."""
        said = self.say(text) if isinstance(text, Text) else text
        self.put(Rich(self._wrapped(said, indent), style=style, overflow="fold"), indent)

    def item(self, mark: str, text: Text | str, style: str = "", room: int = 0) -> None:
        """A paragraph behind a mark; ``room`` keeps several of them in line."""
        grid = Table.grid(padding=0, pad_edge=False)
        grid.add_column(no_wrap=True, width=max(cell_len(mark), room) + 1)
        grid.add_column(ratio=1, overflow="fold")
        said = self.say(text) if isinstance(text, Text) else text
        before = max(cell_len(mark), room) + 1
        grid.add_row(Rich(mark, style=style), Rich(self._wrapped(said, 2 + before), style=style))
        self.put(grid)

    def _wrapped(self, said: str, before: int) -> str:
        """Chinese has no blanks to break at, and no line of it begins with a comma or a full stop."""
        return "\n".join(chinese_lines(said, self._out.width - before)) if self._language == "zh" else said

    def put(self, what: RenderableType, indent: int = 2) -> None:
        """Anything else, a little to the right."""
        self._out.print(Padding(what, (0, 0, 0, indent)))


def chinese_lines(said: str, room: int) -> list[str]:
    """A Chinese text in lines of at most ``room`` cells: broken between characters, never inside a word of letters."""
    lines, line = [], ""
    for piece in _PIECES.findall(said):
        if cell_len(line + piece) <= room or not line:
            line += piece
        elif piece in _CLOSING:
            kept = _PIECES.findall(line)
            last = len(kept) - 1
            while last > 1 and kept[last] in _CLOSING:
                last -= 1
            lines.append("".join(kept[:last]).rstrip())
            line = "".join(kept[last:]) + piece
        else:
            lines.append(line.rstrip())
            line = piece.lstrip()
    return [*lines, line]


@contextmanager
def speaking(language: Language) -> Iterator[Speaker]:
    """Colours and its own width for people; plain text without blanks at line ends for all else.

    Its width is stable, unless ``COLUMNS`` asks for another.
    """
    if sys.stdout.isatty():
        width = Console().width
        yield Speaker(Console(width=min(width, _WIDEST), highlight=False), language)
        return
    kept = StringIO()
    width = _asked_for(os.environ.get("COLUMNS", ""))
    yield Speaker(Console(file=kept, width=width, color_system=None, highlight=False), language)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in kept.getvalue().splitlines())


def _asked_for(columns: str) -> int:
    """A line's length as the environment wants it; the usual one where it says nothing that can be used."""
    wanted = int(columns) if columns.isascii() and columns.isdecimal() and len(columns) < 5 else WIDTH
    return wanted if wanted >= _NARROWEST else WIDTH


def grid(*columns: str) -> Table:
    """A table without lines; a column is ``dim``, ``name`` (never wrapped) or ``wide`` (takes what room there is)."""
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns:
        if column == "wide":
            table.add_column(ratio=1, overflow="fold")
        else:
            table.add_column(no_wrap=True, style="dim" if column == "dim" else "")
    return table


def beside(*heads: str) -> Table:
    """A table of things that stand side by side under their heads, behind a column of names."""
    table = Table(box=None, pad_edge=False, padding=(0, 2), show_edge=False)
    table.add_column("", style="dim", no_wrap=True)
    for head in heads:
        table.add_column(head, ratio=1, overflow="fold")
    return table
