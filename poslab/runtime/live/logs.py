"""What services write for those who run them: JSON lines with world, party, about and trace; no secret ever."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, TextIO

import structlog

from poslab.party.contract import About, Address, Effect, Logged
from poslab.party.time import Instant, stamp_text


def trace_of(world: str, about: About) -> str:
    """The trace id of a purchase: 32 hexadecimal digits that follow from its order; nobody has to hand it on."""
    return blake2b(f"{world}\x00{about}".encode(), digest_size=16).hexdigest()


class Log:
    """The log of one world. Every line says when it was written (``ts``) and what time it was in the world (``at``)."""

    def __init__(self, file: TextIO, world: str) -> None:
        self._world = world
        self._logger: Any = structlog.wrap_logger(
            structlog.PrintLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            world=world,
        )

    def told(self, service: str, party: Address, at: Instant, effects: Sequence[Effect]) -> None:
        """What a party wrote into its own business log."""
        for effect in effects:
            if type(effect) is Logged:
                trace = {"about": effect.about, "trace": trace_of(self._world, effect.about)} if effect.about else {}
                self._logger.info(
                    effect.word, service=service, party=party, at=stamp_text(at), **trace, details=effect.details
                )

    def says(self, service: str, what: str, at: Instant, **more: Any) -> None:
        """Something about a service itself."""
        self._logger.info(what, service=service, at=stamp_text(at), **more)

    def warns(self, service: str, what: str, at: Instant, **more: Any) -> None:
        """Something that whoever runs it should know."""
        self._logger.warning(what, service=service, at=stamp_text(at), **more)
