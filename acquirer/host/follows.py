"""What follows on an earlier attempt: the void of a payment 撤销, the void or the completion of a pre-authorisation.

While it is under way its original is *voiding* or *completing*. If it is declined or undone the original stands as
before; only an approved one takes back what was booked, or books what was held.
"""

from collections.abc import Mapping
from typing import Final

from acquirer.host import adjustment
from acquirer.host.attempts import APPROVED, COMPLETED, COMPLETING, HELD, VOIDED, VOIDING, Attempt, moved
from acquirer.host.office import Office
from poslab.messages.card import (
    COMPLETION,
    COMPLETION_NOTICE,
    COMPLETION_VOID,
    COMPLETIONS,
    PREAUTH,
    PREAUTH_VOID,
    SALES,
    VOID,
    FinancialNotice,
    FinancialRequest,
    parts_of,
)
from poslab.party.contract import Effect, Logged
from poslab.party.time import Instant

_ON: Final[Mapping[str, tuple[str, ...]]] = {
    VOID: SALES,
    PREAUTH_VOID: (PREAUTH,),
    COMPLETION: (PREAUTH,),
    COMPLETION_VOID: COMPLETIONS,
    COMPLETION_NOTICE: (PREAUTH,),
}
"""What follows → on what."""

FOLLOWS: Final = (VOID, PREAUTH_VOID, COMPLETION, COMPLETION_VOID)
"""What is asked for so; a completion may be told as well."""
ENDS_WITH_THE_DAY: Final = (VOID, PREAUTH_VOID, COMPLETION_VOID)
"""Voids are final once the business day is over."""

_PPM: Final = 1_000_000


def objection(office: Office, given: FinancialRequest | FinancialNotice, at: Instant) -> str:
    """Why a request cannot follow on its original, empty if it can.

    25 no such original of this terminal, 12 it does not stand or is of another kind, 40 it was paid by code, 22 its
    batch is closed, its day past the cut-off or its hold too old, 64 not its full amount, 61 more than a hold may
    become, 13 no amount, 93 an authority has frozen it.
    """
    original = office.attempts.find(given.original)
    if original is None or not _same_terminal(original, given):
        return "25"
    if original.what not in _ON[given.what]:
        return "12"
    if original.what == PREAUTH:
        return _objection_to_hold(office, given, original, at)
    if original.state != APPROVED or adjustment.is_under_way(office, original) or office.refunded_fen(original.rrn):
        return "12"
    if office.funding.holds.is_frozen(original.rrn):
        return "93"
    if original.card in office.codes:
        return "40"
    _, batch, _ = parts_of(given.original)
    _, open_batch, _ = parts_of(given.key)
    if batch != open_batch or office.business_date(at) != original.business_date or office.is_cleared(original):
        return "22"
    return "64" if given.amount_fen != original.amount_fen else ""


def _objection_to_hold(
    office: Office, given: FinancialRequest | FinancialNotice, original: Attempt, at: Instant
) -> str:
    if original.state != HELD:
        return "12"
    if at - original.host_at > office.world.acquirer.completion_window_us:
        return "22"
    if given.what == PREAUTH_VOID:
        return "64" if given.amount_fen != original.amount_fen else ""
    if given.amount_fen <= 0:
        return "13"
    most = original.amount_fen * office.world.network.completion_limit_ppm
    return "61" if given.amount_fen * _PPM > most else ""


def _same_terminal(original: Attempt, given: FinancialRequest | FinancialNotice) -> bool:
    return original.mid == given.mid and original.name.partition("-")[0] == given.key.partition("-")[0]


def begin(office: Office, given: FinancialRequest, out: list[Effect]) -> tuple[str, str]:
    """Take the original in hand; answers its RRN and authorisation code, which go upstream with the request."""
    original = office.found(given.original)
    completes = given.what == COMPLETION
    office.move(original.word, moved(original, COMPLETING if completes else VOIDING), out)
    word = "completion-received" if completes else "void-received"
    out.append(Logged(given.about, word, {"key": given.key, "original": given.original}))
    return original.rrn, original.auth


def complete(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """It was approved: take back what was booked and captured, free a hold, or book what was held."""
    original = office.found(attempt.original)
    if attempt.what == COMPLETION:
        office.claim(attempt, "P16/" + attempt.name, out)
        office.move(original.word, moved(original, COMPLETED), out)
        out.append(Logged(attempt.about, "completed", {"key": original.name}))
        return
    if original.what != PREAUTH:
        office.unclaim(original, "P6/" + attempt.name, out)
    office.move(original.word, moved(original, VOIDED), out)
    out.append(Logged(attempt.about, "voided", {"key": original.name}))
    office.tell_order(original, "refunded", out)
    if original.what in COMPLETIONS:
        _hold_again(office, original, out)


def told(office: Office, attempt: Attempt, out: list[Effect]) -> str:
    """A completion is told: book what was held, and answer the hold's RRN."""
    original = office.found(attempt.original)
    office.book_claim(attempt, "P16/" + attempt.name, attempt.amount_fen, out)
    office.move(original.word, moved(original, COMPLETING), out)
    return original.rrn


def heard(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """The issuer has posted a completion that was told: the hold is used up."""
    original = office.found(attempt.original)
    office.move(original.word, moved(original, COMPLETED), out)
    out.append(Logged(attempt.about, "completed", {"key": original.name}))


def give_up(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """It did not happen, or was undone before it was booked: the original stands as before."""
    original = office.found(attempt.original)
    if original.state in (VOIDING, COMPLETING):
        office.move(original.word, moved(original, HELD if original.what == PREAUTH else APPROVED), out)


def undo(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """An approved one is reversed 撤销冲正: the original stands again, booked and captured where it was."""
    original = office.found(attempt.original)
    if attempt.what == COMPLETION:
        office.unclaim(attempt, "P7/" + attempt.name, out)
        _hold_again(office, attempt, out)
        return
    if original.what == PREAUTH:
        office.move(original.word, moved(original, HELD), out)
    else:
        office.claim(original, "P7b/" + attempt.name, out)
        office.move(original.word, moved(original, APPROVED), out)
        if original.what in COMPLETIONS:
            held = office.found(original.original)
            office.move(held.word, moved(held, COMPLETED), out)
    out.append(Logged(attempt.about, "void-reversed", {"key": original.name}))
    office.tell_order(original, "success" if original.what != PREAUTH else "created", out)


def _hold_again(office: Office, completion: Attempt, out: list[Effect]) -> None:
    """A completion is taken back: the pre-authorisation stands as before it."""
    held = office.attempts.find(completion.original)
    if held is not None and held.state == COMPLETED:
        office.move(held.word, moved(held, HELD), out)
