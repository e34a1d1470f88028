"""0600: what the host knows of an attempt. A reading of its log, which works even while the host refuses requests."""

from acquirer.host.attempts import (
    APPROVED,
    DECLINED,
    FORWARDED,
    IN_DOUBT,
    REVERSED,
    VOIDED,
    VOIDING,
    Attempt,
)
from acquirer.host.office import Office
from poslab.messages.card import SALES, QueryRequest, QueryResponse
from poslab.party.contract import Effect, Logged, Send
from poslab.party.time import Instant

UNKNOWN = "unknown"
PENDING = "pending"
CLEARED = "cleared"

_SAID = {
    FORWARDED: PENDING,
    VOIDING: PENDING,
    IN_DOUBT: PENDING,
    APPROVED: "approved",
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
        said = QueryResponse(given.about, given.key, given.mid, given.asked, "03", UNKNOWN, mac=mac)
    elif given.mac != mac:
        said = QueryResponse(given.about, given.key, given.mid, given.asked, "A0", PENDING, mac=mac)
    elif attempt is None or attempt.mid != given.mid:
        said = QueryResponse(given.about, given.key, given.mid, given.asked, "25", UNKNOWN, mac=mac)
    else:
        said = QueryResponse(
            given.about,
            given.key,
            given.mid,
            given.asked,
            "00",
            state_said(office, attempt),
            attempt.rrn,
            attempt.auth,
            attempt.host_at,
            attempt.business_date,
            mac,
        )
        office.settle_order(attempt, out)
    out.append(Logged(given.about, "query-answered", {"state": said.state, "key": given.asked}))
    out.append(Send(seat.route, said))


def state_said(office: Office, attempt: Attempt) -> str:
    """The attempt's state in the words of the query."""
    if attempt.state == APPROVED and attempt.what in SALES and office.is_cleared(attempt):
        return CLEARED
    return _SAID[attempt.state]
