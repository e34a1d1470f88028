"""The broker between services fails them: it restarts, says things twice, or lets somebody else in under a name."""

from typing import ClassVar, Protocol

from msgspec import Struct

from poslab.faults.handles import BROKER, RECOVERS

EVERYTHING = "everything"
NOTHING = "nothing"
OLD_RETAINED = "old-retained"
"""What a broker still has after a restart: all; nothing; or of retained topics what they had before, and no queues."""


class BrokerHandle(Protocol):
    """What a broker lets faults do to it."""

    def go_down(self, *, keeps_queues: bool) -> None:
        """Everybody's connection breaks, and nobody can connect."""
        ...

    def come_back(self, keeps: str) -> None:
        """Everybody connects, subscribes and says hello again, once nothing keeps the broker down any more."""
        ...

    def deliver_twice(self, *, twice: bool) -> None:
        """Whatever is carried comes once more, or no more."""
        ...

    def take_session(self, member: str) -> None:
        """Somebody else connects under this name: it is cut off, and what is meant for it is lost."""
        ...

    def give_session_back(self, member: str) -> None:
        """It connects again."""
        ...


class BrokerRestart(Struct, frozen=True):
    """The broker is away while the fault lasts, and then has what ``keeps`` says."""

    handle: ClassVar[str] = BROKER
    heals: ClassVar[str] = RECOVERS

    silences: ClassVar[bool] = True
    """Nobody hears anybody while it lasts."""

    keeps: str

    def begin(self, broker: BrokerHandle) -> None:
        """It goes."""
        broker.go_down(keeps_queues=self.keeps == EVERYTHING)

    def end(self, broker: BrokerHandle) -> None:
        """It is back."""
        broker.come_back(self.keeps)


class BrokerRedelivery(Struct, frozen=True):
    """Everything that is carried while the fault lasts is delivered twice."""

    handle: ClassVar[str] = BROKER
    heals: ClassVar[str] = RECOVERS

    silences: ClassVar[bool] = False

    def begin(self, broker: BrokerHandle) -> None:
        """From now on."""
        broker.deliver_twice(twice=True)

    def end(self, broker: BrokerHandle) -> None:
        """No more."""
        broker.deliver_twice(twice=False)


class SessionTakeover(Struct, frozen=True):
    """Somebody else is connected under the name of a service while the fault lasts."""

    handle: ClassVar[str] = BROKER
    heals: ClassVar[str] = RECOVERS

    silences: ClassVar[bool] = True

    service: str

    def begin(self, broker: BrokerHandle) -> None:
        """The service is cut off."""
        broker.take_session(self.service)

    def end(self, broker: BrokerHandle) -> None:
        """The service is back."""
        broker.give_session_back(self.service)
