"""0500 and 0320: a terminal's batch is compared with the host's record of it, uploaded where they differ, and closed.

None of this moves money. What only the host has stays captured and becomes a break with an error case the same evening;
what only the terminal has is never cleared; where amounts differ the host's stands. Whatever is said twice is answered
as it was the first time. Where the contract captures from the terminal's batch, closing it hands the sales that it
delivered to the funding desk.
"""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from acquirer.host.attempts import APPROVED, IN_DOUBT, REVERSED, VOIDED, VOIDING, Attempt
from acquirer.host.comparisons import Closed, Comparison, Told, next_batch
from acquirer.host.office import Office, Seat, whole_seconds
from poslab.messages.batch import (
    CHIP_FAILED,
    DEBIT,
    END_EQUAL,
    ENDS,
    EQUAL,
    ERROR,
    SIDES,
    UNEQUAL,
    Detail,
    SettlementRequest,
    SettlementResponse,
    Totals,
    UploadRequest,
    UploadResponse,
    totals_of,
)
from poslab.messages.card import REFUND, parts_of
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant

HOST_ONLY: Final = "host-record-without-slip"
TERMINAL_ONLY: Final = "slip-without-host-record"
AMOUNT: Final = "amount-differs"
STATUS: Final = "status-differs"
TWICE: Final = "duplicate"
"""The breaks 差异 that a comparison can find, each an error case."""

_STANDS: Final = (APPROVED, VOIDING)
_COUNTS: Final = (APPROVED, VOIDING, VOIDED)
_UNDONE: Final = (REVERSED, VOIDED, IN_DOUBT)
_HOW: Final = {EQUAL: "equal", UNEQUAL: "unequal"}


# --- the comparison


def settle(office: Office, given: SettlementRequest, at: Instant, out: list[Effect]) -> None:
    """Compare a terminal's totals with the host's."""
    tid, batch, _ = parts_of(given.key)
    seat = office.terminals.get(tid)
    if seat is None:
        out.append(Logged(given.about, "refused", {"code": "97", "key": given.key}))
        return
    code = _objection(office, seat, given.mid, given.mac)
    flag, totals = ERROR, Totals()
    last = office.closed.get(tid)
    if not code and batch == seat.batch:
        totals = totals_at_host(office, tid, batch)
        flag = EQUAL if totals == given.totals else UNEQUAL
        office.comparisons[tid] = Comparison(batch, flag, totals)
        if flag == EQUAL:
            office.funding.adjustments.have_no_slip(f"{tid}-{batch}")  # of what was taken back, in no total of its own
        out.append(Kept(given.about, "comparison"))
        out.append(Logged(given.about, "batch-compared", {"tid": tid, "batch": batch, "how": _HOW[flag]}))
    elif not code and last is not None and batch == last.batch:
        flag, totals = last.flag, last.totals
        out.append(Logged(given.about, "duplicate", {"how": "answered-again", "key": given.key}))
    else:
        code = code or "77"
        out.append(Logged(given.about, "refused", {"code": code, "key": given.key}))
    code = code or ("00" if flag == EQUAL else "95")
    said = SettlementResponse(
        given.about, given.key, given.mid, code, totals, flag, whole_seconds(at), seat.key_version
    )
    out.append(Send(seat.route, said))


def _objection(office: Office, seat: Seat, mid: str, mac: int) -> str:
    if office.refusing is not None:
        return office.refusing.code
    if seat.mid != mid:
        return "03"
    return "" if mac == seat.key_version else "A0"


def totals_at_host(office: Office, tid: str, batch: str) -> Totals:
    """The totals of a batch by the host's record: what was approved and not reversed, voided later or not."""
    return totals_of((attempt.what, attempt.amount_fen) for attempt in _counted(office, tid, batch))


def _counted(office: Office, tid: str, batch: str) -> Iterator[Attempt]:
    for attempt in office.of_batch(tid, batch):
        if attempt.what in SIDES and attempt.state in _COUNTS:
            yield attempt


def standing(office: Office, tid: str, batch: str) -> list[Attempt]:
    """The batch's sales that stand, as the host has them."""
    return [
        attempt for attempt in _counted(office, tid, batch) if SIDES[attempt.what] == DEBIT and attempt.state in _STANDS
    ]


# --- the upload


