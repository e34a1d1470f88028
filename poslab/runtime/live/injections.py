"""Injections on their way to services: as JSON, with each fault under its name."""

from typing import Any

import msgspec

from poslab.faults.facts import Fact
from poslab.faults.handles import BROKER, LINK
from poslab.faults.injection import Injection
from poslab.faults.kinds import kinds
from poslab.runtime.live.inputs import decoder_of


def written(injection: Injection) -> bytes:
    """An injection for ``injection_of``."""
    told = msgspec.to_builtins(injection)
    told["fault"] = {"name": type(injection.fault).__name__, "says": msgspec.to_builtins(injection.fault)}
    return msgspec.json.encode(told)


def injection_of(told: bytes) -> Injection:
    """The injection that was written; raises ``ValueError``, ``TypeError`` or ``LookupError`` for anything else."""
    found = msgspec.json.decode(told)
    if not isinstance(found, dict) or not isinstance(found.get("fault"), dict):
        raise msgspec.ValidationError("an injection has a fault, with name and what it says")
    fault = found.pop("fault")
    kind, says = kinds()[fault["name"]], fault["says"]
    if kind is Fact:
        made: Any = Fact(_given(says["given"]), None if says["inverse"] is None else _given(says["inverse"]))
    else:
        made = msgspec.convert(says, kind)
    injection = msgspec.convert({**found, "fault": made}, Injection)
    if made.handle != BROKER and not (injection.links if made.handle == LINK else injection.party):
        raise ValueError(f"{injection.id} names no {'link' if made.handle == LINK else 'party'}")
    return injection


def _given(told: Any) -> Any:
    return decoder_of("")(msgspec.json.encode(told))
