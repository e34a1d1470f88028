"""0220 and 0230: something has happened at a terminal. The host hears it, answers for it, and tells the network.

Who sends a notice asks nobody: the host books at once (P17a), answers 00 and repeats it upstream until the issuer has
heard it, too. Only then is the sale captured. An issuer that refuses leaves the acquirer short, and by contract the
merchant makes that good (P17b).
"""

from acquirer.host import adjustment, follows, refund
from acquirer.host.attempts import APPROVED, DECLINED, FORWARDED, NONE, Attempt, moved, refused
from acquirer.host.office import FIRST_VERSION, Office, whole_seconds
from poslab.messages.card import (
    ADJUSTMENTS,
    COMPLETION_NOTICE,
    NOTICES,
    OFFLINE_SALES,
    REFUND,
    FinancialNotice,
    NoticeResponse,
)
from poslab.messages.codes import Outcome, outcome_of, settles
from poslab.party.contract import Became, Effect, Kept, Logged, Send
from poslab.party.time import Instant

TAKEN = "00"
DUPLICATE = "94"
REVERSED_BEFORE = "12"


def is_one(office: Office, given: object, at: Instant) -> bool:
    """Whether the attempt on the desk is a notice."""
    return office.attempt.what in NOTICES


# --- from the terminal


def objection(office: Office, given: FinancialNotice, at: Instant) -> str:
    """The code with which the host itself refuses a new notice; empty if it takes it. Its batch may be closed."""
    code = office.unread(given.key, given.mid, given.mac)
    if code:
        return code
    if given.amount_fen <= 0:
        return "13"
    office.business_date(at)  # the day turns first: what it forgets is not there any more
    if given.what in ADJUSTMENTS:
        return adjustment.objection(office, given)
    if given.what == COMPLETION_NOTICE:
        return follows.objection(office, given, at)
    if given.what == REFUND:
        return refund.objection(office, given, at)
    return "" if given.what in OFFLINE_SALES else "40"


def acceptable(office: Office, given: FinancialNotice, at: Instant) -> bool:
    """Nothing speaks against it."""
    return not objection(office, given, at)


