"""On paths that decide there are integers only, and nothing that differs between two runs of the same seed."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECIDING = (
    "poslab/money.py",
    "poslab/party",
    "poslab/ledger",
    "poslab/messages",
    "poslab/world",
    "poslab/history",
    "poslab/faults",
    "poslab/checks",
    "poslab/diagnosis",
    "poslab/runtime/chance.py",
    "terminal",
    "acquirer",
    "bank",
    "scenarios/people",
)
# Built-ins whose answer is a float, differs between processes, or reaches outside.
BANNED_CALLS = {"float", "hash", "id", "open", "input", "print", "eval", "exec"}
EDGE = "edge"


def offences(text: str) -> list[tuple[int, str]]:
    """(line, what) for each float, true division, banned built-in and loop over a set in a source text."""
    found = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Constant(value=float()):
                found.append((node.lineno, "a float"))
            case ast.BinOp(op=ast.Div(), left=left, right=right) if not (_is_text(left) or _is_text(right)):
                found.append((node.lineno, "a true division"))
            case ast.Call(func=ast.Name(id=name)) if name in BANNED_CALLS:
                found.append((node.lineno, f"{name}()"))
            case ast.For(iter=walked) | ast.comprehension(iter=walked) if _is_set(walked):
                found.append((walked.lineno, "a loop over a set"))
    return sorted(found)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub(), left=left, right=right):
            return _is_set(left) or _is_set(right)
    return False


def test_rooms_that_decide_hold_integers_only() -> None:
    told = []
    for name in DECIDING:
        room = ROOT / name
        files = sorted(room.rglob("*.py")) if room.is_dir() else [room] if room.exists() else []
        for path in files:
            if EDGE in path.relative_to(ROOT).parts:
                continue
            for line, what in offences(path.read_text(encoding="utf-8")):
                told.append(f"{path.relative_to(ROOT)}:{line}: {what}")
    assert told == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("fee = 0.38", "a float"),
        ("half = amount / 2", "a true division"),
        ("half = float(amount)", "float()"),
        ("bucket = hash(order)", "hash()"),
        ("for order in {1, 2}: pass", "a loop over a set"),
        ("names = [n for n in set(orders)]", "a loop over a set"),
        ("key = open('key')", "open()"),
    ],
)
def test_it_would_see(text: str, what: str) -> None:
    assert [found for _, found in offences(text)] == [what]


@pytest.mark.parametrize("text", ["half = amount // 2", "page = folder / 'page.html'", "for o in sorted({1}): pass"])
def test_it_lets_pass(text: str) -> None:
    assert offences(text) == []
