"""One codec for every dialect: a layout compiled once, then fields to a frame and back."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.fields import Reader, reader_of, writer_of
from poslab.messages.iso8583.layout import Dialect, Field
from poslab.messages.iso8583.shapes import Picker, Shape, picker

LENGTH_BYTES: Final = 2
_MTI_DIGITS: Final = 4
_SHAPES_KEPT: Final = 128  # more shapes than messages have are somebody's noise, and may not fill the memory


class Codec:
    """A compiled dialect: fields to a frame and back.

    Fields are a mapping of field number to value as ``layout`` describes it; the bitmap follows from what is there.
    Shapes that were met are remembered, a bounded number of them: they change how long it takes, never what comes out.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._fields: Mapping[int, Field] = {field.number: field for field in dialect.fields}
        self._writers = {field.number: writer_of(field, dialect.figures) for field in dialect.fields}
        self._readers = {field.number: reader_of(field, dialect.figures) for field in dialect.fields}
        self._others = {mti: Codec(_special(dialect, fields)) for mti, fields in dialect.instead.items()}
        self._packed = dialect.figures == "bcd"
        self._bits = dialect.bitmap_bits
        self._before = (dialect.tpdu + dialect.header).hex().upper()
        bitmap_bytes = self._bits // (4 if dialect.bitmap_in_hex else 8)
        self._header_at = LENGTH_BYTES + len(dialect.tpdu)
        self.message_at: Final = self._header_at + len(dialect.header)
        """Where the message type begins in a frame: what stands before belongs to the transport."""
        self._bitmap_at = self.message_at + (_MTI_DIGITS // 2 if self._packed else _MTI_DIGITS)
        self._fields_at = self._bitmap_at + bitmap_bytes
        self._to_write: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[str, Picker, Shape]] = {}
        self._to_read: dict[str, Shape] = {}

    def encode(self, mti: str, fields: Mapping[int, str]) -> bytes:
        """The whole frame, its length first. Raises ``Unencodable`` naming the first field that cannot be written."""
        other = self._others.get(mti)
        if other is not None:
            return other.encode(mti, fields)
        if len(mti) != _MTI_DIGITS or not (mti.isascii() and mti.isdigit()):
            raise Unencodable("mti", errors.NOT_DIGITS)
        numbers, values = tuple(fields), tuple(fields.values())
        lengths = tuple(map(len, values))
        known = self._to_write.get((numbers, lengths))
        if known is not None:
            bitmap, in_order, shape = known
            written = shape.write(in_order(values))
            if written is not None:
                return self._framed(mti, bitmap, written)
        ordered = sorted(numbers)
        unknown = next((number for number in ordered if number not in self._fields), None)
        if unknown is not None:
            raise Unencodable(str(unknown), errors.UNKNOWN_FIELD)
        bitmap = self._bitmap(ordered)
        written = "".join([self._writers[number](fields[number]) for number in ordered])
        if len(self._to_write) < _SHAPES_KEPT:
            shape = self._shape(ordered, [len(fields[number]) for number in ordered])
            in_order = picker([numbers.index(number) for number in ordered])
            self._to_write[numbers, lengths] = bitmap, in_order, shape
        return self._framed(mti, bitmap, written)

    def decode(self, frame: bytes) -> tuple[str, dict[int, str]]:
        """Message type and fields of one whole frame. Whatever the bytes, it raises nothing but ``Undecodable``."""
        hexed, text = frame.hex().upper(), frame.decode("latin-1")
        mti, bitmap = self._opening(frame, hexed, text)
        reading = self._others.get(mti, self)
        shape = reading._to_read.get(bitmap)
        if shape is not None:
            found = shape.read(hexed, text, self._fields_at)
            if found is not None:
                return mti, found
        fields = {number: value for number, _, value in reading._walk(hexed, text, bitmap)}
        if shape is None and len(reading._to_read) < _SHAPES_KEPT:
            lengths = [len(value) for value in fields.values()]
            reading._to_read[bitmap] = reading._shape(list(fields), lengths)
        return mti, fields

    def walk(self, frame: bytes) -> Iterator[tuple[int, int, str]]:
        """What ``decode`` reads, field by field: number, offset, value; it breaks off with ``Undecodable``.

        For errors and for people; ``decode`` is the quick way.
        """
        hexed, text = frame.hex().upper(), frame.decode("latin-1")
        mti, bitmap = self._opening(frame, hexed, text)
        yield from self._others.get(mti, self)._walk(hexed, text, bitmap)

    def opening(self, frame: bytes) -> Iterator[tuple[str, int, str]]:
        """What stands before the fields, as far as it is there and whether or not it is of this dialect.

        Place, offset and value: a number for ``length``, four characters for ``mti``, the field numbers for ``bitmap``,
        hexadecimal for the rest. A message type or bitmap that cannot be read is left out.
        """
        if len(frame) >= LENGTH_BYTES:
            yield "length", 0, str(int.from_bytes(frame[:LENGTH_BYTES], "big"))
        for place, start, after in (
            ("tpdu", LENGTH_BYTES, self._header_at),
            ("header", self._header_at, self.message_at),
        ):
            if start < after <= len(frame):
                yield place, start, frame[start:after].hex().upper()
        hexed, text = frame.hex().upper(), frame.decode("latin-1")
        mti, bitmap = self._mti(hexed, text), self._bitmap_of(hexed, text)
        if len(frame) >= self._bitmap_at and _all(mti, "0123456789"):
            yield "mti", self.message_at, mti
        if len(frame) >= self._fields_at and _all(bitmap, "0123456789ABCDEF"):
            yield "bitmap", self._bitmap_at, " ".join(map(str, self._numbers(bitmap)))

    def fields_of(self, mti: str) -> Mapping[int, Field]:
        """The fields that messages of a type have, by number."""
        return self._others.get(mti, self)._fields

    def offset_of(self, frame: bytes, number: int) -> int:
        """Where a field of a decodable frame begins; the bitmap's place for a field that is not there."""
        return next((at for found, at, _ in self.walk(frame) if found == number), self._bitmap_at)

    def _framed(self, mti: str, bitmap: str, written: str) -> bytes:
        body = f"{self._before}{mti if self._packed else mti.encode().hex()}{bitmap}{written}"
        size = len(body) // 2
        if size > 0xFFFF:
            raise Unencodable("length", errors.WRONG_LENGTH)
        return bytes.fromhex(f"{size:04X}{body}")

    def _opening(self, frame: bytes, hexed: str, text: str) -> tuple[str, str]:
        size = len(frame)
        if size < LENGTH_BYTES:
            raise Undecodable("length", 0, errors.TOO_SHORT)
        if frame[0] << 8 | frame[1] != size - LENGTH_BYTES:
            raise Undecodable("length", 0, errors.LENGTH_DIFFERS)
        if size < self._fields_at:
            raise Undecodable(self._place_of(size), size, errors.TOO_SHORT)
        if hexed[2 * LENGTH_BYTES : 2 * self.message_at] != self._before:
            if frame[LENGTH_BYTES : self._header_at] != self.dialect.tpdu:
                raise Undecodable("tpdu", LENGTH_BYTES, errors.NOT_THIS_DIALECT)
            raise Undecodable("header", self._header_at, errors.NOT_THIS_DIALECT)
        mti, bitmap = self._mti(hexed, text), self._bitmap_of(hexed, text)
        if not _all(mti, "0123456789"):
            raise Undecodable("mti", self.message_at, errors.NOT_DIGITS)
        if self.dialect.bitmap_in_hex and not _all(bitmap, "0123456789ABCDEF"):
            raise Undecodable("bitmap", self._bitmap_at, errors.NOT_CHARACTERS)
        return mti, bitmap

    def _place_of(self, end: int) -> str:
        """Where a frame stops that is too short to have fields."""
        if end >= self._bitmap_at:
            return "bitmap"
        return "header" if self._before and end <= self.message_at else "mti"

    def _mti(self, hexed: str, text: str) -> str:
        at, after = self.message_at, self._bitmap_at
        return hexed[2 * at : 2 * after] if self._packed else text[at:after]

    def _bitmap_of(self, hexed: str, text: str) -> str:
        at, after = self._bitmap_at, self._fields_at
        return text[at:after] if self.dialect.bitmap_in_hex else hexed[2 * at : 2 * after]

    def _bitmap(self, numbers: list[int]) -> str:
        bits = sum(1 << (self._bits - number) for number in numbers)
        if self._bits > 64:
            bits |= 1 << (self._bits - 1)
        written = f"{bits:0{self._bits // 4}X}"
        return written.encode().hex() if self.dialect.bitmap_in_hex else written

    def _numbers(self, bitmap: str) -> list[int]:
        """The fields of a bitmap; its first bit is one where it does not stand for the bitmap's second half."""
        bits, wide = int(bitmap, 16), self._bits > 64
        return [number for number in range(2 if wide else 1, self._bits + 1) if bits >> (self._bits - number) & 1]

    def _shape(self, numbers: list[int], lengths: list[int]) -> Shape:
        return Shape([self._fields[number] for number in numbers], lengths, self.dialect.figures)

    def _walk(self, hexed: str, text: str, bitmap: str) -> Iterator[tuple[int, int, str]]:
        at = self._fields_at
        for number, read in self._readers_of(bitmap):
            value, after = read(hexed, text, at)
            yield number, at, value
            at = after
        if at != len(text):
            raise Undecodable("end", at, errors.LEFT_OVER)

    def _readers_of(self, bitmap: str) -> list[tuple[int, Reader]]:
        if self._bits > 64 and bitmap[0] < "8":
            raise Undecodable("bitmap", self._bitmap_at, errors.NOT_THIS_DIALECT)
        numbers = self._numbers(bitmap)
        for number in numbers:
            if number not in self._readers:
                raise Undecodable(str(number), self._bitmap_at, errors.UNKNOWN_FIELD)
        return [(number, self._readers[number]) for number in numbers]


def _special(dialect: Dialect, fields: tuple[Field, ...]) -> Dialect:
    """The dialect with these fields in the place of others."""
    merged = {field.number: field for field in (*dialect.fields, *fields)}
    ordered = tuple(merged[number] for number in sorted(merged))
    return msgspec.structs.replace(dialect, fields=ordered, instead={})


def _all(text: str, characters: str) -> bool:
    return not text.strip(characters)
