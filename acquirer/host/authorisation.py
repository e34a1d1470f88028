"""0200 and 0210: a request is accepted and forwarded, or refused here; its answer decides, or silence leaves a doubt.

Silence is no decline: who answers for a silent neighbour owns the undoing. So the host's own timer answers 68 and
stores a reversal advice in the same step. Behind a 98 the network does the undoing and says when it is done.
"""

from typing import ClassVar

import msgspec

from acquirer.host import follows
from acquirer.host.attempts import (
    APPROVED,
    DECLINED,
    FORWARDED,
    HELD,
    IN_DOUBT,
    NONE,
    Attempt,
    advice_of,
    moved,
    refused,
)
from acquirer.host.office import FIRST_VERSION, Office, whole_seconds
from poslab.messages.card import (
    BALANCE,
    PIN_ABSENT,
    PIN_GARBLED,
    PREAUTH,
    SALE,
    FinancialRequest,
    FinancialResponse,
)
from poslab.messages.codes import Outcome, outcome_of
from poslab.party.contract import Became, Effect, Kept, Logged, Remind, Reminder, Send
from poslab.party.time import Instant

BAD_MAC = "A0"
BAD_PIN_BLOCK = "99"
DOWNLOAD_FIRST = "78"
NO_ANSWER = "68"
NO_ANSWER_FROM_ISSUER = "98"
APPROVAL = "00"


class HostAnswerOverdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The network has not answered the request of this RRN in time."""

    kind: ClassVar[str] = "answer-overdue"

    name: str
    rrn: str


# --- the request


def objection(office: Office, given: FinancialRequest, at: Instant) -> str:
    """The code with which the host itself refuses a new request; empty if it goes upstream."""
    refusing = office.refusing
    if refusing is not None:
        return refusing.code
    seat = office.open_batches.get(given.key.rpartition("-")[0])
    if seat is None:
        return "77" if given.key.partition("-")[0] in office.terminals else "97"
    if seat.mid != given.mid:
        return "03"
    if given.mac != seat.key_version:
        return BAD_MAC
    if seat.wants_download:
        return DOWNLOAD_FIRST
    if given.pin == PIN_GARBLED or (not seat.pin_key and given.pin != PIN_ABSENT):
        return BAD_PIN_BLOCK
    if given.what == SALE or given.what == PREAUTH:
        if given.mid in office.funding.holds.blocked:
            return "03"
        if given.amount_fen <= 0:
            return "13"
    elif given.what in follows.FOLLOWS:
        code = follows.objection(office, given, at)
        if code:
            return code
    elif given.what != BALANCE:
        return "40"
    return "92" if office.switch in office.down else ""


def goes_upstream(office: Office, given: FinancialRequest, at: Instant) -> bool:
    """Nothing speaks against forwarding it."""
    return not objection(office, given, at)


def forward(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Give a request its business date and RRN, keep it, and send it to the network."""
    about = given.about
    key = given.key
    date = office.business_date(at)
    rrn = office.next_rrn()
    name = key
    if not office.dedupes and key in office.attempts:
        name = office.twins[rrn] = f"{key}/{rrn}"
    original_rrn = given.original_rrn
    original_auth = given.original_auth
    if given.original and given.what in follows.FOLLOWS:
        original_rrn, original_auth = follows.begin(office, given, out)
    attempt = Attempt(
        name, about, given.mid, given.what, given.amount_fen, given.card, given.original, rrn, date, FORWARDED
    )
    office.attempts.open[name] = attempt
    office.forwarded_last = name
    office.forwarded_last_at = at
    upstream = type(given)(
        about,
        key,
        given.mid,
        given.what,
        given.amount_fen,
        given.card,
        given.entry,
        given.pin,
        given.original,
        original_rrn,
        original_auth,
        FIRST_VERSION,  # the host's own key with the network
        rrn,
    )
    out += (
        Logged(about, "business-date", {"date": date, "rrn": rrn}),
        Became(about, name, NONE, FORWARDED),
        Kept(about, "request"),
        Send(office.switch, upstream),
        Remind(office.answer_timeout_us, HostAnswerOverdue(about, name, rrn)),
    )
    if office.platform is not None:
        office.tell_order(attempt, "created", out)
        if given.what != PREAUTH:
            office.tell_order(attempt, "paying", out)
    return FORWARDED


