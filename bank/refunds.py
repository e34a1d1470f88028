"""Refunds at the issuer: noticed when they are made, credited days after their clearing (P8b).

A clearing line below zero owes the cardholder that sum. Until it is credited it stands in the payable to the network.
"""

from bank.card_accounts import CARDHOLDER, CLEARING_PAYABLE, NOTED, CardAccounts, Credit, CreditDue, Request
from poslab.messages.card import FinancialNotice
from poslab.messages.disputes import is_case
from poslab.messages.funding import ClearingLine
from poslab.messages.people import Sms
from poslab.party.contract import Effect, Kept, Logged, Posted, Remind, Send
from poslab.party.time import HOUR, Instant, midnight
from poslab.world.calendar import Calendar, day_of_word, day_word

CREDITED_AT = 15 * HOUR


def note(desk: CardAccounts, given: FinancialNotice, out: list[Effect]) -> str:
    """A refund was made: whatever the issuer makes of it, the network clears it. Nothing is posted before that."""
    out.append(Kept(given.about, "refund"))
    desk.young.put(given.rrn, Request(NOTED, given.card, given.amount_fen, given.original_rrn))
    out.append(Logged(given.about, "refund-noted", {"rrn": given.rrn, "original": given.original_rrn}))
    return NOTED


def owe(
    desk: CardAccounts, lines: tuple[ClearingLine, ...], business_date: str, calendar: Calendar, at: Instant,
    out: list[Effect],
) -> None:
    """Book a new part's refunds as owed to their cardholders, each with the day on which it is credited."""
    for line in lines:
        if line.amount_fen >= 0 or line.card not in desk.names or is_case(line.key):
            continue
        day = day_of_word(business_date)
        for _ in range(desk.settings.refund_days):
            day = calendar.next_working(day)
        credit = Credit(line.about, line.key, line.card, -line.amount_fen, midnight(day) + CREDITED_AT)
        out.append(Kept(line.about, "refund"))
        desk.credits[line.rrn] = credit
        out.append(Logged(line.about, "refund-due", {"rrn": line.rrn, "date": day_word(day)}))
        await_credit(desk, line.rrn, at, out)


def await_credit(desk: CardAccounts, rrn: str, at: Instant, out: list[Effect]) -> None:
    """Let the day of a credit come."""
    owed = desk.credits[rrn]
    out.append(Remind(max(0, owed.due - at), CreditDue(owed.about, rrn)))


def credit(desk: CardAccounts, given: CreditDue, at: Instant, out: list[Effect]) -> None:
    """The day has come: credit the cardholder (P8b) and say so."""
    owed = desk.credits.pop(given.rrn)
    about, ref = owed.about, owed.card
    entry = f"P8b/{owed.key}/{given.rrn}"
    postings = ((CLEARING_PAYABLE, desk.names[ref], owed.amount_fen),)
    out.append(Kept(about, "refund"))
    desk.free_fen[ref] += owed.amount_fen
    desk.enter(entry, postings)
    out.append(Posted(about, entry, postings))
    out.append(Logged(about, "refund-credited", {"rrn": given.rrn}))
    out.append(Send(CARDHOLDER, Sms(about, "refunded", ref, owed.amount_fen, at, desk.free_fen[ref])))
