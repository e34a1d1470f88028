"""What a world that is up tells those who want to join it."""

from msgspec import Struct


class Where(Struct, frozen=True):
    """Where everything of a world is, as its ready file says."""

    world: str
    digest: str
    bus: str
    """``memory`` or ``mqtt``."""
    socket: str
    """The door through which other processes join a bus in memory; empty with a broker."""
    mqtt: str
    """The broker, with the user but without the password; empty with a bus in memory."""
    journals: dict[str, str]
    folder: str
    speed: int
    customers: int
    seed: str
    pid: int
    ca: str = ""
    """Files for a broker that speaks TLS, as ``--ca``, ``--cert`` and ``--key`` name them."""
    cert: str = ""
    key: str = ""
