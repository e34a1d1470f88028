"""The states of an attempt as its terminal sees it, and the moves between them.

An attempt is named by its key. *sent* begins when the reversal record is kept, whether or not a byte left the device;
*unknown* means sent and without an accepted answer, a reversal waiting. Nothing leads from *unknown* to an approval: a
late answer must never resurrect a sale.
"""

from poslab.party.contract import Became, Effect

NONE = "none"
SENT = "sent"
APPROVED_UNPRINTED = "approved-unprinted"
APPROVED = "approved"
UNKNOWN = "unknown"
REVERSED = "reversed"
DROPPED = "dropped"
VOIDED = "voided"
OFFLINE_UNSENT = "offline-unsent"
"""Stored without asking anybody, and not answered yet, sent or not."""
PURGED = "purged"
"""Stored, never answered, and lost by a terminal that does not keep its queue."""
HELD = "preauth"
"""A pre-authorisation that was approved: money is held, nobody is paid."""
COMPLETED = "completed"
"""A pre-authorisation whose completion was approved."""

DECLINED = "declined:"
"""Followed by the code: the answer's own, or after a doubt the code that raised it."""
IN_DOUBT = "in-doubt:"
"""Followed by the code after which somebody may have posted; only a query leads on."""
CLOSED = "closed:"
"""Followed by 25 or 12: the duty to repeat the reversal has ended, the doubt has not."""

MOVES = frozenset(
    {
        (NONE, SENT),
        (SENT, APPROVED_UNPRINTED),
        (SENT, APPROVED),  # a void: its slip is a formality
        (SENT, DECLINED),
        (SENT, IN_DOUBT),
        (SENT, UNKNOWN),
        (APPROVED_UNPRINTED, APPROVED),
        (APPROVED_UNPRINTED, VOIDED),
        (APPROVED_UNPRINTED, UNKNOWN),  # only where a failed print reverses
        (APPROVED, VOIDED),
        (UNKNOWN, REVERSED),
        (UNKNOWN, CLOSED),
        (UNKNOWN, DROPPED),
        (IN_DOUBT, DECLINED),
        (IN_DOUBT, REVERSED),
        (IN_DOUBT, VOIDED),
        (IN_DOUBT, APPROVED_UNPRINTED),
        (IN_DOUBT, APPROVED),
        (NONE, OFFLINE_UNSENT),
        (OFFLINE_UNSENT, APPROVED),
        (OFFLINE_UNSENT, DECLINED),
        (OFFLINE_UNSENT, VOIDED),  # on the terminal itself, before it was sent
        (OFFLINE_UNSENT, PURGED),
        (SENT, HELD),
        (IN_DOUBT, HELD),
        (HELD, COMPLETED),
        (HELD, VOIDED),
        (COMPLETED, HELD),  # its completion was voided
    }
)


class IllegalMove(AssertionError):
    """An attempt was moved where it must not go: our own bug."""


def word_of(state: str) -> str:
    """The state without its code: ``"declined:"`` of ``"declined:51"``, ``"sent"`` of ``"sent"``."""
    word, colon, _ = state.partition(":")
    return word + colon


def code_of(state: str) -> str:
    """The code that a state carries, or ``""``."""
    return state.partition(":")[2]


def moved(out: list[Effect], about: str, key: str, before: str, after: str) -> None:
    """Say that an attempt moved; the only place where an attempt's ``Became`` is made. Raises ``IllegalMove``."""
    if (before, after) not in MOVES and (word_of(before), word_of(after)) not in MOVES:
        raise IllegalMove(f"{key}: from {before!r} to {after!r}")
    out.append(Became(about, key, before, after))
