"""Files for a broker that speaks TLS, as the command line names them."""

from pathlib import Path

import msgspec

from poslab.text import Text

FOR_A_BROKER = (
    Text("它只用于 MQTT 服务器", "it is for a broker"),
    Text("请加 --mqtt mqtts://HOST，或去掉它", "add --mqtt mqtts://HOST, or leave it out"),
)
"""What is wrong where files are named without a broker, and what to do."""


class Trust(msgspec.Struct, frozen=True):
    """Who vouches for the broker, our certificate and its key. Empty: not named."""

    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def option(self) -> str:
        """The first option that names something."""
        return "--ca" if self.ca else "--cert" if self.cert else "--key"

    @property
    def is_named(self) -> bool:
        """Whether anything is."""
        return bool(self.ca or self.cert or self.key)


def trust_in(ca: Path | None, cert: Path | None, key: Path | None) -> Trust:
    """What the options name."""
    return Trust(*("" if name is None else str(name) for name in (ca, cert, key)))
