"""What the issuer does with a 0420: undo what it debited, or remember that there is nothing to undo."""

from bank import holds
from bank.authorisation import APPROVED, NOT_FOUND, OTHER_AMOUNT, REFUSES_REVERSALS_ROLE, SYSTEM
from bank.card_accounts import DEBITED, NONE, RETURNED, REVERSAL_ONLY, VOID_UNDONE, CardAccounts, Request
from poslab.messages.card import AdviceResponse, ReversalAdvice
from poslab.messages.facts import CreditBooked
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant

REFUSE = "refuse"
IGNORE = "ignore"


def is_ignored(desk: CardAccounts, given: ReversalAdvice, at: Instant) -> bool:
    """Whether this bank loses advices: heard by its line, and by nobody behind it."""
    return desk.settings.reversals == IGNORE


def ignore(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Lost: nothing is undone, logged or answered."""
    known = desk.known(given.rrn)
    return NONE if known is None else known.state


def is_day_end(desk: CardAccounts, given: ReversalAdvice, at: Instant) -> bool:
    """Whether day-end work is running, during which nothing is posted."""
    return bool(desk.day_end)


def cannot_undo(desk: CardAccounts, given: ReversalAdvice, at: Instant) -> bool:
    """Day-end work, reversals that this bank refuses, for all cards or one, or an advice that does not match."""
    known = desk.found(given.rrn)
    if desk.day_end or known.amount_fen != given.amount_fen or desk.settings.reversals == REFUSE:
        return True
    return desk.cards[known.card].role == REFUSES_REVERSALS_ROLE


def refuse(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Not undone now, and said so: whoever sent the advice repeats it."""
    known = desk.known(given.rrn)
    code = desk.day_end or SYSTEM
    if known is not None and known.amount_fen != given.amount_fen:
        code = OTHER_AMOUNT
    out.append(Logged(given.about, "reversal-refused", {"rrn": given.rrn, "code": code}))
    desk.acknowledge(given, code, out)
    return NONE if known is None else known.state


def remember(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Nothing to undo: remembered, so that the request is refused should it still come."""
    desk.deciding.pop(given.rrn, None)
    desk.pending.pop(given.rrn, None)
    out.append(Kept(given.about, "reversal"))
    request = Request(REVERSAL_ONLY, given.card, given.amount_fen)
    desk.move(given.about, given.rrn, request, REVERSAL_ONLY, out)
    out.append(Logged(given.about, "reversal-remembered", {"rrn": given.rrn}))
    desk.acknowledge(given, NOT_FOUND, out)
    return REVERSAL_ONLY


def reverse(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Undo a debit: its mirror is posted (P7) and the cardholder told."""
    sale = desk.found(given.rrn)
    out.append(Kept(given.about, "reversal"))
    _give_back(desk, given, sale, "reversed", at, out)
    desk.acknowledge(given, APPROVED, out)
    return RETURNED


def _give_back(
    desk: CardAccounts, given: ReversalAdvice | CreditBooked, sale: Request, word: str, at: Instant, out: list[Effect]
) -> None:
    about, rrn, entry = given.about, given.rrn, f"P7/{given.key}/{given.rrn}"
    if sale.detail:
        holds.give_back(desk, about, rrn, sale, entry, at, out)
        out.append(Logged(about, word, {"rrn": rrn}))
    else:
        desk.give_back(about, rrn, sale, entry, out)
        out.append(Logged(about, word, {"rrn": rrn}))
        out.append(desk.sms(about, "returned", sale, at))


def book_credit(desk: CardAccounts, given: CreditBooked, at: Instant, out: list[Effect]) -> str:
    """A clerk ends a one-sided entry: what no advice brought about is done by hand, and whoever waits is told."""
    sale = desk.found(given.rrn)
    about = given.about
    out.append(Kept(about, "reversal"))
    _give_back(desk, given, sale, "credit-booked", at, out)
    out.append(Send(desk.switch, AdviceResponse(about, given.key, given.rrn, APPROVED)))
    return RETURNED


def undo_void(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """A void is undone: its sale is debited again (P7b), even where the cardholder's funds are gone."""
    void = desk.found(given.rrn)
    rrn = void.detail
    about = given.about
    sale = Request(DEBITED, void.card, void.amount_fen)
    out.append(Kept(about, "reversal"))
    desk.young.put(given.rrn, Request(VOID_UNDONE, void.card, void.amount_fen, rrn))
    desk.move(about, rrn, sale, DEBITED, out)
    desk.debit_again(about, f"P7b/{given.key}/{given.rrn}", sale, out)
    out.append(Logged(about, "void-reversed", {"rrn": given.rrn, "original": rrn}))
    out.append(desk.sms(about, "spent", sale, at))
    desk.acknowledge(given, APPROVED, out)
    return VOID_UNDONE


def acknowledge_again(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Undone, or nothing of it was ever posted: the same answer however often it is asked."""
    known = desk.found(given.rrn)
    out.append(Logged(given.about, "duplicate", {"rrn": given.rrn, "how": "nothing-to-undo"}))
    desk.acknowledge(given, NOT_FOUND if known.state == REVERSAL_ONLY else APPROVED, out)
    return known.state
