"""0600: what the host knows of an attempt. A reading of its log, which works even while the host refuses requests."""

from acquirer.host.attempts import (
    APPROVED,
    COMPLETED,
    COMPLETING,
    DECLINED,
    FORWARDED,
    HELD,
    IN_DOUBT,
    PENDING,
    REVERSED,
    VOIDED,
    VOIDING,
    Attempt,
)
from acquirer.host.office import Office
from poslab.messages.card import PAYS, QueryRequest, QueryResponse
from poslab.party.contract import Effect, Logged, Send
from poslab.party.time import Instant

UNKNOWN = "unknown"
UNDECIDED = "pending"
CLEARED = "cleared"
ERROR_CASE = "error-case"

_SAID = {
    FORWARDED: UNDECIDED,
    PENDING: UNDECIDED,
    VOIDING: UNDECIDED,
    IN_DOUBT: UNDECIDED,
    COMPLETING: UNDECIDED,
    APPROVED: "approved",
    HELD: "approved",
    COMPLETED: "approved",
    DECLINED: "declined",
    REVERSED: "reversed",
    VOIDED: "voided",
}


def answer(office: Office, given: QueryRequest, at: Instant, out: list[Effect]) -> None:
    """Say what is known; an order that a refusal left open is settled by it."""
    seat = office.terminals.get(given.key.partition("-")[0])
    if seat is None:
        out.append(Logged(given.about, "refused", {"code": "97", "key": given.key}))
        return
    attempt = office.attempts.find(given.asked)
    mac = seat.key_version
    if seat.mid != given.mid:
        said = QueryResponse(
            given.about, given.key, given.mid, given.asked, "03", UNKNOWN, mac=mac, close=given.close
        )  # fmt: skip
    elif given.mac != mac:
        said = QueryResponse(
            given.about, given.key, given.mid, given.asked, "A0", UNDECIDED, mac=mac, close=given.close
        )  # fmt: skip
    elif attempt is None or attempt.mid != given.mid:
        said = QueryResponse(
            given.about, given.key, given.mid, given.asked, "25", UNKNOWN, mac=mac, close=given.close
        )  # fmt: skip
    else:
        said = QueryResponse(
            given.about,
            given.key,
            given.mid,
            given.asked,
            _code(office, attempt),
            state_said(office, attempt),
            attempt.rrn,
            attempt.auth,
            attempt.host_at,
            attempt.business_date,
            mac,
            given.close,
        )
        office.settle_order(attempt, out)
    out.append(Logged(given.about, "query-answered", {"state": said.state, "key": given.asked}))
    out.append(Send(seat.route, said))


def _code(office: Office, attempt: Attempt) -> str:
    """Of a payment by code its own code: 00 paid, 09 not decided, 12 closed. Of all else: it is known."""
    by_code = attempt.card in office.codes or not attempt.card
    if not by_code or attempt.state == APPROVED:
        return "00"
    return attempt.code if attempt.state == DECLINED else "09"


def state_said(office: Office, attempt: Attempt) -> str:
    """The attempt's state in the words of the query."""
    if attempt.state == APPROVED and attempt.what in PAYS and office.is_cleared(attempt):
        given_back = attempt.card not in office.codes and office.funding.adjustments.is_due(attempt.name)
        return ERROR_CASE if given_back else CLEARED
    return _SAID[attempt.state]