def take(office: Office, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """Give it a business date and an RRN, keep and book it, answer for it, and tell the network."""
    about, key = given.about, given.key
    date = office.business_date(at)
    rrn = office.next_rrn()
    attempt = Attempt(
        key, about, given.mid, given.what, given.amount_fen, given.card, given.original, rrn, date, FORWARDED, TAKEN,
        given.original_auth, whole_seconds(at),
    )  # fmt: skip
    out.append(Logged(about, "business-date", {"date": date, "rrn": rrn}))
    office.attempts.reopen(key, attempt)
    out.append(Became(about, key, NONE, FORWARDED))
    out.append(Kept(about, "request"))
    original_rrn = given.original_rrn
    if given.what in ADJUSTMENTS:
        original_rrn = adjustment.book(office, attempt, out)
    elif given.what == COMPLETION_NOTICE:
        original_rrn = follows.told(office, attempt, out)
    elif given.what == REFUND:
        refund.book(office, given, attempt, out)
    else:
        office.book_claim(attempt, "P17a/" + key, attempt.amount_fen, out)
    upstream = FinancialNotice(
        about, key, given.mid, given.what, given.amount_fen, given.card, given.entry, given.original, original_rrn,
        given.original_auth, FIRST_VERSION, rrn,
    )  # fmt: skip
    _answer(office, attempt, TAKEN, out)
    office.notices.store(office.switch, upstream, at, out)
    office.tell_order(attempt, "created", out)
    office.tell_order(attempt, "paying", out)
    return FORWARDED


def refuse(office: Office, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """Refuse a new notice: for good, or for now, of which nothing is kept, so that it may come again."""
    code = objection(office, given, at)
    out.append(Logged(given.about, "refused", {"code": code, "key": given.key}))
    if given.key.partition("-")[0] not in office.terminals:
        return NONE  # nobody on file to answer
    attempt = refused(given, code, whole_seconds(at), True, "")
    if not settles(code):
        _answer(office, attempt, code, out)
        return NONE
    office.move(NONE, attempt, out)
    out.append(Kept(given.about, "answer"))
    _answer(office, attempt, code, out)
    return DECLINED


def same_notice(office: Office, given: FinancialNotice, at: Instant) -> bool:
    """It is what the host has under this key, said again."""
    attempt = office.attempt
    return attempt.what == given.what and attempt.amount_fen == given.amount_fen and attempt.mid == given.mid


def answer_again(office: Office, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """A repeated notice is answered as it was the first time; that the issuer refused it the merchant is told."""
    attempt = office.attempt
    out.append(Logged(given.about, "duplicate", {"how": "answered-again", "key": given.key}))
    taken = attempt.state != DECLINED or attempt.rrn
    _answer(office, attempt, TAKEN if taken else attempt.code, out)
    return attempt.state


def answer_duplicate(office: Office, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """A second use of the key for something else."""
    out.append(Logged(given.about, "duplicate", {"how": "refused-with-94", "key": given.key}))
    _answer(office, refused(given, DUPLICATE, whole_seconds(at), True, ""), DUPLICATE, out)
    return office.attempt.state


def refuse_reversed(office: Office, given: FinancialNotice, at: Instant, out: list[Effect]) -> str:
    """Somebody has reversed this key before it came."""
    out.append(Logged(given.about, "refused", {"code": REVERSED_BEFORE, "key": given.key}))
    _answer(office, refused(given, REVERSED_BEFORE, whole_seconds(at), True, ""), REVERSED_BEFORE, out)
    return office.attempt.state


def _answer(office: Office, attempt: Attempt, code: str, out: list[Effect]) -> None:
    seat = office.seat_of(attempt.key)
    answer = NoticeResponse(
        attempt.about, attempt.key, attempt.mid, attempt.what, attempt.amount_fen, code, attempt.rrn,
        attempt.auth, attempt.business_date, attempt.host_at, seat.key_version,
    )  # fmt: skip
    out.append(Send(seat.route, answer))


# --- from the network


def approves(office: Office, given: NoticeResponse, at: Instant) -> bool:
    """The issuer has taken it; a refund is cleared whatever it says."""
    if not _is_told(office, given):
        return False
    if office.attempt.what == REFUND:
        return settles(given.code)
    return outcome_of(given.code) is Outcome.APPROVED


def refuses(office: Office, given: NoticeResponse, at: Instant) -> bool:
    """The issuer has refused it for good."""
    return _is_told(office, given) and settles(given.code)


def _is_told(office: Office, given: NoticeResponse) -> bool:
    attempt = office.attempt
    return attempt.rrn == given.rrn and attempt.what == given.what and attempt.amount_fen == given.amount_fen


def approve(office: Office, given: NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """The issuer has posted it: a sale is captured, a new amount holds."""
    attempt = moved(office.attempt, APPROVED)
    _heard(office, given, out)
    office.move(FORWARDED, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    if attempt.what in ADJUSTMENTS:
        adjustment.complete(office, attempt, out)
    elif attempt.what == REFUND:
        office.capture_refund(attempt)
    else:
        office.capture(attempt)
        if attempt.what == COMPLETION_NOTICE:
            follows.heard(office, attempt, out)
    office.tell_order(attempt, "success", out)
    return APPROVED


def decline(office: Office, given: NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """The issuer refuses to pay what the acquirer has answered for: the merchant is debited by contract (P17b)."""
    attempt = moved(office.attempt, DECLINED, given.code)
    _heard(office, given, out)
    office.move(FORWARDED, attempt, out)
    out.append(Kept(attempt.about, "answer"))
    if attempt.what in ADJUSTMENTS:
        adjustment.give_up(office, attempt, out)
    else:
        office.charge_back(attempt, attempt.amount_fen, out)
        if attempt.what == COMPLETION_NOTICE:
            follows.give_up(office, attempt, out)
    out.append(Logged(attempt.about, "merchant-debited", {"code": given.code, "rrn": attempt.rrn}))
    office.tell_order(attempt, "failed", out)
    return DECLINED


def note(office: Office, given: NoticeResponse, at: Instant, out: list[Effect]) -> str:
    """It moves nothing: a copy, an answer to something else, or a refusal that passes, after which it is repeated."""
    out.append(Logged(given.about, "notice-answered", {"code": given.code, "rrn": given.rrn}))
    return office.attempt.state


def _heard(office: Office, given: NoticeResponse, out: list[Effect]) -> None:
    office.notices.heard(given.rrn)
    out.append(Logged(given.about, "notice-answered", {"code": given.code, "rrn": given.rrn}))
