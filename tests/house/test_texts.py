"""What people read is written in both languages, each in its own place. That both are there, mypy sees to."""

import ast
import re
from pathlib import Path

import pytest
from bilingual import CHINESE

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("poslab", "terminal", "acquirer", "bank", "scenarios")
SENTENCE = re.compile(r"[a-z]{3,} [a-z]{2,}")
"""Two words in a row are more than a name."""
MAKERS = ("Text", "say", "_fixed")


def offences(text: str) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
            written = [_written(argument) for argument in node.args[:2]]
            if len(written) == 2:
                zh, en = written
                if CHINESE.search(en):
                    found.append((node.lineno, f"Chinese in the place of English: {en}"))
                if SENTENCE.search(en) and not CHINESE.search(zh):
                    found.append((node.lineno, f"no Chinese for: {en}"))
    return found


def _written(argument: ast.expr) -> str:
    """What is written out in a string; a value in it counts as itself."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    return "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('Text("the line is cut off", "这一行不完整")', "in the place of"),
        ('Text("the line is cut off", "the line is cut off")', "no Chinese for"),
        ('Text(f"{name} is not there", f"{name} is not there")', "no Chinese for"),
        ('Text(f"{name} 不存在", f"{name} is not there")', ""),
        ("Text(name, name)", ""),
        ('Text("T+1", "T+1")', ""),
    ],
)
def test_a_sentence_in_one_language_is_noticed(line: str, what: str) -> None:
    found = [told for _, told in offences(line)]
    assert [what in told for told in found] == ([True] * len(found))
    assert bool(found) == bool(what)


def test_every_text_says_the_same_in_both_languages() -> None:
    told = []
    seen = 0
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            seen += text.count("Text(")
            told += [f"{path.relative_to(ROOT)}:{line}: {what}" for line, what in offences(text)]
    assert not told, "\n".join(told)
    assert seen > 1_000
