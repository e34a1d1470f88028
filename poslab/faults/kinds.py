"""Every kind of fault there is, by its name."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

import poslab.faults


@cache
def kinds() -> dict[str, type[Any]]:
    """Name → class, of everything in this room that says which handle it needs."""
    modules = [import_module(info.name) for info in pkgutil.iter_modules(poslab.faults.__path__, "poslab.faults.")]
    found = {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Struct) and hasattr(kind, "handle")
    }
    return dict(sorted(found.items()))
