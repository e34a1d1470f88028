"""``poslab decode``: bytes of the card leg, field by field, masked, with every error and where it is."""

import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct
from rich.text import Text as Rich

from poslab.console.frames import bytes_of
from poslab.console.run_dir import HISTORY, read_run
from poslab.console.speaker import Speaker, grid, speaking
from poslab.messages.iso8583.dump import DumpLine, dump, without_numbers
from poslab.messages.iso8583.errors import Undecodable
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import DIALECTS, troubles
from poslab.messages.iso8583.proofs import proofs, versions_by
from poslab.party.contract import Address, Send
from poslab.party.time import Instant, stamp_text
from poslab.text import Language, Text
from scenarios.schema.errors import BadInput, printable, unreadable, why_not

FINE = 0
LARGEST_FILE = 1 << 20

_LENGTH_BYTES: Final = 2
_STDIN: Final = Text("标准输入", "standard input")
_HEX: Final = frozenset(string.hexdigits.encode())
_BLANK: Final = frozenset(string.whitespace.encode())

_HIDDEN: Final = Text("（已隐藏）", "(hidden)")
_CANNOT: Final = Text("✗ 无法读取", "✗ cannot be read")
_BYTES: Final = Text("{size} 字节，方言 {dialect}", "{size} bytes, dialect {dialect}")
_UNKNOWN: Final = Text("未知类型的报文", "a message of no known type")
_ERRORS: Final = Text("错误", "Errors")
_HEADS: Final = (Text("字节", "byte"), Text("域", "field"), Text("名称", "name"), Text("内容", "value"))


class Read(Struct, frozen=True):
    """One frame as far as it could be read, and everything that is wrong with it."""

    size_bytes: int
    lines: tuple[DumpLine, ...]
    errors: tuple[Undecodable, ...]

    @property
    def mti(self) -> DumpLine | None:
        """The line of the message type."""
        return next((line for line in self.lines if line.field == "mti"), None)


def decode_bytes(given: str, dialect_name: str, language: Language, as_json: bool) -> int:
    """Show the frame that hexadecimal digits say, the frames of a file, or those of a run; ``-`` is standard input.

    A file holds frames one after the other, as bytes or as hexadecimal digits with blanks anywhere. A folder is that of
    a run: its messages follow from its history, each in the dialect of its leg. ``BadInput`` where there is nothing to
    read, and after all was shown where a frame is wrong.
    """
    if _is_folder(Path(given)):
        return _decode_run(Path(given), language, as_json)
    dialect = DIALECTS[dialect_name]
    name, frames = _frames(given)
    shown = [_read(frame, dialect) for frame in frames]
    if as_json:
        told = {
            "schema": "poslab-decode/1",
            "dialect": dialect_name,
            "messages": [_document(read) for read in shown],
        }
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
    else:
        with speaking(language) as to:
            for number, read in enumerate(shown):
                if number:
                    to.blank()
                _show(to, read, dialect_name)
    for number, (frame, read) in enumerate(zip(frames, shown, strict=True), start=1):
        if read.errors:
            raise _refusal(name, number if len(frames) > 1 else 0, frame, read, dialect_name)
    return FINE


class _Sent(NamedTuple):
    at: Instant
    sender: Address
    to: Address
    dialect: Dialect
    read: Read


def _decode_run(folder: Path, language: Language, as_json: bool) -> int:
    sent = list(_sent_in(folder))
    if as_json:
        messages = [
            {"at": stamp_text(one.at), "from": one.sender, "to": one.to, "dialect": one.dialect.name}
            | _document(one.read)
            for one in sent
        ]
        told = {"schema": "poslab-decode/1", "messages": messages}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n")
        return FINE
    with speaking(language) as to:
        for number, one in enumerate(sent):
            if number:
                to.blank()
            to.line(Rich(f"{stamp_text(one.at)}  {one.sender} → {one.to}", style="dim"))
            _show(to, one.read, one.dialect.name)
    return FINE


def _sent_in(folder: Path) -> Iterator[_Sent]:
    world, pairs, _, _ = read_run(folder)
    for line, _ in pairs:
        for effect in line.effects:
            if type(effect) is not Send:
                continue
            sent = bytes_of(effect.message, line.party, effect.to, line.at, effect.attempt, world)
            if sent is not None:
                dialect, frame = sent
                yield _Sent(line.at, line.party, effect.to, dialect, _read(frame, dialect))


# --- what is given


def _frames(given: str) -> tuple[str | Text, list[bytes]]:
    """Who gave them, for messages to people, and the frames."""
    if given == "-":
        return _STDIN, _parted(_unpacked(sys.stdin.buffer.read(LARGEST_FILE + 1), _STDIN))
    path = Path(given)
    if _is_file(path):
        name = printable(without_numbers(given))
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError as error:
            remedy = Text("请给出报文文件", "name a file of bytes")
            raise BadInput(name, 0, "", unreadable(why_not(error)), remedy) from None
        return name, _parted(_unpacked(content, name))
    packed = bytes(byte for byte in given.encode(errors="replace") if byte not in _BLANK)
    if not packed or not _HEX.issuperset(packed):
        what = Text(
            "所给的既不是十六进制数字，也不是文件名",
            "what is given is neither hexadecimal digits nor the name of a file",
        )
        remedy = Text(
            "请以十六进制数字给出报文，或给出报文文件",
            "give the bytes of a message as hexadecimal digits, or a file of them",
        )
        raise BadInput("decode", 0, "", what, remedy)
    return "decode", [_from_hex(packed, "decode")]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir() and (path / HISTORY).exists()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have: too long, mostly because it is hexadecimal
        return False


