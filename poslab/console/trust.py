"""Files for a broker that speaks TLS, as the command line names them."""

from pathlib import Path

import msgspec


class Trust(msgspec.Struct, frozen=True):
    """Who vouches for the broker, our certificate and its key. Empty: not named."""

    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def is_named(self) -> bool:
        """Whether anything is."""
        return bool(self.ca or self.cert or self.key)


def trust_in(ca: Path | None, cert: Path | None, key: Path | None) -> Trust:
    """What the options name."""
    return Trust(*("" if name is None else str(name) for name in (ca, cert, key)))
