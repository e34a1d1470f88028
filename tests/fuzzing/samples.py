"""A valid message of every kind, for every word that it can be about: what mutations start from, and what must cross.

They are made from the messages themselves, so that a new kind is among them without being named here. A new field that
must be given has to be named in ``VALUES``, and a message that no values suit is refused by ``samples_of``.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec

from poslab.messages import batch, card
from poslab.messages.iso8583.errors import Unencodable
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import DIALECTS, encode, messages_of
from poslab.party.contract import Input
from tests.messages.iso8583.saying import AT

TID, MID = "90000001", "999000054110001"
NEW, APPROVED, PENDING = (card.key_of(TID, "000001", stan) for stan in ("000030", "000017", "000018"))
RRN_OF_PENDING: Final = "260000000002"
"""What the host of the target gives its second request."""

VALUES: Final[dict[str, object]] = {
    "about": "",
    "key": NEW,
    "mid": MID,
    "amount_fen": 12_800,
    "card": "good-debit",
    "code": "00",
    "reason": "98",
    "asked": APPROVED,
    "state": "approved",
    "rrn": RRN_OF_PENDING,
    "totals": batch.Totals(12_800, 1, 0, 0),
}
"""Field → its value, where a message must be given one."""

_OFTEN: Final[dict[str, object]] = {
    "rrn": RRN_OF_PENDING,
    "original": APPROVED,
    "host_at": AT,
    "batch": "000001",
    "parameters": "2",
}
"""Fields that have a default and are mostly said."""

_TOGETHER: Final[tuple[dict[str, object], ...]] = (
    {"card": "code", "entry": "qr", "pin": "absent"},
    {"close": True},
    {"close": True, "rrn": RRN_OF_PENDING},
)
"""What is said together or not at all: a payment by code; a query that closes, on either leg."""

_OF_ANSWERS: Final = ("10", "30")
"""How the message types of answers end."""


def words() -> tuple[str, ...]:
    """Everything that ``what`` may be, on whichever leg."""
    constants = [*vars(card).items(), *vars(batch).items()]
    named = {value for name, value in constants if name.isupper() and isinstance(value, str)}
    return tuple(sorted(named | {"sign-off", "echo"}))


def samples_of(message: type[Input], dialect: Dialect) -> tuple[Input, ...]:
    """A message for every word that it can be about, bare and with what is mostly said.

    ``KeyError`` for a field that has no value in ``VALUES``, ``ValueError`` where nothing that is made has bytes.
    """
    fields = {field.name: field for field in msgspec.structs.fields(message)}
    missing = [name for name, field in fields.items() if field.required and name not in VALUES and name != "what"]
    if missing:
        raise KeyError(f"{message.__name__} needs {', '.join(missing)}: name a value in {__name__}.VALUES")
    bare = {name: VALUES[name] for name, field in fields.items() if field.required and name in VALUES}
    if message.kind.endswith(_OF_ANSWERS):
        bare["key"] = PENDING
    elif message.kind.startswith("04"):
        bare["key"] = APPROVED
    found = [made for given in _ways(bare, fields) if (made := _made(message, given, dialect)) is not None]
    if not found:
        raise ValueError(f"no sample of {message.__name__} has bytes in {dialect.name}: see {__name__}")
    return tuple(found)


def _ways(bare: dict[str, object], fields: dict[str, object]) -> Iterator[dict[str, object]]:
    more = {name: value for name, value in _OFTEN.items() if name in fields}
    for word in words() if "what" in fields else ("",):
        about = {"what": word} if word else {}
        single = [{name: value} for name, value in more.items()]
        together = [given for given in _TOGETHER if given.keys() <= fields.keys()]
        for said in ({}, more, *single, *together, *(more | given for given in together)):
            yield bare | said | about
            if "asked" in fields:  # upstream it is the message's own attempt that is asked for
                yield bare | said | about | {"asked": bare["key"]}


def _made(message: type[Input], given: dict[str, object], dialect: Dialect) -> Input | None:
    made = message(**given)  # type: ignore[arg-type]
    try:
        encode(made, dialect)
    except Unencodable:
        return None
    return made


@cache
def everything() -> tuple[tuple[Dialect, Input], ...]:
    """Every sample in every dialect."""
    return tuple(
        (dialect, sample)
        for dialect in DIALECTS.values()
        for message in messages_of(dialect)
        for sample in samples_of(message, dialect)
    )
