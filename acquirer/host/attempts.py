"""What the host knows of one attempt, and the words for its states."""

from typing import Final

from msgspec import Struct

from poslab.messages.card import FinancialNotice, FinancialRequest, ReversalAdvice

NONE: Final = "none"
FORWARDED: Final = "forwarded"
PENDING: Final = "pending"
"""A payment by code that its payer has not confirmed yet, as far as the host knows."""
APPROVED: Final = "approved"
DECLINED: Final = "declined"
IN_DOUBT: Final = "in-doubt"
REVERSED: Final = "reversed"
REVERSAL_ONLY: Final = "reversal-only"
VOIDING: Final = "voiding"
"""A sale whose void was forwarded and is not answered yet."""
VOIDED: Final = "voided"
HELD: Final = "held"
"""A pre-authorisation that was approved: it waits for its completion or its void."""
COMPLETING: Final = "completing"
COMPLETED: Final = "completed"
"""A pre-authorisation whose completion was approved; the money is the completion's."""

STATES: Final = (
    NONE, FORWARDED, PENDING, APPROVED, DECLINED, IN_DOUBT, REVERSED, REVERSAL_ONLY, VOIDING, VOIDED, HELD, COMPLETING,
    COMPLETED,
)  # fmt: skip
MOVING: Final = (FORWARDED, PENDING, IN_DOUBT, VOIDING, HELD, COMPLETING)
"""States that somebody's answer, or somebody's next request, will end: such attempts are not forgotten."""

WITH_CODE: Final = (DECLINED, IN_DOUBT)


class Attempt(Struct, frozen=True, gc=False, array_like=True):
    """One request of a terminal, with all that is needed to answer, undo or clear it later.

    ``name`` is its key; a copy that the host took for a new request (its duplicate check being off) is called
    ``key/rrn``.
    """

    name: str
    about: str
    mid: str
    what: str
    amount_fen: int
    card: str
    original: str
    """A void's payment, a completion's pre-authorisation."""
    rrn: str
    """Empty for a request that was refused here."""
    business_date: str
    state: str
    code: str = ""
    auth: str = ""
    host_at: int = 0
    not_forwarded: bool = False
    balance_fen: int | None = None
    order: str = ""
    """What the platform was told, while a refusal without the mark leaves its order open."""

    @property
    def key(self) -> str:
        """The key of the messages about it."""
        return self.name.partition("/")[0]

    @property
    def word(self) -> str:
        """Its state as the history writes it: ``declined:51``."""
        return f"{self.state}:{self.code}" if self.state in WITH_CODE else self.state


UNKNOWN: Final = Attempt("", "", "", "", 0, "", "", "", "", NONE)
"""Stands for an attempt that the host has never heard of."""
ORPHAN: Final = Attempt("", "", "", "", 0, "", "", "", "", REVERSAL_ONLY)
"""Stands for an attempt of which the host has only the reversal."""


def moved(attempt: Attempt, state: str, code: str | None = None, order: str | None = None) -> Attempt:
    """The attempt in another state, by default with the code and order it had."""
    return Attempt(
        attempt.name,
        attempt.about,
        attempt.mid,
        attempt.what,
        attempt.amount_fen,
        attempt.card,
        attempt.original,
        attempt.rrn,
        attempt.business_date,
        state,
        attempt.code if code is None else code,
        attempt.auth,
        attempt.host_at,
        attempt.not_forwarded,
        attempt.balance_fen,
        attempt.order if order is None else order,
    )


def refused(
    given: FinancialRequest | FinancialNotice, code: str, host_at: int, not_forwarded: bool, order: str
) -> Attempt:
    """A request that goes no further than the host; it gets neither RRN nor business date."""
    return Attempt(
        given.key,
        given.about,
        given.mid,
        given.what,
        given.amount_fen,
        given.card,
        given.original,
        "",
        "",
        DECLINED,
        code,
        "",
        host_at,
        not_forwarded,
        None,
        order,
    )


def advice_of(attempt: Attempt, reason: str) -> ReversalAdvice:
    """The advice that undoes the attempt upstream."""
    return ReversalAdvice(
        attempt.about,
        attempt.key,
        attempt.mid,
        attempt.rrn,
        attempt.what,
        attempt.amount_fen,
        attempt.card,
        reason,
    )
