"""What a bus promises to services, whichever it is.

Topics are words parted by ``/``. In a filter ``+`` stands for one word and a last ``#`` for all that follow. A bus
delivers at least once, in order from one sender to one receiver while nothing breaks; duplicates and other orders after
a break are the receivers' to absorb. That a bus has *taken* a message is no promise that anybody heard it.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from poslab.faults.broker import EdgeHandle

Hear = Callable[[str, bytes], None]
"""Told a topic and what came on it; must not wait."""

LARGEST_BYTES = 1 << 20
"""No larger payload is taken or delivered."""


class Out(Struct, frozen=True, gc=False):
    """Something to publish. ``keep``: whoever subscribes later is told the last one of its topic, too."""

    topic: str
    payload: bytes
    keep: bool = False


class Connection(Struct, frozen=True):
    """How a member's way to its bus stands."""

    up: bool
    breaks: int = 0
    """How often it was lost, or could not be made."""
    refused: int = 0
    """So many payloads the bus would not carry for this member: it has no right to say them."""
    too_large: int = 0
    """So many came that nobody takes."""


class Bus(Protocol):
    """Carries payloads from whoever publishes to whoever subscribed."""

    @property
    def connection(self) -> Connection:
        """How the way to it stands now."""
        ...

    @property
    def edge(self) -> EdgeHandle | None:
        """Our own end, where faults of the broker can strike; none where the broker itself is ours to break."""
        ...

    async def start(self, will: Out | None = None, hello: Callable[[], Sequence[Out]] | None = None) -> None:
        """Connect. Returns once the bus can be used.

        ``will`` is published for whoever is cut off without leaving. ``hello`` is asked for at every new connection,
        and may have nothing to say.
        """
        ...

    async def subscribe(self, topics: str, hear: Hear) -> None:
        """Be told of everything that comes on topics that fit the filter, from now on."""
        ...

    async def publish(self, outs: Sequence[Out]) -> Sequence[Out]:
        """Hand over, in order; returns when the bus has taken all of it, however often it has to reconnect.

        Answers what the bus has dropped because nobody listens to it, where it says so.
        """
        ...

    async def close(self) -> None:
        """Leave for good."""
        ...


def fits(topics: str, topic: str) -> bool:
    """Whether a topic fits a filter."""
    wanted, words = topics.split("/"), topic.split("/")
    for place, word in enumerate(wanted):
        if word == "#":
            return len(words) >= place
        if place >= len(words) or word not in ("+", words[place]):
            return False
    return len(wanted) == len(words)
