"""The void of a sale 消费撤销, and what a void's own undoing does to its sale.

While a void is under way its sale is *voiding*. A void that is declined or undone leaves the sale standing; only an
approved one takes the booking and the capture back.
"""

from acquirer.host import adjustment
from acquirer.host.attempts import APPROVED, VOIDED, VOIDING, Attempt, moved
from acquirer.host.office import Office
from poslab.messages.card import SALES, FinancialRequest, parts_of
from poslab.party.contract import Effect, Logged
from poslab.party.time import Instant


def objection(office: Office, given: FinancialRequest, at: Instant) -> str:
    """Why a sale cannot be voided, empty if it can.

    25 no such sale of this terminal, 12 it does not stand, 40 it was paid by code, 22 its batch is closed or its day
    past the cut-off, 64 not its full amount.
    """
    original = office.attempts.find(given.original)
    if original is None or not _same_terminal(original, given):
        return "25"
    if original.what not in SALES or original.state != APPROVED or adjustment.is_under_way(office, original):
        return "12"
    if original.card in office.codes:
        return "40"
    _, batch, _ = parts_of(given.original)
    _, open_batch, _ = parts_of(given.key)
    if batch != open_batch or office.business_date(at) != original.business_date or office.is_cleared(original):
        return "22"
    return "64" if given.amount_fen != original.amount_fen else ""


def _same_terminal(original: Attempt, given: FinancialRequest) -> bool:
    return original.mid == given.mid and original.name.partition("-")[0] == given.key.partition("-")[0]


def begin(office: Office, given: FinancialRequest, out: list[Effect]) -> tuple[str, str]:
    """Take the sale in hand; answers its RRN and authorisation code, which go upstream with the void."""
    original = office.found(given.original)
    office.move(original.word, moved(original, VOIDING), out)
    out.append(Logged(given.about, "void-received", {"key": given.key, "original": given.original}))
    return original.rrn, original.auth


def complete(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """The void was approved: mirror the sale's booking and take its capture back."""
    original = office.found(attempt.original)
    office.unclaim(original, "P6/" + attempt.name, out)
    office.move(original.word, moved(original, VOIDED), out)
    out.append(Logged(attempt.about, "voided", {"key": original.name}))
    office.tell_order(original, "refunded", out)


def give_up(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """The void did not happen, or was undone before it was booked: the sale stands as before."""
    original = office.found(attempt.original)
    if original.state == VOIDING:
        office.move(original.word, moved(original, APPROVED), out)


def undo(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """An approved void is reversed 撤销冲正: the sale is booked and captured again."""
    original = office.found(attempt.original)
    office.claim(original, "P7b/" + attempt.name, out)
    office.move(original.word, moved(original, APPROVED), out)
    out.append(Logged(attempt.about, "void-reversed", {"key": original.name}))
    office.tell_order(original, "success", out)
