"""扫码: payments by code at the host. A payment is *pending* from 09 on, until it is paid or closed.

The terminal polls, and is told what the host has on record. When it wants to close, the bank behind the code decides:
the host asks it, each time it is asked itself, and answers for certain once it knows. Nothing of this is ever reversed,
for the payer may confirm at any moment.
"""

import msgspec

from acquirer.host.attempts import (
    APPROVED,
    DECLINED,
    FORWARDED,
    NONE,
    PENDING,
    Attempt,
    refused,
)
from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.office import Office, whole_seconds
from acquirer.host.query import answer as tell_what_is_known
from poslab.messages.card import SALE, FinancialRequest, FinancialResponse, QueryRequest, QueryResponse
from poslab.messages.codes import Outcome, outcome_of
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import DAY, Instant

PROCESSING = "09"
CLOSED = "12"


def is_code(office: Office, given: object, at: Instant) -> bool:
    """Whether what is on the desk is a payment by code."""
    return office.attempt.card in office.codes


# --- the payer makes up her mind


def undecided(office: Office, given: FinancialResponse, at: Instant) -> bool:
    """A payment by code is answered with 09, or with another code after which somebody may have posted."""
    attempt = office.attempt
    return attempt.card in office.codes and attempt.rrn == given.rrn and attempt.amount_fen == given.amount_fen


def wait(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Pass 09 on; the result comes when the payer has confirmed."""
    return _wait(office, at, out)


def no_answer(office: Office, given: HostAnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """The host's own timer: 09 as well, and no undoing."""
    out.append(Logged(given.about, "no-answer", {"rrn": given.rrn}))
    return _wait(office, at, out)


def _wait(office: Office, at: Instant, out: list[Effect]) -> str:
    attempt = msgspec.structs.replace(
        office.attempt, state=PENDING, code=PROCESSING, host_at=whole_seconds(at)
    )  # fmt: skip
    office.move(FORWARDED, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    out.append(Logged(attempt.about, "payer-awaited", {"rrn": attempt.rrn}))
    office.answer(attempt, out)
    return PENDING


def pays(office: Office, given: FinancialResponse | QueryResponse, at: Instant) -> bool:
    """It says that the payment on the desk is paid."""
    return _is_asked(office, given) and outcome_of(given.code) is Outcome.APPROVED


def refuses(office: Office, given: FinancialResponse | QueryResponse, at: Instant) -> bool:
    """It says that the payment on the desk is closed, or could not be paid."""
    return _is_asked(office, given) and outcome_of(given.code) is Outcome.DECLINED


def _is_asked(office: Office, given: FinancialResponse | QueryResponse) -> bool:
    return office.attempt.rrn == given.rrn and given.mac > 0


def paid(office: Office, given: FinancialResponse | QueryResponse, at: Instant, out: list[Effect]) -> str:
    """Book it (P1); the terminal hears of it when it asks."""
    before = office.attempt
    attempt = msgspec.structs.replace(
        before, state=APPROVED, code=given.code, auth=given.auth, host_at=whole_seconds(at)
    )  # fmt: skip
    office.claim(attempt, "P1/" + attempt.name, out)
    office.move(before.word, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    office.tell_order(attempt, "success", out)
    return APPROVED


def unpaid(office: Office, given: FinancialResponse | QueryResponse, at: Instant, out: list[Effect]) -> str:
    """Closed, or not paid: nobody posted anything, and nobody will."""
    before = office.attempt
    attempt = msgspec.structs.replace(before, state=DECLINED, code=given.code, host_at=whole_seconds(at))
    office.move(before.word, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    out.append(Logged(attempt.about, "closed", {"key": attempt.key}))
    office.tell_order(attempt, "failed", out)
    return DECLINED


def note(office: Office, given: QueryResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for it any more, or it decides nothing."""
    out.append(Logged(given.about, "duplicate", {"how": "answer-ignored", "key": given.key}))
    return office.attempt.state


# --- cancel-by-query


def close_upstream(office: Office, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """Ask the bank behind the code, and tell the terminal that it is not decided yet.

    After a day nobody may remember it there, and a closing would prove nothing: then people must look at it.
    """
    attempt = office.attempt
    if attempt.host_at and at - attempt.host_at > DAY:
        out.append(Logged(given.about, "error-case", {"why": "undecided-for-a-day", "key": given.asked}))
    elif office.switch not in office.down:
        out.append(Logged(given.about, "closing", {"key": given.asked}))
        key = attempt.key
        request = QueryRequest(attempt.about, key, attempt.mid, key, close=True, rrn=attempt.rrn)
        out.append(Send(office.switch, request))
    tell_what_is_known(office, given, at, out)
    return attempt.state


def close_unheard(office: Office, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """The request never came: remembered as closed, so that it is refused should it still come."""
    seat = office.terminals.get(given.asked.partition("-")[0])
    if seat is None or seat.mid != given.mid:
        tell_what_is_known(office, given, at, out)
        return NONE
    attempt = Attempt(
        given.asked, given.about, given.mid, SALE, 0, "", "", "", "", DECLINED, CLOSED, "", whole_seconds(at), True
    )  # fmt: skip
    office.business_date(at)  # what is remembered from here on is remembered for this day and the next
    office.move(NONE, attempt, out)
    out.append(Kept(given.about, "closing"))
    out.append(Logged(given.about, "closed", {"key": given.asked}))
    tell_what_is_known(office, given, at, out)
    return DECLINED


def tell(office: Office, given: QueryRequest, at: Instant, out: list[Effect]) -> str:
    """Decided before: the same answer however often it is asked."""
    tell_what_is_known(office, given, at, out)
    return office.attempt.state


def closed_unheard(office: Office, given: FinancialRequest, at: Instant) -> bool:
    """The key was closed before anything was heard of it."""
    attempt = office.attempt
    return attempt.code == CLOSED and not attempt.rrn and not attempt.amount_fen


def refuse_closed(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A late original whose closing came first: refused with 12."""
    out.append(Logged(given.about, "refused", {"code": CLOSED, "key": given.key}))
    office.answer(refused(given, CLOSED, whole_seconds(at), True, ""), out)
    return office.attempt.state