def refuse(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Refuse a new request; nothing leaves the host, and the answer says so unless the host is too ill to."""
    code = objection(office, given, at)
    out.append(Logged(given.about, "refused", {"code": code, "key": given.key}))
    if given.key.partition("-")[0] not in office.terminals:
        return NONE  # nobody on file to answer
    marked = office.refusing is None or office.refusing.not_forwarded
    order = "paying" if office.has_order(given.what) and not marked else ""
    attempt = refused(given, code, whole_seconds(at), marked, order)
    office.move(NONE, attempt, out)
    out.append(Kept(given.about, "answer"))
    office.answer(attempt, out)
    office.tell_order(attempt, "created", out)
    office.tell_order(attempt, "failed" if marked else "paying", out)
    return DECLINED


def refuse_reversed(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A late original whose reversal came first: refused with 12, for nobody waits for it any more."""
    out.append(Logged(given.about, "refused", {"code": "12", "key": given.key}))
    late = refused(given, "12", whole_seconds(at), True, "")
    office.answer(late, out)
    return office.attempt.state


def swallow(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A copy of a request that is under way: the answer will serve both."""
    out.append(Logged(given.about, "duplicate", {"how": "swallowed", "key": given.key}))
    return FORWARDED


def same_request(office: Office, given: FinancialRequest, at: Instant) -> bool:
    """It is what the host has under this key, said again."""
    attempt = office.attempt
    return attempt.what == given.what and attempt.amount_fen == given.amount_fen and attempt.mid == given.mid


def answer_is_stored(office: Office, given: FinancialRequest, at: Instant) -> bool:
    """It is what was answered under this key, and the host keeps more than keys."""
    return office.answers_again and same_request(office, given, at)


def answer_again(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A copy of an answered request is answered from the store."""
    attempt = office.attempt
    out.append(Logged(given.about, "duplicate", {"how": "answered-again", "key": given.key}))
    office.answer(attempt, out)
    return attempt.state


def answer_duplicate(office: Office, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """A copy of what was undone or of which only the key is kept, or the key used for something else: 94, ask first."""
    out.append(Logged(given.about, "duplicate", {"how": "refused-with-94", "key": given.key}))
    again = refused(given, "94", whole_seconds(at), False, "")
    office.answer(again, out)
    return office.attempt.state


# --- the answer


def _is_asked(attempt: Attempt, given: FinancialResponse) -> bool:
    return (
        attempt.rrn == given.rrn
        and attempt.amount_fen == given.amount_fen
        and attempt.what == given.what
        and attempt.mid == given.mid
        and given.mac != 0
    )


def approves_sale(office: Office, given: FinancialResponse, at: Instant) -> bool:
    """The hot path: a plain approval of a sale."""
    return given.code == APPROVAL and given.what == SALE and _is_asked(office.attempt, given)


def approves(office: Office, given: FinancialResponse, at: Instant) -> bool:
    """It approves what was asked."""
    return outcome_of(given.code) is Outcome.APPROVED and _is_asked(office.attempt, given)


def declines(office: Office, given: FinancialResponse, at: Instant) -> bool:
    """It declines what was asked: nobody posted anything."""
    return outcome_of(given.code) is Outcome.DECLINED and _is_asked(office.attempt, given)


def doubts(office: Office, given: FinancialResponse, at: Instant) -> bool:
    """It answers what was asked with a code after which somebody may have posted."""
    return _is_asked(office.attempt, given)


def _answered(attempt: Attempt, given: FinancialResponse, state: str, at: Instant) -> Attempt:
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
        given.code,
        given.auth,
        at - at % 1_000_000,
        given.not_forwarded,
        given.balance_fen,
    )


def approve(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Book an approved sale, note a hold, carry out what follows on one, pass a balance on; then answer."""
    attempt = _answered(office.attempt, given, APPROVED, at)
    if attempt.what == SALE:
        office.claim(attempt, "P1/" + attempt.name, out)
    elif attempt.what == PREAUTH:
        return _hold(office, moved(attempt, HELD), out)
    office.move(FORWARDED, attempt, out)
    if attempt.original:
        follows.complete(office, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    office.answer(attempt, out)
    if office.platform is not None:
        office.tell_order(attempt, "success", out)
    return APPROVED


def _hold(office: Office, attempt: Attempt, out: list[Effect]) -> str:
    """A hold pays nobody: nothing is booked and nothing captured, and its order stays created."""
    office.move(FORWARDED, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    out.append(Logged(attempt.about, "held", {"key": attempt.key}))
    office.answer(attempt, out)
    return HELD


def decline(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Pass a decline on."""
    attempt = _answered(office.attempt, given, DECLINED, at)
    return _end_without_posting(office, attempt, out)


def doubt(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """Pass a code of doubt on. After 98 the network undoes; after any other nobody else would, so the host does."""
    attempt = _answered(office.attempt, given, IN_DOUBT, at)
    return _leave_in_doubt(office, attempt, at, given.code != NO_ANSWER_FROM_ISSUER, out)


def refuse_answer(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """An answer that does not match its request counts as none."""
    attempt = office.attempt
    asked = (("rrn", attempt.rrn), ("amount_fen", attempt.amount_fen), ("what", attempt.what), ("mid", attempt.mid))
    field = next((field for field, value in asked if getattr(given, field) != value), "mac")
    out.append(Logged(given.about, "answer-refused", {"field": field, "key": given.key}))
    return FORWARDED


def note_late_answer(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """A late answer must never bring a sale back to life."""
    out.append(Logged(given.about, "late-answer", {"code": given.code, "key": given.key}))
    return office.attempt.state


def note_repeated_answer(office: Office, given: FinancialResponse, at: Instant, out: list[Effect]) -> str:
    """A copy of an answer that was used already."""
    out.append(Logged(given.about, "duplicate", {"how": "answer-ignored", "key": given.key}))
    return office.attempt.state


# --- silence


def no_answer(office: Office, given: HostAnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """The host's own timer: answer 68, and own the undoing."""
    waiting = office.attempt
    attempt = msgspec.structs.replace(waiting, state=IN_DOUBT, code=NO_ANSWER, host_at=whole_seconds(at))
    out.append(Logged(given.about, "no-answer", {"rrn": given.rrn}))
    return _leave_in_doubt(office, attempt, at, True, out)


def refuse_unsent(office: Office, attempt: Attempt, at: Instant, out: list[Effect]) -> str:
    """The line turned out to be broken when the request was to leave: it never did."""
    out.append(Logged(attempt.about, "refused", {"code": "92", "key": attempt.key}))
    unsent = msgspec.structs.replace(
        attempt, state=DECLINED, code="92", host_at=whole_seconds(at), not_forwarded=True
    )
    return _end_without_posting(office, unsent, out)


def _end_without_posting(office: Office, attempt: Attempt, out: list[Effect]) -> str:
    office.move(FORWARDED, attempt, out)
    if attempt.original:
        follows.give_up(office, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    out.append(Logged(attempt.about, "answered", {"code": attempt.code}))
    office.answer(attempt, out)
    office.tell_order(attempt, "failed", out)
    return DECLINED


def _leave_in_doubt(office: Office, attempt: Attempt, at: Instant, own: bool, out: list[Effect]) -> str:
    if attempt.what == BALANCE:  # no money moves, so there is nothing to doubt
        return _end_without_posting(office, moved(attempt, DECLINED), out)
    office.move(FORWARDED, attempt, out)
    if own:
        office.advices.store_for_later(office.switch, advice_of(attempt, NO_ANSWER_FROM_ISSUER), at, out)
    else:
        out.append(Kept(attempt.about, "answer"))
    out.append(Logged(attempt.about, "answered", {"code": attempt.code}))
    office.answer(attempt, out)
    return IN_DOUBT
