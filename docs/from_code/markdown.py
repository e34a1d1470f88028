"""The little Markdown that generated pages are made of."""

from collections.abc import Iterable, Sequence

from poslab.text import Text

NOTE = "<!-- Written by `python -m docs.generate`. Change the code, not this page. -->"


def page(title: str, *parts: str) -> str:
    """A whole page: the note that it is generated, its title, its parts with a blank line between them."""
    return "\n\n".join([NOTE, f"# {title}", *(part for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what stands in a cell may hold anything but is kept on one line."""
    lines = [_row(heads), "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def code(word: str) -> str:
    """A word as it is written in files and on the command line; nothing for an empty one."""
    return f"`{word}`" if word else ""


def codes(words: Iterable[str]) -> str:
    """Several of them."""
    return " · ".join(code(word) for word in words)


def both(text: Text) -> str:
    """A text in both languages, English first."""
    return f"{text.en} · {text.zh}"


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def numbered(items: Iterable[str]) -> str:
    """A list in an order."""
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))


def anchor(title: str) -> str:
    """What a link within a page calls a heading."""
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter in "-_")


def sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring, on one line, its ``code`` as Markdown has it."""
    first = (docstring or "").strip().split("\n\n")[0]
    return " ".join(first.split()).replace("``", "`")
