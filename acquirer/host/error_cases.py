"""差错案件: a sale that must be taken back and is cleared already, or that nobody but a clerk can take back.

Before its clearing the host reverses it by itself (主机冲正); after it a credit adjustment is due with the next file, which
a clerk may stop. Nobody takes back what its cardholder has again by refund or chargeback, nor what an authority has
frozen.
"""

from typing import Final

from acquirer.host.attempts import APPROVED, REVERSED, Attempt, advice_of, moved
from acquirer.host.credit_adjustments import Adjustment
from acquirer.host.office import Office
from poslab.messages.card import PAYS, OrderNotice
from poslab.messages.facts import AdjustmentStopped, CorrectionOrdered, FreezeOrdered
from poslab.party.contract import Effect, Logged
from poslab.party.time import Instant

REVERSED_LATE: Final = "reversal-after-clearing"
"""Why a case is opened: its till has taken the sale back, and nobody heard of it in time."""
ORDERED: Final = "correction-ordered"
_REASON: Final = "06"


def objection(office: Office, attempt: Attempt) -> str:
    """Why a sale cannot be taken back, empty if it can.

    12 it is given back already, or a part of it, or that is under way; 93 an authority has frozen it.
    """
    if office.given_back_fen(attempt.rrn):
        return "12"
    return "93" if office.funding.holds.is_frozen(attempt.rrn) else ""


def open_case(office: Office, attempt: Attempt, why: str, at: Instant, out: list[Effect]) -> None:
    """Let a cleared sale be given back with the next file, unless something speaks against it."""
    found = office.funding.line_of(attempt.key, attempt.rrn)
    if found is None or not office.is_cleared(attempt):
        return
    if why == REVERSED_LATE:
        office.funding.adjustments.has_no_slip(attempt.name)
    if _is_refused(office, attempt, why, out):
        return
    date, line = found
    out.append(Logged(attempt.about, "error-case", {"why": why, "key": attempt.name}))
    rrn = office.next_rrn()
    office.note_given_back(attempt.rrn, line.amount_fen, at)
    wanted = Adjustment(attempt.about, attempt.name, attempt.rrn, line.mid, line.amount_fen, line.merchant_fee_fen)
    office.funding.adjust(wanted, rrn, date, line.card, at, out)


def correct(office: Office, given: CorrectionOrdered, at: Instant, out: list[Effect]) -> None:
    """A clerk takes the sales of a purchase back: by reversal before their clearing, by adjustment after it."""
    for attempt in [attempt for attempt in office.attempts.everything() if attempt.about == given.about]:
        if attempt.state != APPROVED or attempt.what not in PAYS:
            continue
        if office.is_cleared(attempt):
            open_case(office, attempt, ORDERED, at, out)
        elif not (attempt.original or attempt.card in office.codes or _is_refused(office, attempt, ORDERED, out)):
            _reverse(office, attempt, at, out)


def _is_refused(office: Office, attempt: Attempt, why: str, out: list[Effect]) -> bool:
    code = objection(office, attempt)
    if code:
        out.append(Logged(attempt.about, "correction-refused", {"why": why, "code": code, "key": attempt.name}))
    return bool(code)


def _reverse(office: Office, attempt: Attempt, at: Instant, out: list[Effect]) -> None:
    after = moved(attempt, REVERSED)
    office.unclaim(attempt, "P7/" + attempt.name, out)
    office.move(attempt.word, after, out)
    out.append(Logged(attempt.about, "reversed", {"key": attempt.name}))
    office.advices.store(office.switch, advice_of(after, _REASON), at, out)
    office.tell_order(after, "failed", out)
    office.funding.disputes.refunded(attempt.rrn, at, out)
    adjustments = office.funding.adjustments
    adjustments.take_back(attempt.name, attempt.about, attempt.mid, attempt.amount_fen)
    if attempt.name.rpartition("-")[0] not in office.open_batches:
        adjustments.has_slip(attempt.name, out)


def stop(office: Office, given: AdjustmentStopped, at: Instant, out: list[Effect]) -> None:
    """A clerk keeps the credit: the purchase's adjustments that are not made yet are not made."""
    for rrn in office.funding.adjustments.of(given.about):
        _keep(office, rrn, at, out)


def freeze(office: Office, given: FreezeOrdered, at: Instant, out: list[Effect]) -> None:
    """An authority has a sale frozen: if it was to be given back it is not, and what was kept back for that is held."""
    holds = office.funding.holds
    rrn = office.funding.adjustments.of_sale(given.rrn)
    if rrn and holds.of(given.rrn) is None:
        holds.freeze(given, at, out, _keep(office, rrn, at, out).payout_no)
        return
    holds.freeze(given, at, out)  # before what holds it now is lifted: it is not let go between
    if rrn:
        _keep(office, rrn, at, out)


def _keep(office: Office, rrn: str, at: Instant, out: list[Effect]) -> Adjustment:
    stopped = office.funding.keep(rrn, at, out)
    office.refunds.pop(stopped.rrn, None)
    office.funding.disputes.kept(stopped.rrn, out)
    return stopped


def tell_orders(office: Office, out: list[Effect]) -> None:
    """Tell the platform of the orders that were given back just now."""
    made = office.funding.adjustments.made
    for adjustment in made:
        if office.platform is not None:
            notice = OrderNotice(
                adjustment.about, adjustment.key, "refunded", adjustment.amount_fen, adjustment.rrn
            )  # fmt: skip
            office.orders.tell(office.platform, notice, out)
    made.clear()
