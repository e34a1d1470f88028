"""差错案件: a sale that must be taken back and is cleared already, or that nobody but a clerk can take back.

Before its clearing the host reverses it by itself (主机冲正); after it a credit adjustment is due with the next file, which
a clerk may stop.
"""

from typing import Final

from acquirer.host.attempts import APPROVED, REVERSED, Attempt, advice_of, moved
from acquirer.host.credit_adjustments import Adjustment
from acquirer.host.office import Office
from poslab.messages.card import PAYS, OrderNotice
from poslab.messages.facts import AdjustmentStopped, CorrectionOrdered
from poslab.party.contract import Effect, Logged
from poslab.party.time import Instant

REVERSED_LATE: Final = "reversal-after-clearing"
"""Why a case is opened: its till has taken the sale back, and nobody heard of it in time."""
_REASON: Final = "06"


def open_case(office: Office, attempt: Attempt, why: str, at: Instant, out: list[Effect]) -> None:
    """Let a cleared sale be given back with the next file; nothing happens if that, or a refund, is under way."""
    found = office.funding.line_of(attempt.key, attempt.rrn)
    if found is None or office.refunded_fen(attempt.rrn) or not office.is_cleared(attempt):
        return
    date, line = found
    out.append(Logged(attempt.about, "error-case", {"why": why, "key": attempt.name}))
    if why == REVERSED_LATE:
        office.funding.adjustments.has_no_slip(attempt.name)
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
            open_case(office, attempt, "correction-ordered", at, out)
        elif not office.refunded_fen(attempt.rrn) and not attempt.original and attempt.card not in office.codes:
            _reverse(office, attempt, at, out)


def _reverse(office: Office, attempt: Attempt, at: Instant, out: list[Effect]) -> None:
    after = moved(attempt, REVERSED)
    office.unclaim(attempt, "P7/" + attempt.name, out)
    office.move(attempt.word, after, out)
    out.append(Logged(attempt.about, "reversed", {"key": attempt.name}))
    office.advices.store(office.switch, advice_of(after, _REASON), at, out)
    office.tell_order(after, "failed", out)


def stop(office: Office, given: AdjustmentStopped, at: Instant, out: list[Effect]) -> None:
    """A clerk keeps the credit: the purchase's adjustments that are not made yet are not made."""
    for rrn in office.funding.adjustments.of(given.about):
        stopped = office.funding.keep(rrn, at, out)
        office.refunds.pop(stopped.rrn, None)


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
