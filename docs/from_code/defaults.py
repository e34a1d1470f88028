"""What holds in a world where its file says nothing: the defaults of ``poslab.world``, as files write them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from msgspec.structs import fields

from docs.from_code.markdown import code
from poslab.money import written
from poslab.party.time import HOUR, MILLISECOND, MINUTE, SECOND
from poslab.text import Text
from poslab.world import world
from poslab.world.calendar import Calendar

_BEHIND: dict[str, type] = {
    "TerminalWritten": world.Terminal,
    "MerchantWritten": world.Merchant,
    "AcquirerWritten": world.Acquirer,
    "PlatformWritten": world.Platform,
    "NetworkWritten": world.Network,
    "IssuerWritten": world.Issuer,
    "BankWritten": world.AccountBank,
    "RailWritten": world.Rail,
    "ProviderWritten": world.Provider,
    "CalendarWritten": Calendar,
    "DistancesWritten": world.World,
}


def defaults() -> dict[str, dict[str, str]]:
    """Object of a world file → key → what holds where it is left out."""
    return {name: dict(_of(kind)) for name, kind in _BEHIND.items()}


def _of(kind: type) -> Iterator[tuple[str, str]]:
    for field in fields(kind):
        key = field.name.removesuffix("_us").removesuffix("_fen")
        value = field.default
        shown = _time_of_day(value) if kind is Calendar and isinstance(value, int) else _shown(field.name, value)
        if shown:
            yield key, shown


def _shown(name: str, value: Any) -> str:
    if name.endswith("_fen"):
        return "none" if value is None else code(written(value)) if isinstance(value, int) else ""
    if name.endswith("_us"):
        return code(_length(value)) if isinstance(value, int) else ""
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, int | str):
        return code(str(value))
    if isinstance(value, date):
        return code(value.isoformat())
    return f"{value.en} · {value.zh}" if isinstance(value, Text) else ""


def _length(value: int) -> str:
    for size, unit in ((HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (MILLISECOND, "ms")):
        if value and value % size == 0:
            return f"{value // size}{unit}"
    return "0s"


def _time_of_day(value: int) -> str:
    return code(f"{value // HOUR:02d}:{value % HOUR // MINUTE:02d}")
