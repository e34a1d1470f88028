"""What the switch knows of one request that passed it, and the words for its states."""

from typing import Final

from msgspec import Struct

from poslab.messages.card import (
    AUTHORISATIONS,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
)
from poslab.party.contract import Address

NONE: Final = "none"
FORWARDED: Final = "forwarded"
ANSWERED: Final = "answered"
REFUSED: Final = "refused"
IN_DOUBT: Final = "in-doubt"
UNDONE: Final = "undone"

STATES: Final = (NONE, FORWARDED, ANSWERED, REFUSED, IN_DOUBT, UNDONE)
MOVING: Final = (FORWARDED, IN_DOUBT)
"""States that somebody's answer will end."""

WITH_CODE: Final = (REFUSED, IN_DOUBT)


class Passage(Struct, frozen=True, gc=False, array_like=True):
    """One request of the acquirer, named by its RRN."""

    rrn: str
    about: str
    key: str
    mid: str
    what: str
    amount_fen: int
    card: str
    issuer: Address
    """Empty where the request was not routed."""
    state: str
    code: str = ""
    auth: str = ""
    balance_fen: int | None = None
    undoing: bool = False
    """The acquirer's advice has passed: the answer, if it still comes, is too late."""

    @property
    def word(self) -> str:
        """Its state as the history writes it: ``refused:91``."""
        return f"{self.state}:{self.code}" if self.state in WITH_CODE else self.state


UNKNOWN: Final = Passage("", "", "", "", "", 0, "", "", NONE)
"""Stands for a request that the switch has never seen."""


def passage_of(
    given: FinancialRequest | FinancialNotice,
    issuer: Address,
    state: str,
    code: str = "",
    auth: str = "",
    balance_fen: int | None = None,
) -> Passage:
    """The record of a request."""
    return Passage(
        given.rrn,
        given.about,
        given.key,
        given.mid,
        given.what,
        given.amount_fen,
        given.card,
        issuer,
        state,
        code,
        auth,
        balance_fen,
    )


def answer_of(passage: Passage) -> FinancialResponse:
    """The answer that belongs to the passage, the same however often it is asked for."""
    respond = AuthorisationResponse if passage.what in AUTHORISATIONS else FinancialResponse
    return respond(
        passage.about,
        passage.key,
        passage.mid,
        passage.what,
        passage.amount_fen,
        passage.code,
        passage.rrn,
        passage.auth,
        not_forwarded=passage.state == REFUSED,
        balance_fen=passage.balance_fen,
    )


def advice_of(passage: Passage, reason: str) -> ReversalAdvice:
    """The advice that undoes the request."""
    return ReversalAdvice(
        passage.about,
        passage.key,
        passage.mid,
        passage.rrn,
        passage.what,
        passage.amount_fen,
        passage.card,
        reason,
    )