def _unpacked(content: bytes, name: str | Text) -> bytes:
    if len(content) > LARGEST_FILE:
        what = Text(f"大于 {LARGEST_FILE} 字节", f"it is larger than {LARGEST_FILE} bytes")
        raise BadInput(name, 0, "", what, Text("请减少一次给出的报文", "give fewer messages at a time"))
    packed = bytes(byte for byte in content if byte not in _BLANK)
    if not packed:
        remedy = Text("请给出含有报文的文件", "give a file that holds the bytes of messages")
        raise BadInput(name, 0, "", Text("内容为空", "it is empty"), remedy)
    return _from_hex(packed, name) if _HEX.issuperset(packed) else content


def _from_hex(packed: bytes, name: str | Text) -> bytes:
    if len(packed) % 2:
        digits = len(packed)
        what = Text(f"{digits} 位十六进制数字不成整字节", f"{digits} hexadecimal digits are no whole bytes")
        raise BadInput(name, 0, "", what, Text("每字节请给两位", "give two digits a byte"))
    return bytes.fromhex(packed.decode("ascii"))


def _parted(content: bytes) -> list[bytes]:
    """A file's frames by their lengths; what does not come out even is the last frame, and wrong."""
    frames, at = [], 0
    while at < len(content):
        after = at + _LENGTH_BYTES + int.from_bytes(content[at : at + _LENGTH_BYTES], "big")
        frames.append(content[at:after])
        at = after
    return frames


# --- what is read


def _read(frame: bytes, dialect: Dialect) -> Read:
    said = proofs(frame, dialect)
    lines = tuple(
        msgspec.structs.replace(line, says=said[line.field]) if line.field in said else line
        for line in dump(frame, dialect)
    )
    errors = troubles(frame, dialect=dialect, versions=versions_by(frame, dialect))
    places = [(error.field, error.offset) for error in errors]
    errors += [
        Undecodable(line.field, line.offset, line.trouble)
        for line in lines
        if line.trouble is not None and (line.field, line.offset) not in places
    ]
    return Read(len(frame), lines, tuple(errors))


def _refusal(name: str | Text, number: int, frame: bytes, read: Read, dialect_name: str) -> BadInput:
    first = read.errors[0]
    what = first.text
    if number:
        what = Text(f"第 {number} 条报文，{what.zh}", f"message {number}, {what.en}")
    more = len(read.errors) - 1
    if more:
        errors = "error" if more == 1 else "errors"
        what = Text(f"{what.zh}（另有 {more} 处错误）", f"{what.en} (and {more} more {errors})")
    others = [
        other for other, dialect in DIALECTS.items() if other != dialect_name and not troubles(frame, dialect=dialect)
    ]
    if others:
        remedy = Text(f"可用 --dialect {others[0]} 读取", f"it can be read with --dialect {others[0]}")
    else:
        remedy = Text(
            "能读的部分已显示在上面；须由发送方改正", "what could be read is shown above; whoever sent it must mend it"
        )
    return BadInput(name, 0, "", what, remedy)


# --- how it is shown


def _show(to: Speaker, read: Read, dialect_name: str) -> None:
    mti = read.mti
    title = f"{mti.value} {to.say(mti.says or _UNKNOWN)}" if mti is not None and mti.value else to.say(_UNKNOWN)
    size = to.say(_BYTES.fill(size=read.size_bytes, dialect=dialect_name))
    to.line(Rich(title, style="bold cyan"), "  ", Rich(size, style="dim"))
    table = grid("dim", "name", "name", "wide")
    table.add_row(*(Rich(to.say(head), style="dim") for head in _HEADS))
    for line in read.lines:
        table.add_row(str(line.offset), line.field, to.say(line.name), _value(to, line))
    to.put(table)
    if read.errors:
        to.heading(_ERRORS)
        for error in read.errors:
            to.item("✗", error.text, "red")


def _value(to: Speaker, line: DumpLine) -> Rich:
    shown = Rich(line.value)
    if line.hidden and not line.value:
        refused = line.trouble is not None
        shown = Rich(to.say(_HIDDEN) + ("  ✗" if refused else ""), style="red" if refused else "dim")
    elif line.trouble is not None:
        shown = Rich(f"{line.value}  ✗", style="red") if line.value else Rich(to.say(_CANNOT), style="red")
    if line.says is not None:
        shown.append(f"  {to.say(line.says)}", style="italic")
    return shown


def _document(read: Read) -> dict[str, Any]:
    mti = read.mti
    return {
        "type": mti.value if mti is not None else "",
        "size_bytes": read.size_bytes,
        "fields": [
            {
                "field": line.field,
                "offset": line.offset,
                "name": line.name,
                "value": line.value,
                "hidden": line.hidden,
                "says": line.says,
            }
            for line in read.lines
            if line.trouble is None or line.value or line.hidden
        ],
        "errors": [{"field": error.field, "offset": error.offset, "why": error.why} for error in read.errors],
    }
