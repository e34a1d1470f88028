"""One codec for every dialect: a layout compiled once, then fields to a frame and back."""

from collections.abc import Iterator, Mapping
from typing import Final

from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Undecodable, Unencodable
from poslab.messages.iso8583.fields import Reader, reader_of, writer_of
from poslab.messages.iso8583.layout import Dialect, Field
from poslab.messages.iso8583.shapes import Picker, Shape, picker

LENGTH_BYTES: Final = 2
MTI_BYTES: Final = 2
BITMAP_BYTES: Final = 8
_SHAPES_KEPT: Final = 128  # more shapes than messages have are somebody's noise, and may not fill the memory


class Codec:
    """A compiled dialect: fields to a frame and back.

    Fields are a mapping of field number to value as ``layout`` describes it; the bitmap follows from what is there.
    Shapes that were met are remembered, a bounded number of them: they change how long it takes, never what comes out.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.fields: Mapping[int, Field] = {field.number: field for field in dialect.fields}
        self._writers = {field.number: writer_of(field) for field in dialect.fields}
        self._readers = {field.number: reader_of(field) for field in dialect.fields}
        self._before = (dialect.tpdu + dialect.header).hex().upper()
        self._tpdu_at = LENGTH_BYTES
        self._header_at = self._tpdu_at + len(dialect.tpdu)
        self.message_at: Final = self._header_at + len(dialect.header)
        """Where the message type begins in a frame: what stands before belongs to the transport."""
        self._bitmap_at = self.message_at + MTI_BYTES
        self._fields_at = self._bitmap_at + BITMAP_BYTES
        self._to_write: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[str, Picker, Shape]] = {}
        self._to_read: dict[str, Shape] = {}

    def encode(self, mti: str, fields: Mapping[int, str]) -> bytes:
        """The whole frame, its length first. Raises ``Unencodable`` naming the first field that cannot be written."""
        if len(mti) != 2 * MTI_BYTES or not (mti.isascii() and mti.isdigit()):
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
        unknown = next((number for number in ordered if number not in self.fields), None)
        if unknown is not None:
            raise Unencodable(str(unknown), errors.UNKNOWN_FIELD)
        bitmap = f"{sum(1 << (64 - number) for number in ordered):016X}"
        written = "".join([self._writers[number](fields[number]) for number in ordered])
        if len(self._to_write) < _SHAPES_KEPT:
            shape = Shape([self.fields[number] for number in ordered], [len(fields[number]) for number in ordered])
            in_order = picker([numbers.index(number) for number in ordered])
            self._to_write[numbers, lengths] = bitmap, in_order, shape
        return self._framed(mti, bitmap, written)

    def decode(self, frame: bytes) -> tuple[str, dict[int, str]]:
        """Message type and fields of one whole frame. Whatever the bytes, it raises nothing but ``Undecodable``."""
        hexed, text = frame.hex().upper(), frame.decode("latin-1")
        mti, bitmap = self._opening(frame, hexed)
        shape = self._to_read.get(bitmap)
        if shape is not None:
            found = shape.read(hexed, text, self._fields_at)
            if found is not None:
                return mti, found
        fields = {number: value for number, _, value in self._walk(hexed, text, bitmap)}
        if shape is None and len(self._to_read) < _SHAPES_KEPT:
            lengths = [len(value) for value in fields.values()]
            self._to_read[bitmap] = Shape([self.fields[number] for number in fields], lengths)
        return mti, fields

    def walk(self, frame: bytes) -> Iterator[tuple[int, int, str]]:
        """What ``decode`` reads, field by field: number, offset, value; it breaks off with ``Undecodable``.

        For errors and for people; ``decode`` is the quick way.
        """
        hexed = frame.hex().upper()
        _, bitmap = self._opening(frame, hexed)
        yield from self._walk(hexed, frame.decode("latin-1"), bitmap)

    def offset_of(self, frame: bytes, number: int) -> int:
        """Where a field of a decodable frame begins; the bitmap's place for a field that is not there."""
        return next((at for found, at, _ in self.walk(frame) if found == number), self._bitmap_at)

    def _framed(self, mti: str, bitmap: str, written: str) -> bytes:
        body = f"{self._before}{mti}{bitmap}{written}"
        return bytes.fromhex(f"{len(body) // 2:04X}{body}")

    def _opening(self, frame: bytes, hexed: str) -> tuple[str, str]:
        size = len(frame)
        if size < LENGTH_BYTES:
            raise Undecodable("length", 0, errors.TOO_SHORT)
        if frame[0] << 8 | frame[1] != size - LENGTH_BYTES:
            raise Undecodable("length", 0, errors.LENGTH_DIFFERS)
        if size < self._fields_at:
            raise Undecodable("bitmap" if size >= self._bitmap_at else "header", size, errors.TOO_SHORT)
        if hexed[2 * self._tpdu_at : 2 * self.message_at] != self._before:
            if frame[self._tpdu_at : self._header_at] != self.dialect.tpdu:
                raise Undecodable("tpdu", self._tpdu_at, errors.NOT_THIS_DIALECT)
            raise Undecodable("header", self._header_at, errors.NOT_THIS_DIALECT)
        mti = hexed[2 * self.message_at : 2 * self._bitmap_at]
        if not mti.isdigit():
            raise Undecodable("mti", self.message_at, errors.NOT_DIGITS)
        return mti, hexed[2 * self._bitmap_at : 2 * self._fields_at]

    def _walk(self, hexed: str, text: str, bitmap: str) -> Iterator[tuple[int, int, str]]:
        at = self._fields_at
        for number, read in self._readers_of(bitmap):
            value, after = read(hexed, text, at)
            yield number, at, value
            at = after
        if at != len(text):
            raise Undecodable("end", at, errors.LEFT_OVER)

    def _readers_of(self, bitmap: str) -> list[tuple[int, Reader]]:
        bits = int(bitmap, 16)
        numbers = [number for number in range(1, 65) if bits >> (64 - number) & 1]
        for number in numbers:
            if number not in self._readers:
                raise Undecodable(str(number), self._bitmap_at, errors.UNKNOWN_FIELD)
        return [(number, self._readers[number]) for number in numbers]
