"""YAML as strictly as it can be read: YAML 1.2 core words only, each value knows its line, and nothing clever.

Refused, each with a sentence of its own: aliases and anchors, tags, directives, several documents, doubled keys, keys
that are no words, anything but a mapping at the top, deep nesting, big files, other encodings than UTF-8, and card
numbers anywhere. The parser's events are read one by one, so that a hostile file is left as soon as it is recognised.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError

from poslab.text import Text
from scenarios.schema.card_numbers import refuse_card_numbers
from scenarios.schema.errors import KEEP_ONE, TAKE_AWAY, BadInput, shown

MOST_BYTES = 256 * 1024
MOST_DEPTH = 20

Plain: TypeAlias = str | int | float | bool | None
"""What a scalar means by the core schema. A date, a time, ``on`` and ``NO`` are words."""

_PROBLEMS = {
    "mapping values are not allowed": "此处不能再写键值",
    "sequence entries are not allowed": "此处不能写列表项",
    "could not find expected ':'": "缺少冒号",
    "expected <block end>": "缩进不齐",
    "expected ',' or": "缺少逗号或右括号",
    "expected the node content": "缺少值",
    "found unexpected end of stream": "文件提前结束，引号没有闭合",
    "found character '\\t'": "缩进中有制表符",
    "found character": "出现不能作为开头的字符",
    "found unknown escape character": "未知的转义字符",
}
"""How the parser's commonest complaints begin, in Chinese."""
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NULL = re.compile(r"(?:~|null|Null|NULL|)")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")


class Scalar:
    """A value and the line it stands on."""

    __slots__ = ("line", "value")

    def __init__(self, value: Plain, line: int) -> None:
        self.value = value
        self.line = line


class Sequence:
    """A list and the line it begins on."""

    __slots__ = ("items", "line")

    def __init__(self, line: int) -> None:
        self.items: list[Node] = []
        self.line = line


class Mapping:
    """A mapping, the line it begins on and the line of each key."""

    __slots__ = ("entries", "line", "lines")

    def __init__(self, line: int) -> None:
        self.entries: dict[str, Node] = {}
        self.lines: dict[str, int] = {}
        self.line = line


Node: TypeAlias = Scalar | Sequence | Mapping


