"""One piece of a message: it writes its fields from a message and reads its arguments of a message from the fields."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from poslab.text import Text

Fields: TypeAlias = dict[int, str]
"""Field number → value, as the layout describes it."""

Given: TypeAlias = dict[str, Any]
"""Arguments of the message to be made, by name."""


class Piece(NamedTuple):
    """``write`` raises ``Unencodable``, ``read`` raises ``Wrong`` and is told the year that dates on the wire lack.

    ``needs`` are fields that are there whenever ``read`` is called.
    """

    write: Callable[[Any, Fields], None]
    read: Callable[[Fields, Given, int], None]
    needs: tuple[int, ...] = ()


class Wrong(Exception):
    """A field that can be read and makes no sense; ``field`` may name a part of one, such as ``"60.2"``."""

    def __init__(self, field: str, why: Text) -> None:
        super().__init__(field, why)
        self.field = field
        self.why = why
