"""Notes about attempts and purchases, taken from the parties' journals; facts are told from them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from poslab.messages.card import CLAIMS
from poslab.party.contract import Address
from poslab.party.time import Instant


class Trail:
    """One attempt to pay, as the journals of terminal, platform, acquirer and network tell of it."""

    __slots__ = (
        "about", "advice", "amount_fen", "answered_by", "booted", "cancel_pressed", "card", "chip", "code",
        "duplicate", "gateway_down", "host_restarted", "issuer_day_end", "issuer_line", "key", "late_answer",
        "no_answer", "not_forwarded", "notice_lost", "notices_sent", "print_failed", "query_answer",
        "reversal_answer", "reversal_at_host", "reversal_failed", "reversal_reason", "reversal_tries",
        "rrns_debited", "stan", "started_at", "state", "store_failed", "terminal", "what",
    )  # fmt: skip

    def __init__(self, about: str, key: str, what: str, stan: str, terminal: Address, started_at: Instant) -> None:
        self.about = about
        self.key = key
        self.what = what
        self.stan = stan
        self.terminal = terminal
        self.started_at = started_at
        self.state = "none"
        """The terminal's own word."""
        self.card = ""
        self.amount_fen = 0
        self.code = "none"
        self.no_answer = False
        self.late_answer = False
        self.booted = "no"
        self.cancel_pressed = False
        self.chip = "no"
        self.print_failed = False
        self.store_failed = "no"
        self.reversal_reason = "none"
        self.reversal_tries = 0
        self.reversal_failed = False
        self.reversal_answer = "none"
        self.query_answer = "none"
        self.gateway_down = False
        self.answered_by = "nobody"
        self.not_forwarded = False
        self.reversal_at_host = False
        self.host_restarted = False
        self.duplicate = False
        self.advice = "none"
        self.issuer_line = "up"
        self.issuer_day_end = False
        self.rrns_debited = 0
        self.notices_sent = 0
        self.notice_lost = False


class Story:
    """One purchase: what happened at tills before and between its attempts."""

    __slots__ = (
        "blocked", "cancelled_unsent", "connect_failed", "failed_at", "keyed_at", "keyed_on", "keyed_unsent",
        "keyed_while", "platform_closed", "repeated_while", "resent", "slips", "trails",
    )  # fmt: skip

    def __init__(self) -> None:
        self.trails: list[Trail] = []
        self.keyed_on: Address = ""
        self.keyed_at: Instant = 0
        self.keyed_unsent = False
        self.keyed_while = ""
        """What the terminal said of the attempt before when a sale was keyed in again."""
        self.repeated_while = ""
        """The same, once the sale that was keyed in again has taken a STAN."""
        self.connect_failed = "no"
        self.failed_at: Instant = 0
        self.platform_closed = False
        self.blocked = "no"
        self.cancelled_unsent = False
        self.slips: list[str] = []
        self.resent = False
        """A terminal has sent a stored sale of it once more, under a new STAN."""

    @property
    def sales(self) -> list[Trail]:
        """The attempts to pay, first one first."""
        return [trail for trail in self.trails if trail.what in CLAIMS]


Details = Mapping[str, Any]


def _answered(trail: Trail, details: Details) -> None:
    trail.code = str(details.get("code", "none"))


def _silent(trail: Trail, details: Details) -> None:
    trail.no_answer = True


def _late_answer(trail: Trail, details: Details) -> None:
    if details.get("mti", "0210") == "0210":
        trail.late_answer = True


def _cancel_pressed(trail: Trail, details: Details) -> None:
    trail.cancel_pressed = True


def _card_removed(trail: Trail, details: Details) -> None:
    trail.chip = "removed"


def _chip_declined(trail: Trail, details: Details) -> None:
    trail.chip = "declined"


def _print_failed(trail: Trail, details: Details) -> None:
    trail.print_failed = True


def _store_failed(trail: Trail, details: Details) -> None:
    trail.store_failed = str(details.get("how", "full"))


def _reversal_stored(trail: Trail, details: Details) -> None:
    trail.reversal_reason = str(details.get("reason", "none"))


def _reversal_sent(trail: Trail, details: Details) -> None:
    trail.reversal_tries += 1


def _reversal_failed(trail: Trail, details: Details) -> None:
    trail.reversal_failed = True


def _reversal_answered(trail: Trail, details: Details) -> None:
    trail.reversal_answer = str(details.get("code", "none"))


def _query_answered(trail: Trail, details: Details) -> None:
    trail.query_answer = str(details.get("state", "none"))


def _notice_sent(trail: Trail, details: Details) -> None:
    trail.notices_sent += 1


def _notice_lost(trail: Trail, details: Details) -> None:
    trail.notice_lost = True


NOTES: Final[Mapping[str, Callable[[Trail, Details], None]]] = {
    "answered": _answered,
    "no-answer": _silent,
    "late-answer-discarded": _late_answer,
    "cancel-pressed": _cancel_pressed,
    "card-removed": _card_removed,
    "chip-declined": _chip_declined,
    "print-failed": _print_failed,
    "store-failed": _store_failed,
    "reversal-stored": _reversal_stored,
    "reversal-sent": _reversal_sent,
    "reversal-failed": _reversal_failed,
    "reversal-answered": _reversal_answered,
    "query-answered": _query_answered,
    "notice-answered": _answered,
    "notice-sent": _notice_sent,
    "notice-lost": _notice_lost,
}
"""Word of a terminal's log → what it adds to the notes about its attempt."""
