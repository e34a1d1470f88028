"""What an attempt and a purchase left in the parties' journals: the notes from which facts are told."""

from poslab.party.contract import Address
from poslab.party.time import Instant


class Trail:
    """One attempt to pay, as the journals of terminal, platform, acquirer and network tell of it."""

    __slots__ = (
        "about", "advice", "amount_fen", "answered_by", "booted", "cancel_pressed", "card", "code", "duplicate",
        "gateway_down", "host_restarted", "issuer_day_end", "issuer_line", "key", "late_answer", "no_answer",
        "not_forwarded", "print_failed", "query_answer", "reversal_answer", "reversal_at_host", "reversal_failed",
        "reversal_reason", "reversal_tries", "rrns_debited", "started_at", "state", "stan", "terminal", "what",
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
        self.print_failed = False
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


class Story:
    """One purchase: what happened at tills before and between its attempts."""

    __slots__ = (
        "blocked", "cancelled_unsent", "connect_failed", "failed_at", "keyed_at", "keyed_on", "keyed_unsent",
        "keyed_while", "platform_closed", "repeated_while", "slips", "trails",
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

    @property
    def sales(self) -> list[Trail]:
        """The attempts that were sales, first one first."""
        return [trail for trail in self.trails if trail.what == "sale"]
