"""SWIFT MT940, the bank's statement in tagged lines; one message a day, each ended by ``-``.

The payer's reference may be longer than the 16 characters of ``:61:``; it stands whole after ``/EREF/`` in ``:86:``.
"""

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from poslab.messages.files.bad_file import CUT_OFF, MISSING, NO_TEXT, BadFile, instead
from poslab.messages.files.figures import count_of, figure, figure_of, shown
from poslab.messages.files.statement import Entry, Pieces, Statement, proven, writable
from poslab.text import Text

_LINE_END = "\r\n"
_NO_REFERENCE = "NONREF"
_LONGEST = 16
_REFERENCE, _PURPOSE = "/EREF/", "/REMI/"

_TAG = re.compile(r":(\d{2}[A-Z]?):(.*)", re.DOTALL)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([0-9,.]{1,16})", re.ASCII)
_ENTRY = re.compile(
    r"(\d{6})(\d{4})?(R?[CD])([A-Z])?([0-9,]{1,15})([NFS][A-Z0-9]{3})((?:(?!//).){0,16})(?://(.{0,16}))?", re.ASCII
)


class _Field(Struct, frozen=True):
    """A tag with its lines."""

    tag: str
    line: int
    text: str

    @property
    def name(self) -> str:
        return f":{self.tag}:"


def write(statements: Sequence[Statement]) -> bytes:
    """The messages one after the other, in ASCII, lines ended as SWIFT has them; ``ValueError`` for no statement."""
    if not statements:
        raise ValueError("a file tells of one day at least")
    lines: list[str] = []
    for statement in statements:
        writable(statement)
        lines.append(f":20:STMT{statement.day:%Y%m%d}")
        lines.append(f":25:{statement.account_no}")
        lines.append(f":28C:{statement.number}/1")
        lines.append(f":60F:{_balance_text(statement, statement.opening_fen)}")
        for entry in statement.entries:
            lines += _entry_lines(entry)
        lines.append(f":62F:{_balance_text(statement, statement.closing_fen)}")
        lines.append("-")
    return (_LINE_END.join(lines) + _LINE_END).encode("ascii")


def read(content: bytes) -> tuple[Statement, ...]:
    """Every message of a file, with or without SWIFT's blocks around it; ``BadFile`` for what cannot be used."""
    return tuple(_statement(message) for message in _messages(_text(content)))


def salvage(content: bytes) -> Pieces:
    """What can be read of a file, message by message and line by line; ``BadFile`` if it is no MT940."""
    found = Pieces([], {}, [], [], [])
    try:
        text = _text(content)
    except BadFile as wrong:
        found.bad.append(wrong)
        found.cut = True
        text = content.decode("utf-8-sig", errors="replace")
    for message in _messages(text):
        _salvage_message(message, found)
    return found


# --- writing


def _balance_text(statement: Statement, amount_fen: int) -> str:
    sign = "D" if amount_fen < 0 else "C"
    return f"{sign}{statement.day:%y%m%d}{statement.currency}{figure(abs(amount_fen), ',')}"


def _entry_lines(entry: Entry) -> list[str]:
    sign = "D" if entry.amount_fen < 0 else "C"
    reference = entry.reference if len(entry.reference) <= _LONGEST else _NO_REFERENCE
    amount = figure(abs(entry.amount_fen), ",")
    lines = [
        f":61:{entry.valued:%y%m%d}{entry.booked:%m%d}{sign}{amount}NTRF{reference}//{entry.bank_reference}",
        f":86:{_REFERENCE}{entry.reference}",
    ]
    return [*lines, _PURPOSE + entry.purpose] if entry.purpose else lines


# --- reading


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(1, "", NO_TEXT) from None


def _messages(text: str) -> list[list[_Field]]:
    messages: list[list[_Field]] = []
    for field in _fields(text):
        if field.tag == "20" or not messages:
            messages.append([])
        messages[-1].append(field)
    if not messages:
        raise BadFile(1, ":20:", Text("这不是 MT940 文件", "this is no MT940 file"))
    return messages


def _fields(text: str) -> list[_Field]:
    found: list[_Field] = []
    for number, line in enumerate(text.splitlines(), start=1):
        tagged = _TAG.fullmatch(line)
        if tagged is not None:
            found.append(_Field(tagged[1], number, tagged[2]))
        elif line.startswith(("-", "{")) or not line.strip():
            continue
        elif not found:
            raise BadFile(number, "", instead(Text("应为 :20: 之类的标签", "a tag like :20: is wanted"), shown(line)))
        else:
            last = found[-1]
            found[-1] = _Field(last.tag, last.line, f"{last.text}\n{line}")
    return found