def upload(office: Office, given: UploadRequest, at: Instant, out: list[Effect]) -> None:
    """Take what a terminal tells of its batch, and close it at the end."""
    tid, batch, _ = parts_of(given.key)
    seat = office.terminals.get(tid)
    if seat is None:
        out.append(Logged(given.about, "refused", {"code": "97", "key": given.key}))
        return
    code = _objection(office, seat, given.mid, given.mac)
    opened = ""
    last = office.closed.get(tid)
    if code:
        out.append(Logged(given.about, "refused", {"code": code, "key": given.key}))
    elif batch == seat.batch:
        code, opened = _take(office, seat, given, out)
    elif last is not None and batch == last.batch:
        code = "00"
        opened = last.next_batch if given.what in ENDS else ""
        out.append(Logged(given.about, "duplicate", {"how": "answered-again", "key": given.key}))
    else:
        code = "77"
        out.append(Logged(given.about, "refused", {"code": code, "key": given.key}))
    said = UploadResponse(
        given.about, given.key, given.mid, given.what, code, opened, whole_seconds(at), seat.key_version
    )
    out.append(Send(seat.route, said))


def _take(office: Office, seat: Seat, given: UploadRequest, out: list[Effect]) -> tuple[str, str]:
    """The code, and the batch that is opened."""
    tid, batch, _ = parts_of(given.key)
    comparison = office.comparisons.get(tid)
    if comparison is None or comparison.batch != batch:
        comparison = office.comparisons[tid] = Comparison(batch, UNEQUAL, totals_at_host(office, tid, batch))
    told = comparison.told
    if given.what not in ENDS:
        told.update((detail.stan, Told(given.what, detail)) for detail in given.details)
        out.append(Kept(given.about, "details"))
        out.append(Logged(given.about, "batch-details", {"tid": tid, "batch": batch, "count": len(told)}))
        return "00", ""
    whole = comparison.flag == EQUAL if given.what == END_EQUAL else given.count == len(told)
    if not whole:
        told.clear()
        out.append(Kept(given.about, "details"))
        out.append(Logged(given.about, "batch-incomplete", {"tid": tid, "batch": batch}))
        return "79", ""
    return "00", _close(office, seat, comparison, tid, given, out)


def _close(
    office: Office, seat: Seat, comparison: Comparison, tid: str, given: UploadRequest, out: list[Effect]
) -> str:
    batch = comparison.batch
    own = standing(office, tid, batch)
    delivered = own
    told: dict[str, Detail] | None = None
    if given.what != END_EQUAL:
        told = {stan: said.detail for stan, said in comparison.told.items() if said.what != CHIP_FAILED}
        refunds = [attempt for attempt in _counted(office, tid, batch) if attempt.what == REFUND]
        _list_differences(office, tid, batch, [*own, *refunds], told, given.about, out)
        delivered = [attempt for attempt in own if parts_of(attempt.key)[2] in told]
    _tell_of_taken_back(office, tid, batch, told, out)
    opened = next_batch(batch)
    office.closed[tid] = Closed(batch, opened, comparison.flag, comparison.totals)
    del office.comparisons[tid]
    office.reseat(tid, msgspec.structs.replace(seat, batch=opened))
    out.append(Kept(given.about, "batch"))
    how = _HOW[comparison.flag]
    out.append(Logged(given.about, "batch-closed", {"tid": tid, "batch": batch, "how": how, "next": opened}))
    office.deliver(delivered, out)
    return opened


def _tell_of_taken_back(office: Office, tid: str, batch: str, told: Collection[str] | None, out: list[Effect]) -> None:
    """Of what a clerk took back the merchant is told where her till has a slip; ``None``: it has all that are left."""
    adjustments = office.funding.adjustments
    for name in sorted(name for name in adjustments.taken_back if name.startswith(f"{tid}-{batch}-")):
        if told is None or parts_of(name.partition("/")[0])[2] in told:
            adjustments.has_slip(name, out)
    adjustments.have_no_slip(f"{tid}-{batch}")


def _list_differences(
    office: Office,
    tid: str,
    batch: str,
    own: list[Attempt],
    told: dict[str, Detail],
    about: str,
    out: list[Effect],
) -> None:
    """Every difference becomes an error case under its own name; nothing else is done about it."""
    seen: set[str] = set()
    for attempt in own:
        stan = parts_of(attempt.key)[2]
        said = told.get(stan)
        if stan in seen:
            _break(attempt.about, TWICE, attempt.key, out)
            office.funding.adjustments.has_no_slip(attempt.name)
        elif said is None:
            _break(attempt.about, HOST_ONLY, attempt.key, out)
            office.funding.adjustments.has_no_slip(attempt.name)
        elif said.amount_fen != attempt.amount_fen:
            _break(attempt.about, AMOUNT, attempt.key, out)
        seen.add(stan)
    for stan in told:
        if stan not in seen:
            key = f"{tid}-{batch}-{stan}"
            found = office.attempts.find(key)
            why = STATUS if found is not None and found.state in _UNDONE else TERMINAL_ONLY
            _break(about if found is None else found.about, why, key, out)


def _break(about: str, why: str, key: str, out: list[Effect]) -> None:
    out.append(Logged(about, "batch-break", {"why": why, "key": key}))
