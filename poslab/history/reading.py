"""Reads a written history back: lines with the very messages that were told, so that every fold can run over a file.

A message stands once, with its sender; whoever heard it is given that same message. What only its party understands (a
reminder to itself) comes back as ``Opaque``. A file of a sample leaves lines out; a message sent on such a line is
opaque, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, ClassVar

import msgspec

from poslab.history.header import Header
from poslab.history.line import SCHEMA, Garbled, Heard, Line
from poslab.messages import batch, card, funding, people
from poslab.messages import facts as trade_facts
from poslab.party import facts
from poslab.party.contract import Accept, Became, Connect, Effect, Input, Kept, Logged, Posted, Remind, Reminder, Send
from poslab.text import Text

REMEMBERED = 100_000
"""How many messages that were heard once are kept in case a copy of them arrives later."""


class BadHistory(ValueError):
    """A file is no history, or is broken at a line: its number, and why."""

    def __init__(self, line: int, why: Text) -> None:
        super().__init__(line, why)
        self.line = line
        self.why = why

    def __str__(self) -> str:
        return f"line {self.line}: {self.why.en}"


def _none(what: Text, error: Exception) -> Text:
    return Text(f"不是{what.zh}：{error}", f"this is no {what.en}: {error}")


_LINE = Text("历史的一行", "line of a history")


class Opaque(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """Something that only its party understands; ``name`` is its type's."""

    kind: ClassVar[str] = "opaque"

    name: str


def header_of(first_line: bytes) -> Header:
    """The header of a history from its first line; raises ``BadHistory``."""
    try:
        found = msgspec.json.decode(first_line, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadHistory(1, _none(Text("历史的首行", "history's header"), error)) from None
    if found.schema != SCHEMA:
        raise BadHistory(
            1, Text(f"文件是 {found.schema}，而不是 {SCHEMA}", f"this file is {found.schema}, not {SCHEMA}")
        )
    return found


def read(lines: Iterable[bytes]) -> Iterator[tuple[Line, Input]]:
    """Every line after the header with the input that it tells of, as they were when they were written.

    ``lines`` are those of a whole file, its header first, or what follows the header. Raises ``BadHistory`` at a line
    that is cut off, is no line of a history, or comes out of order.
    """
    read = _Reader()
    for number, written in enumerate(lines, start=1):
        if number == 1 and written.lstrip().startswith(b"{"):
            header_of(written)
            continue
        yield read.line(number, written)


def decoded_input(written: bytes) -> Input:
    """One input as histories write it; ``BadHistory`` for anything else."""
    try:
        return _input(msgspec.json.decode(written))
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError, ValueError) as error:
        raise BadHistory(0, _none(Text("输入", "input"), error)) from None


def decoded_effects(written: bytes) -> list[Effect]:
    """A line's effects as histories write them; ``BadHistory`` for anything else."""
    try:
        return [_effect(effect) for effect in msgspec.json.decode(written)]
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError, ValueError) as error:
        raise BadHistory(0, Text(f"不是效果：{error}", f"these are no effects: {error}")) from None


class _Reader:
    def __init__(self) -> None:
        self._last = 0
        self._gaps = False
        self._sent: dict[tuple[int, int], Input] = {}
        self._heard: dict[tuple[int, int], Input] = {}

    def line(self, number: int, written: bytes) -> tuple[Line, Input]:
        if not written.endswith(b"\n"):
            raise BadHistory(number, Text("这一行被截断", "the line is cut off"))
        try:
            n, at, party, given, effects = msgspec.json.decode(written, type=tuple[int, int, str, list[Any], list[Any]])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadHistory(number, _none(_LINE, error)) from None
        if n <= self._last:
            why = Text(f"第 {self._last} 行之后是第 {n} 行", f"line {n} comes after line {self._last}")
            raise BadHistory(number, why)
        self._gaps = self._gaps or n != self._last + 1
        self._last = n
        try:
            told = _heard(given) if given[0] in _HEARD else _input(given)
            wished = [_effect(effect) for effect in effects]
        except (msgspec.ValidationError, LookupError, TypeError, ValueError) as error:
            raise BadHistory(number, _none(_LINE, error)) from None
        for index, effect in enumerate(wished):
            if type(effect) is Send:
                self._sent[n, index] = effect.message
        line = Line(n, at, party, told, wished)
        if not isinstance(told, Heard):
            return line, told
        message = self._message(told, number)
        if type(told) is Garbled and type(message) is not Opaque:
            left = message.garbled()
            if left is None:
                why = Text(
                    f"收到残缺的 {message.kind}，其内容已无存",
                    f"a garbled {message.kind} is heard, of which nothing is left",
                )
                raise BadHistory(number, why)
            return line, left
        return line, message

    def _message(self, heard: Heard, number: int) -> Input:
        name = (heard.line, heard.effect)
        message = self._sent.pop(name, None)
        if message is not None:
            self._heard[name] = message
            if len(self._heard) > REMEMBERED:
                del self._heard[next(iter(self._heard))]
            return message
        message = self._heard.get(name)
        if message is not None:
            return message
        if self._gaps:
            return Opaque("", "@")
        why = Text(
            f"收到第 {heard.line} 行的效果 {heard.effect}，而该行没有发送",
            f"it hears effect {heard.effect} of line {heard.line}, which sent nothing",
        )
        raise BadHistory(number, why)


_HEARD: Mapping[str, type[Heard]] = {"@": Heard, "~": Garbled}


def _tagged(modules: Iterable[ModuleType]) -> Mapping[str, type[Input]]:
    found: dict[str, type[Input]] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Input) and value.__module__ == module.__name__:
                found[value.__name__] = value
    return found


INPUTS: Mapping[str, type[Input]] = _tagged((batch, card, funding, people, trade_facts, facts))
"""Every message and fact by the name under which histories write it."""

_EFFECTS: Mapping[str, Any] = {
    effect.__name__: effect for effect in (Send, Remind, Connect, Accept, Posted, Logged, Became, Kept)
}


def _heard(written: list[Any]) -> Heard:
    return msgspec.convert(written, _HEARD[written[0]])


def _input(written: list[Any]) -> Input:
    name = written[0]
    known = INPUTS.get(name)
    if known is not None:
        return msgspec.convert(written, known)
    if not isinstance(name, str) or not isinstance(written[1], str):
        raise TypeError("an input is written with its name and the purchase that it is about")
    return Opaque(written[1], name)


def _effect(written: list[Any]) -> Effect:
    what = _EFFECTS[written[0]]
    if what is Send:
        _, to, message, *attempt = written
        return Send(msgspec.convert(to, str), _input(message), *(msgspec.convert(count, int) for count in attempt))
    if what is Remind:
        _, after, of = written
        return Remind(msgspec.convert(after, int), Opaque(of[1], of[0]))
    effect: Effect = msgspec.convert(written, what)
    return effect