def _statement(message: list[_Field]) -> Statement:
    opening = _balance(_one(message, "60F", "60M"))
    last = _one(message, "62F", "62M")
    closing = _balance(last)
    number = _one(message, "28C", "28")
    entries: list[Entry] = []
    for i, field in enumerate(message):
        if field.tag == "61":
            told = message[i + 1] if i + 1 < len(message) and message[i + 1].tag == "86" else None
            entries.append(_entry(field, told))
    if opening[1] != closing[1]:
        why = Text(
            f"币种与期初余额的 {opening[1]} 不同", f"its currency is not that of the opening balance, {opening[1]}"
        )
        raise BadFile(last.line, last.name, why)
    statement = Statement(
        account_no=_one(message, "25", "25P").text.partition("\n")[0].strip(),
        number=count_of(number.text.partition("/")[0].strip(), number.line, number.name),
        day=closing[0],
        opening_fen=opening[2],
        entries=tuple(entries),
        closing_fen=closing[2],
        currency=closing[1],
    )
    return proven(statement, last.line)


def _salvage_message(message: list[_Field], found: Pieces) -> None:
    """Each line by itself. A message without a closing balance is cut off, and its last line perhaps with it."""
    tags = [field.tag for field in message]
    cut = not {"62F", "62M"} & set(tags)
    account_no = next((field.text.partition("\n")[0].strip() for field in message if field.tag in ("25", "25P")), "")
    number = next((field.text.partition("/")[0].strip() for field in message if field.tag in ("28C", "28")), "")
    name = f"{account_no}/{number}/{message[0].text.strip()}"
    found.accounts[name] = account_no
    try:
        found.days.append(_statement(message).day)
    except BadFile as wrong:
        why = Text(f"{MISSING.zh}：文件被截断", f"{MISSING.en}: the paper is cut off")
        found.bad.append(BadFile(message[-1].line, ":62F:", why) if cut else wrong)
        found.cut = found.cut or cut
    last = max((i for i, tag in enumerate(tags) if tag == "61"), default=-1)
    for i, field in enumerate(message):
        if field.tag != "61":
            continue
        told = message[i + 1] if i + 1 < len(message) and message[i + 1].tag == "86" else None
        if cut and i == last:
            found.torn.append((BadFile(field.line, field.name, CUT_OFF), ""))
            continue
        try:
            found.entries.append((field.line, name, _entry(field, told)))
        except BadFile as wrong:
            found.torn.append((wrong, _details(told).get(_REFERENCE, "")))


def _one(message: list[_Field], *tags: str) -> _Field:
    for field in message:
        if field.tag in tags:
            return field
    raise BadFile(message[0].line, f":{tags[0]}:", MISSING)


def _balance(field: _Field) -> tuple[date, str, int]:
    found = _BALANCE.fullmatch(field.text.strip())
    if found is None:
        form = Text("余额写作 C260106CNY1234,50", "a balance is written like C260106CNY1234,50")
        raise BadFile(field.line, field.name, instead(form, shown(field.text)))
    sign, day, currency, amount = found.groups()
    amount_fen = figure_of(amount, field.line, field.name, ",")
    return _day(day, field), currency, -amount_fen if sign == "D" else amount_fen


def _entry(field: _Field, told: _Field | None) -> Entry:
    found = _ENTRY.fullmatch(field.text.partition("\n")[0].strip())
    if found is None:
        example = "2601060106C1234,50NTRFNONREF//2601060001"
        form = Text(f"一笔写作 {example}", f"a line is written like {example}")
        raise BadFile(field.line, field.name, instead(form, shown(field.text)))
    valued = _day(found[1], field)
    amount_fen = figure_of(found[5], field.line, field.name, ",")
    # RC takes a credit back and RD a debit.
    debit = found[3] in ("D", "RC")
    details = _details(told)
    reference = details.get(_REFERENCE, found[7].strip())
    return Entry(
        booked=valued if found[2] is None else _near(found[2], valued, field),
        valued=valued,
        amount_fen=-amount_fen if debit else amount_fen,
        reference="" if reference == _NO_REFERENCE else reference,
        bank_reference=(found[8] or "").strip(),
        purpose=details.get(_PURPOSE, ""),
    )


def _details(told: _Field | None) -> dict[str, str]:
    """What stands behind the slashed words of ``:86:``."""
    found: dict[str, str] = {}
    if told is not None:
        text = told.text.replace("\n", "")
        for each in re.finditer(r"(/[A-Z]{4}/)((?:(?!/[A-Z]{4}/).)*)", text):
            found.setdefault(each[1], each[2].strip())
    return found


def _day(text: str, field: _Field) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise BadFile(field.line, field.name, _no_day(text)) from None


def _no_day(text: str) -> Text:
    return Text(f"没有 {shown(text)} 这一天", f"there is no day {shown(text)}")


def _near(text: str, valued: date, field: _Field) -> date:
    """Month and day of the booking, in the year that brings it nearest to the value date."""
    found: list[date] = []
    for year in (valued.year - 1, valued.year, valued.year + 1):
        try:
            found.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    if not found:
        raise BadFile(field.line, field.name, _no_day(text))
    return min(found, key=lambda day: abs((day - valued).days))
