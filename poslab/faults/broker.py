"""The broker between services fails them: it restarts, says things twice, or lets somebody else in under a name."""

from typing import ClassVar, Protocol

from msgspec import Struct

from poslab.faults.handles import BROKER, RECOVERS

EVERYTHING = "everything"
NOTHING = "nothing"
OLD_RETAINED = "old-retained"
"""What a broker still has after a restart: all; nothing; or of retained topics what they had before, and no queues."""


class EdgeHandle(Protocol):
    """What can also be brought about at a member's own end, where the broker is not ours."""

    def deliver_twice(self, *, twice: bool) -> None:
        """Whatever is carried comes once more, or no more."""
        ...

    def take_session(self, member: str) -> None:
        """Somebody else connects under this name: it is cut off, and what is meant for it is lost."""
        ...

    def give_session_back(self, member: str) -> None:
        """It connects again."""
        ...


class BrokerHandle(EdgeHandle, Protocol):
    """What a broker of our own lets faults do to it."""

    def go_down(self, *, keeps_queues: bool) -> None:
        """Everybody's connection breaks, and nobody can connect."""
        ...

    def come_back(self, keeps: str) -> None:
        """Everybody connects, subscribes and says hello again, once nothing keeps the broker down any more."""
        ...


class BrokerRestart(Struct, frozen=True):
    """The broker is away while the fault lasts, and then has what ``keeps`` says."""

    handle: ClassVar[str] = BROKER
    heals: ClassVar[str] = RECOVERS

    silences: ClassVar[bool] = True
    """Nobody hears anybody while it lasts."""
    at_ends: ClassVar[bool] = False
    """Services cannot bring it about at their ends of a bus that is not ours: only the broker's owner restarts it."""

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
    at_ends: ClassVar[bool] = True

    def strikes_at(self, service: str) -> bool:
        """At everybody's end."""
        return True

    def begin(self, broker: EdgeHandle) -> None:
        """From now on."""
        broker.deliver_twice(twice=True)

    def end(self, broker: EdgeHandle) -> None:
        """No more."""
        broker.deliver_twice(twice=False)


class SessionTakeover(Struct, frozen=True):
    """Somebody else is connected under the name of a service while the fault lasts."""

    handle: ClassVar[str] = BROKER
    heals: ClassVar[str] = RECOVERS

    silences: ClassVar[bool] = True
    at_ends: ClassVar[bool] = True

    service: str

    def strikes_at(self, service: str) -> bool:
        """At the end of the service whose name it is."""
        return service == self.service

    def begin(self, broker: EdgeHandle) -> None:
        """The service is cut off."""
        broker.take_session(self.service)

    def end(self, broker: EdgeHandle) -> None:
        """The service is back."""
        broker.give_session_back(self.service)