def read(raw: bytes, file: str) -> Mapping:
    """The tree of one document; ``BadInput`` naming ``file`` if it is anything else than this module promises."""
    if len(raw) > MOST_BYTES:
        what = Text(f"文件超过 {MOST_BYTES // 1024} kB", f"the file has more than {MOST_BYTES // 1024} kB")
        raise BadInput(file, 0, "", what, Text("请拆分，或用 every 与 count 写成系列", "split it, or generate series"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        what = Text("文件不是 UTF-8 文本", "the file is not UTF-8 text")
        raise BadInput(file, 0, "", what, Text("请存为 UTF-8 文本", "save it as UTF-8 text")) from None
    refuse_card_numbers(text, file)
    try:
        tree = _document(YAML(typ="safe", pure=True).parse(text), file)
    except ReaderError:
        what = Text("文件含有非文本字符", "the file holds characters that are no text")
        raise BadInput(file, 0, "", what, Text("请存为纯文本", "save it as plain text")) from None
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = mark.line + 1 if mark is not None else 0
        problem = (wrong.problem or wrong.context or "it cannot be read").splitlines()[0]
        in_chinese = next((zh for en, zh in _PROBLEMS.items() if problem.startswith(en)), problem)
        what = Text(f"不是合法的 YAML（{in_chinese}）", f"this is no YAML ({problem})")
        remedy = Text("请检查这一行或上一行", "mend the line or the one above it")
        raise BadInput(file, line, "", what, remedy) from None
    except (YAMLError, ValueError, OverflowError, RecursionError):
        remedy = Text("请对照场景库中的文件", "compare it with a scenario of the library")
        raise BadInput(file, 0, "", Text("不是合法的 YAML", "this is no YAML"), remedy) from None
    if tree is None:
        remedy = Text("首行请写 schema: poslab/1", "begin with the line schema: poslab/1")
        raise BadInput(file, 0, "", Text("文件为空", "the file is empty"), remedy)
    if not isinstance(tree, Mapping):
        what = (
            Text("最外层是列表", "a list stands at the top")
            if isinstance(tree, Sequence)
            else Text("最外层只有一个词", "a single word stands at the top")
        )
        remedy = Text("请写成键值，首行为 schema: poslab/1", "write keys, beginning with schema: poslab/1")
        raise BadInput(file, tree.line, "", what, remedy)
    return tree


def plain(node: Node) -> Any:
    """The tree as dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(item) for key, item in node.entries.items()}


def merged(below: Mapping, above: Mapping) -> Mapping:
    """``below`` with what ``above`` says: mappings are merged key by key, everything else is replaced, ``~`` removes.

    Every value keeps the line on which it was written.
    """
    whole = Mapping(below.line)
    whole.entries.update(below.entries)
    whole.lines.update(below.lines)
    for key, node in above.entries.items():
        under = whole.entries.get(key)
        if isinstance(node, Scalar) and node.value is None:
            whole.entries.pop(key, None)
            whole.lines.pop(key, None)
            continue
        if isinstance(node, Mapping) and isinstance(under, Mapping):
            node = merged(under, node)
        whole.entries[key] = node
        whole.lines[key] = above.lines[key]
    return whole


def line_of(tree: Node, path: tuple[str | int, ...]) -> int:
    """The line of the deepest part of ``path`` that is written; parts that name nothing are passed over."""
    node: Node = tree
    line = tree.line
    for part in path:
        if isinstance(node, Mapping) and isinstance(part, str) and part in node.entries:
            line = node.lines[part]
            node = node.entries[part]
        elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            node = node.items[part]
            line = node.line
    return line


def written_path(tree: Node, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """``path`` without the parts that name nothing in the tree."""
    node: Node = tree
    kept: list[str | int] = []
    for part in path:
        if isinstance(node, Mapping) and isinstance(part, str) and part in node.entries:
            node = node.entries[part]
        elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
            node = node.items[part]
        else:
            continue
        kept.append(part)
    return tuple(kept)


def _document(events: Iterator[Any], file: str) -> Node | None:
    documents = 0
    tree = _Tree(file)
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark is not None else 0
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                what = Text("此处开始了第二个文档", "a second document begins")
                raise BadInput(file, line, "", what, Text("一个文件只写一个场景", "keep one scenario a file"))
            if event.version or event.tags:
                remedy = Text("请删去以 % 开头的行", "take the line that begins with % away")
                raise BadInput(file, line, "", Text("出现 YAML 指令", "a YAML directive"), remedy)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            tree.close()
        elif isinstance(event, NodeEvent):
            _refuse_cleverness(event, file, line)
            if isinstance(event, ScalarEvent):
                tree.word(event, line)
            else:
                tree.open(Mapping(line) if isinstance(event, MappingStartEvent) else Sequence(line))
    if isinstance(tree.root, Scalar) and tree.root.value is None:
        return None
    return tree.root


class _Tree:
    """The tree as far as it has been read: what is open, and the key whose value is still to come."""

    def __init__(self, file: str) -> None:
        self.root: Node | None = None
        self._file = file
        self._open: list[Sequence | Mapping] = []
        self._keys: list[tuple[str, int] | None] = []

    def word(self, event: ScalarEvent, line: int) -> None:
        text = str(event.value)
        refuse_card_numbers(text, self._file, line)
        if _NO_TEXT.search(text):
            what = Text("出现非文本字符", "a character that is no text")
            raise BadInput(self._file, line, "", what, Text("请删去该转义", "take the escape away"))
        if self._wants_key():
            parent = self._open[-1]
            assert isinstance(parent, Mapping)
            self._keys[-1] = (_key(text, parent, self._file, line), line)
        else:
            self._place(Scalar(text if event.style is not None else _meant(text), line))

    def open(self, node: Sequence | Mapping) -> None:
        if self._wants_key():
            what = Text("键不是单词", "a key that is no word")
            raise BadInput(self._file, node.line, "", what, Text("键请写成单词", "write keys as words"))
        if len(self._open) >= MOST_DEPTH:
            what = Text(f"嵌套超过 {MOST_DEPTH} 层", f"nested deeper than {MOST_DEPTH} levels")
            raise BadInput(self._file, node.line, "", what, Text("请减少层次", "write it flatter"))
        self._place(node)
        self._open.append(node)
        self._keys.append(None)

    def close(self) -> None:
        self._open.pop()
        self._keys.pop()

    def _wants_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], Mapping) and self._keys[-1] is None

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key, line = self._keys[-1] or ("", node.line)
        parent.entries[key] = node
        parent.lines[key] = line
        self._keys[-1] = None


def _refuse_cleverness(event: Any, file: str, line: int) -> None:
    if isinstance(event, AliasEvent):
        raise BadInput(
            file, line, "", Text("出现别名（*）", "an alias (*)"), Text("请直接写出值", "write the value out")
        )
    if event.anchor is not None:
        remedy = Text("请删去，并在用处直接写出值", "take it away and write the value out where it is used")
        raise BadInput(file, line, "", Text("出现锚点（&）", "an anchor (&)"), remedy)
    if event.tag is not None:
        raise BadInput(file, line, "", Text("出现标签（!）", "a tag (!)"), TAKE_AWAY)


def _key(key: str, parent: Mapping, file: str, line: int) -> str:
    if not key:
        raise BadInput(file, line, "", Text("键没有名字", "a key without a name"), Text("请给它名字", "give it a name"))
    if key in parent.entries:
        first = parent.lines[key]
        what = Text(f"键 {shown(key)} 在第 {first} 行已有", f"the key {shown(key)} stands on line {first} already")
        raise BadInput(file, line, "", what, KEEP_ONE)
    return key


def _meant(text: str) -> Plain:
    """What a plain word means by the core schema of YAML 1.2."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
