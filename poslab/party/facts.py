"""Facts of life that every party may meet, whatever its trade."""

from typing import ClassVar

from poslab.party.contract import Address, Input


class Started(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The world begins: arm what comes back every day."""

    kind: ClassVar[str] = "started"
    about: str = ""


class Restarted(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The process died and is back. What was heard is known again; every reminder is lost and must be armed anew."""

    kind: ClassVar[str] = "restarted"
    about: str = ""


class PowerCut(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The device went dark: all but its durable storage is gone."""

    kind: ClassVar[str] = "power-cut"
    about: str = ""


class PowerRestored(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The device boots with what its durable storage holds."""

    kind: ClassVar[str] = "power-restored"
    about: str = ""


class Connected(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A connection to ``peer`` stands: asked for by ``Connect``, or a permanent line that came (back) up."""

    kind: ClassVar[str] = "connected"
    peer: Address


class ConnectFailed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """No connection, so nothing was sent: ``refused`` (nobody answers there) or ``unreachable`` (no way there)."""

    kind: ClassVar[str] = "connect-failed"
    peer: Address
    reason: str


class Disconnected(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A permanent line to ``peer`` broke: ``refused`` (it is gone) or ``unreachable`` (no way there)."""

    kind: ClassVar[str] = "disconnected"
    peer: Address
    reason: str


class Recovered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Written by a runtime when a process is back: digests of its state when it died and after recovery."""

    kind: ClassVar[str] = "recovered"
    died_as: str
    came_back_as: str
