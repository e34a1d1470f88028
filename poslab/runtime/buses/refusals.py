"""Why there is no connection to a broker, in words that say what to do about it."""

import re
from typing import Final

from poslab.runtime.buses.broker import Broker

NOBODY_LISTENS: Final = 16
"""MQTT 5: the broker has taken a message, and dropped it."""
REFUSED_FROM: Final = 128
"""MQTT 5: from this reason code on a broker does not do what it was asked."""
TAKEN_OVER: Final = 142
"""Another client has connected under our name."""
_UNSPECIFIED: Final = 128
"""The client library's own word for a connection that is gone."""

CLOSED_AT_ONCE: Final = "it closed the connection instead of an answer"
GONE: Final = "the connection broke"
NOT_SENT: Final = "it could not be sent"
NOT_ANSWERED: Final = "it does not acknowledge"
_BROKE_OFF: Final = "it broke off without a word: the broker or the network is down"

_BAD_USER: Final = (4, 5, 134, 135)

_SAYS: Final = (
    ("certificate verify failed", "its certificate is not trusted{detail}; --ca FILE names who vouches for it"),
    ("certificate required", "it wants a certificate of ours: --cert FILE and --key FILE"),
    ("wrong version number", "it does not speak TLS there; write mqtt://, or name its TLS port"),
    ("unknown ca", "it does not trust our certificate"),
    ("connection refused", "connection refused: does a broker listen there?"),
)
"""What OpenSSL's sentences hold, and what they mean here."""


def code_of(error: Exception) -> int:
    """The reason code that a broker gave; zero if it gave none."""
    given = getattr(error.__cause__ or error, "rc", 0)
    return int(getattr(given, "value", given) or 0)


def reason_of(error: Exception, broker: Broker) -> str:
    """Why, in words."""
    code = code_of(error)
    if code in _BAD_USER:
        if not broker.user:
            return "it wants a user and a password"
        return f"it refuses the user {broker.user}: the name or the password is wrong, or it may not connect"
    if code == TAKEN_OVER:
        return "another client has taken our name: is this service running twice?"
    if code == _UNSPECIFIED:
        return _BROKE_OFF
    told = re.sub(r"^\[(code:\d+|errno -?\d+)\] ", "", str(error.__cause__ or error).strip().rstrip("."), flags=re.I)
    if told == CLOSED_AT_ONCE and broker.tls:
        ours = (
            "does not accept our certificate" if broker.cert_file else "wants one of ours: --cert FILE and --key FILE"
        )
        return f"{told}; perhaps it {ours}"
    if told == CLOSED_AT_ONCE:
        return f"{told}; perhaps it speaks TLS: write mqtts://"
    lower = told.lower().replace("_", " ")
    if broker.tls and ("reset by peer" in lower or "eof occurred" in lower):
        return f"{lower}; if it speaks no TLS there, write mqtt://"
    for part, meant in _SAYS:
        if part in lower:
            return meant.format(detail=_detail(told))
    return lower or GONE


def _detail(told: str) -> str:
    """What OpenSSL says after its own name for it: ``: IP address mismatch, …``."""
    _, parted, detail = told.rpartition("failed: ")
    return f" ({detail.partition(' (_ssl')[0].rstrip('.').lower()})" if parted else ""
