"""小费, 结算调整: a captured sale has another amount from now on. What is booked is the difference."""

import msgspec

from acquirer.host.attempts import APPROVED, Attempt
from acquirer.host.office import Office
from poslab.messages.card import ADJUSTMENTS, SALES, FinancialNotice
from poslab.party.contract import Effect, Logged


def objection(office: Office, given: FinancialNotice) -> str:
    """Why the amount of a sale cannot be changed, empty if it can.

    25 no such sale of this terminal, 12 it does not stand or another change of it is under way, 22 it is cleared.
    """
    original = office.attempts.find(given.original)
    same_terminal = given.original.partition("-")[0] == given.key.partition("-")[0]
    if original is None or original.mid != given.mid or not same_terminal:
        return "25"
    if original.what not in SALES or original.state != APPROVED or is_under_way(office, original):
        return "12"
    return "22" if office.is_cleared(original) else ""


def is_under_way(office: Office, sale: Attempt) -> bool:
    """Whether the issuer has still to say what it makes of another amount."""
    return any(
        attempt.original == sale.name and attempt.what in ADJUSTMENTS for attempt in office.attempts.open.values()
    )


def book(office: Office, attempt: Attempt, out: list[Effect]) -> str:
    """Book the difference (P17a); answers the RRN of the sale."""
    original = office.found(attempt.original)
    office.book_claim(attempt, "P17a/" + attempt.name, attempt.amount_fen - original.amount_fen, out)
    return original.rrn


def complete(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """The issuer has posted the difference: the sale is captured with its new amount."""
    original = office.found(attempt.original)
    changed = msgspec.structs.replace(original, amount_fen=attempt.amount_fen)
    office.attempts.close(changed.name, changed)
    if office.funding.withdraw(changed.business_date, changed.name):
        office.capture(changed)
    else:
        out.append(Logged(attempt.about, "error-case", {"why": "adjusted-after-clearing", "key": original.name}))
    out.append(Logged(attempt.about, "adjusted", {"key": original.name, "amount_fen": attempt.amount_fen}))


def give_up(office: Office, attempt: Attempt, out: list[Effect]) -> None:
    """The issuer refuses: the sale stands as it was."""
    original = office.found(attempt.original)
    office.charge_back(attempt, attempt.amount_fen - original.amount_fen, out)
