"""Dates and times of day, which have no year on the wire."""

from datetime import date
from functools import lru_cache
from typing import Any

from poslab.messages.iso8583 import errors
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.pieces.piece import Fields, Given, Piece, Wrong
from poslab.party.time import DAY, SECOND, Instant, date_of, midnight


def host_at() -> Piece:
    """``host_at``, to the second: fields 12 and 13, or none for 0."""

    def write(message: Any, fields: Fields) -> None:
        at = message.host_at
        if at:
            day, rest = divmod(at, DAY)
            second, less = divmod(rest, SECOND)
            if less:
                raise Unencodable("12", errors.NOT_ON_THIS_LEG)
            fields[12] = _clock(second)
            fields[13] = _month_and_day(day)

    def read(fields: Fields, given: Given, year: int) -> None:
        clock, day = fields.get(12), fields.get(13)
        if clock is None or day is None:
            if clock is not day:
                raise Wrong("12" if clock is None else "13", errors.MISSING)
            given["host_at"] = 0
            return
        start = _start_of(year, day)
        if start is None:
            raise Wrong("13", errors.NO_SUCH_DATE)
        hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:])
        if hour > 23 or minute > 59 or second > 59:
            raise Wrong("12", errors.NO_SUCH_DATE)
        given["host_at"] = start + (hour * 3600 + minute * 60 + second) * SECOND

    return Piece(write, read)


def business_date() -> Piece:
    """``business_date``: month and day in field 15. Its year is the host's, or the next one across New Year's Eve."""

    def write(message: Any, fields: Fields) -> None:
        value = message.business_date
        if value:
            if len(value) != 8:
                raise Unencodable("15", errors.WRONG_LENGTH)
            fields[15] = value[4:]

    def read(fields: Fields, given: Given, year: int) -> None:
        value = fields.get(15)
        if value is None:
            given["business_date"] = ""
            return
        ahead = int(fields.get(13, value)[:2]) - int(value[:2])
        year += (ahead > 6) - (ahead < -6)
        if _start_of(year, value) is None:
            raise Wrong("15", errors.NO_SUCH_DATE)
        given["business_date"] = f"{year:04d}{value}"

    return Piece(write, read)


def expected_date() -> Piece:
    """``expected_date``: eight digits in field 62, or no field."""

    def write(message: Any, fields: Fields) -> None:
        value = message.expected_date
        if value:
            if len(value) != 8 or not value.isdigit():
                raise Unencodable("62", errors.NO_SUCH_DATE)
            fields[62] = value

    def read(fields: Fields, given: Given, year: int) -> None:
        value = fields.get(62, "")
        if value and (len(value) != 8 or not value.isdigit()):
            raise Wrong("62", errors.NO_SUCH_DATE)
        given["expected_date"] = value

    return Piece(write, read)


def sent(at: Instant) -> str:
    """Date and time of sending as field 7 has it: month, day, hour, minute, second."""
    day, rest = divmod(at, DAY)
    return _month_and_day(day) + _clock(rest // SECOND)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}{second // 60 % 60:02d}{second % 60:02d}"


@lru_cache(maxsize=1024)
def _month_and_day(day: int) -> str:
    return date_of(day * DAY).strftime("%m%d")


@lru_cache(maxsize=1024)
def _start_of(year: int, month_and_day: str) -> int | None:
    try:
        return midnight(date(year, int(month_and_day[:2]), int(month_and_day[2:])))
    except ValueError:
        return None
