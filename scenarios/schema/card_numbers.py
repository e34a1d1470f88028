"""Nobody's card number may come in, not even to be refused later: only references to test cards are written."""

import re

from poslab.text import Text
from scenarios.schema.errors import BadInput

# Any digits, full-width ones too, with a few separators between two of them.
_RUN = re.compile(r"\d(?:[ \t._\u00a0\u2010-\u2015-]{0,3}\d){12,}")
# Two days side by side are no card.
_DATE = re.compile(r"(?<!\d)20\d\d-\d\d-\d\d(?!\d)", re.ASCII)
# A merchant number has as many digits as some cards; this prefix is nobody's card and nobody's acquirer.
_MERCHANT_NO = re.compile(r"9990000\d{8}", re.ASCII)

REMEDY = Text("请写测试卡的名字，如 good-debit", "name a test card such as good-debit")


def line_of_card_number(text: str) -> int:
    """The line (from 1) of the first 13 or more digits that are no fictional merchant number; 0 if there are none."""
    for found in _RUN.finditer(_DATE.sub("day-day-da", text)):
        if _MERCHANT_NO.fullmatch(found.group()) is None:
            return text.count("\n", 0, found.start()) + 1
    return 0


def refuse_card_numbers(text: str, file: str | Text, line: int = 0) -> None:
    """Raise ``BadInput`` if the text holds a card number; ``line`` is where the text begins, where that is known."""
    found = line_of_card_number(text)
    if found:
        raise BadInput(file, line or found, "", Text("出现卡号", "a card number"), REMEDY)
