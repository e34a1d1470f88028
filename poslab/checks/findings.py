"""What the docket finds, and the words it finds it in: unusual moves, entries, ends, and what is wrong with a claim."""

from collections.abc import Mapping

from msgspec import Struct

from poslab.checks.case import (
    ANSWERED,
    APPROVED,
    APPROVED_UNPRINTED,
    CLOSED,
    COMPLETED,
    DEBITED,
    DECLINED,
    DROPPED,
    EXPIRED,
    FORWARDED,
    HELD,
    INQUIRED,
    NONE,
    PREAUTHORISED,
    PURGED,
    REFUSED,
    RELEASED,
    RETURNED,
    REVERSAL_ONLY,
    REVERSED,
    SENT,
    SUCCESS,
    UNDONE,
    VOIDED,
    Case,
    stem,
)
from poslab.party.contract import About, Became
from poslab.party.time import DAY, Duration, Instant

CLAIMED_TWICE = "claimed-twice"
NO_DEBIT = "no-debit"
DEBITED_TWICE = "debited-twice"
OTHER_AMOUNT = "other-amount"
OTHER_ACQUIRER = "other-acquirer"
TOO_EARLY = "too-early"
CLAIM_FAULTS = (CLAIMED_TWICE, NO_DEBIT, DEBITED_TWICE, OTHER_AMOUNT, TOO_EARLY, OTHER_ACQUIRER)

PLAIN: Mapping[str, frozenset[tuple[str, str]]] = {
    "terminal": frozenset({(NONE, SENT), (SENT, APPROVED_UNPRINTED), (APPROVED_UNPRINTED, APPROVED)}),
    "host": frozenset({(NONE, FORWARDED), (FORWARDED, APPROVED)}),
    "switch": frozenset({(NONE, FORWARDED), (FORWARDED, ANSWERED)}),
    "issuer": frozenset({(NONE, DEBITED)}),
    "platform": frozenset({(NONE, "created"), ("created", "paying"), ("paying", SUCCESS)}),
}
"""The moves of a healthy sale. Made from the state that the docket remembers, they interest nobody further."""

AT_REST: Mapping[str, frozenset[str]] = {
    "terminal": frozenset({NONE, APPROVED, APPROVED_UNPRINTED, DECLINED, REVERSED, CLOSED, DROPPED, VOIDED, PURGED})
    | {PREAUTHORISED, COMPLETED},
    "host": frozenset({NONE, APPROVED, DECLINED, REVERSED, REVERSAL_ONLY, VOIDED, HELD, COMPLETED}),
    "switch": frozenset({NONE, ANSWERED, REFUSED, UNDONE}),
    "issuer": frozenset({NONE, DEBITED, DECLINED, RETURNED, REVERSAL_ONLY, INQUIRED})
    | {HELD, COMPLETED, RELEASED, EXPIRED},
}
"""States in which an attempt may stay for good, as far as one party is concerned."""


class Moved(Struct, frozen=True, gc=False):
    """A party's machine moved, and not as in every healthy sale. ``was`` is what the docket remembered, or ``""``."""

    role: str
    of: str
    about: About
    was: str
    before: str
    after: str
    case: Case | None


class PayoutBecame(Struct, frozen=True, gc=False):
    """The host, or a platform with wallets, moved something that is no attempt: a payout."""

    became: Became


class Recharged(Struct, frozen=True, gc=False):
    """The issuer debited a cardholder for an attempt whose debit stands already."""

    case: Case
    entry: str


class RefundAccepted(Struct, frozen=True, gc=False):
    """The host took a refund; amounts in fen. ``paid_fen`` is 0 where the docket has forgotten the payment."""

    about: About
    key: str
    original: str
    amount_fen: int
    paid_fen: int


class Reposted(Struct, frozen=True, gc=False):
    """An entry of a purchase was posted again."""

    about: About
    entry: str


class Redated(Struct, frozen=True, gc=False):
    """The host gave an attempt a business date that has one."""

    case: Case
    date: str


class Ended(Struct, frozen=True, gc=False):
    """A purchase leaves the docket; its attempts, the newest first."""

    cases: tuple[Case, ...]


def may_be_forgotten(moved: Moved, at: Instant, memory: Duration) -> bool:
    """Whether a party may have forgotten something by then: a reversal without an original, a platform's old order."""
    case = moved.case
    if moved.role == "platform" and moved.before == NONE:
        return case is not None and at - case.began >= DAY
    return case is not None and moved.was == REVERSAL_ONLY and moved.before == NONE and at - case.began >= memory


def at_rest(case: Case) -> bool:
    """Whether no party has anything left to do about the attempt itself."""
    return (
        stem(case.terminal) in AT_REST["terminal"]
        and stem(case.host) in AT_REST["host"]
        and stem(case.switch) in AT_REST["switch"]
        and stem(case.issuer) in AT_REST["issuer"]
        and not advice_pending(case)
    )


def advice_pending(case: Case) -> bool:
    """Whether an advice that undoes the attempt at its issuer is still on its way."""
    return case.advised > 0 and not case.confirmed and not case.unheard and case.charges > 0
