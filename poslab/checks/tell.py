"""How a fold passes on what it found: with the line and the input at which it found it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from poslab.history.line import Line

Tell: TypeAlias = Callable[[Any, Line, Any], None]
