"""The eight views of a purchase, in closed words, at one instant."""

from msgspec import Struct

from poslab.history.breaks import LEDGER_WITHOUT_FILE
from poslab.history.purchases import Attempt, Purchase, Purchases, account_of_payout
from poslab.messages.card import OFFLINE_SALES
from poslab.party.time import DAY, Instant, midnight
from poslab.world.calendar import day_of_word, day_word

OFFLINE_UNSENT = "offline-unsent"
PURGED = "purged"
"""Stored offline and lost by its terminal, which now has no record of it."""


class Views(Struct, frozen=True):
    """What each party would say. Of several attempts the first speaks for terminal, platform, host, file and payout."""

    terminal: str
    platform: str
    host: str
    issuer: str
    file: str
    payout: str
    merchant: str
    cardholder: tuple[str, ...]


def views(fold: Purchases, purchase: Purchase) -> Views:
    """The views of a purchase as of the last line that the fold has seen."""
    sales = purchase.sales
    first = sales[0] if sales else None
    return Views(
        terminal=_terminal(fold, first),
        platform=_platform(fold, first),
        host=_host(fold, first),
        issuer=_issuer(fold, purchase),
        file=_file(fold, first),
        payout=_payout(fold, first),
        merchant=_merchant(fold, purchase),
        cardholder=tuple(purchase.sms),
    )


def being_undone(attempt: Attempt) -> bool:
    """Whether somebody still has the duty to give the cardholder this attempt's money back.

    The terminal while it is silent about a lost answer, whoever answered for a silent neighbour, or the host that
    took a reversal. Not while the terminal's timer still runs, and not once its reversal, or the advice upstream, was
    given up.
    """
    if attempt.host == "reversed" or attempt.host.startswith("in-doubt"):
        return not attempt.given_up
    return attempt.terminal == "unknown"


def payable_stands(fold: Purchases, attempt: Attempt) -> bool:
    """Whether the acquirer owes the merchant for an attempt and nobody is undoing it."""
    payout = fold.payout(attempt)
    if attempt.parked_fen or (payout is not None and payout.host == "withdrawn"):
        return False
    return attempt.host == "approved" and attempt.issuer == "debited" and not being_undone(attempt)


def waits_for_its_batch(fold: Purchases, attempt: Attempt) -> bool:
    """Whether nobody will claim it before its terminal's batch is settled."""
    return fold.acquirer(attempt).capture == "terminal" and attempt.line is None and not attempt.captured


def is_missing(fold: Purchases, attempt: Attempt) -> bool:
    """Whether the host has found out that no clearing file has it, and nobody has claimed it."""
    found = fold.breaks.get(attempt.key)
    return found is not None and found.why == LEDGER_WITHOUT_FILE and attempt.line is None


def left_out(fold: Purchases, attempt: Attempt) -> bool:
    """Whether the file of its day was made without it though it was approved by then, whoever knows of that."""
    cut_at = fold.cleared_at(attempt)
    if cut_at is None or attempt.line is not None or waits_for_its_batch(fold, attempt):
        return is_missing(fold, attempt)
    return attempt.host == "approved" and attempt.approved_at <= cut_at


def credited(fold: Purchases, purchase: Purchase) -> list[Attempt]:
    """The attempts whose money is in the merchant's account, by the account bank's word, and not taken back."""
    return [
        attempt
        for attempt in purchase.charges
        if _was_credited(fold, attempt) and fold.paid_to_owner(attempt) and not _taken_back(fold, attempt)
    ]


def charged_back(fold: Purchases, attempt: Attempt) -> bool:
    """Whether the card's bank has taken a payment back in a dispute, and not lost it again."""
    case = fold.cases.of.get(attempt.key)
    return case is not None and case.charged_back


def given_back_twice(fold: Purchases, attempt: Attempt) -> bool:
    """Whether more goes back than was paid: refunds that were accepted, and a chargeback that was not lost."""
    case = fold.cases.of.get(attempt.key)
    charged_fen = 0 if case is None else case.charged_fen
    refunded_fen = sum(refund.amount_fen for refund in fold.refunds_of(attempt))
    return bool(charged_fen and refunded_fen) and charged_fen + refunded_fen > attempt.amount_fen


def _was_credited(fold: Purchases, attempt: Attempt) -> bool:
    payout = fold.payout(attempt)
    return payout is not None and fold.paid_with(payout).bank == "credited"


def _is_parked(fold: Purchases, attempt: Attempt) -> bool:
    """Whether the account bank has its money and has applied it to no account."""
    payout = fold.payout(attempt)
    return payout is not None and fold.paid_with(payout).bank == "suspense"


def _taken_back(fold: Purchases, attempt: Attempt) -> bool:
    """Whether a payout, its own or a later one, was lessened by a refund, chargeback or hold of it, for good so far."""
    if any(refund.netted_fen for refund in fold.refunds_of(attempt)):
        return True
    kept = fold.kept_back.of.get(attempt.key)
    if kept is None or not kept.netted_fen:
        return False
    restored = fold.payouts.get(kept.restored_no)
    return restored is None or restored.bank != "credited" or kept.restored_fen < kept.netted_fen


_OVER_AT_THE_TERMINAL = ("none", "declined", "reversed", "closed", "voided", "purged")
"""A completion that ended so leaves the terminal with its pre-authorisation."""
_HOST_SAYS = {
    "forwarded": "in-doubt",
    "pending": "in-doubt",
    "voiding": "approved",
    "held": "approved",
    "completing": "approved",
    "completed": "approved",
}


def _terminal(fold: Purchases, first: Attempt | None) -> str:
    if first is None:
        return "none"
    if any(refund.attempt.terminal == "approved" for refund in fold.refunds_of(first)):
        return "refunded"
    state = first.terminal
    completion = first.completion
    if completion is not None and completion.terminal.partition(":")[0] not in _OVER_AT_THE_TERMINAL:
        state = completion.terminal
    if state in ("sent", "unknown"):
        return "unknown"
    if state.startswith("closed:"):
        return "reversal-" + state
    return _OTHERWISE.get(state, state)


_OTHERWISE = {"dropped": "reversal-failed", PURGED: "none"}


def _platform(fold: Purchases, first: Attempt | None) -> str:
    if fold.world.platform is None:
        return "absent"
    if first is None:
        return "none"
    if fold.platform_of(first) is None:
        return "absent"
    missing = first.ledger == "missing" and fold.has_reached_platform(first)
    return "stuck" if first.platform == "success" and missing else first.platform


def _host(fold: Purchases, first: Attempt | None) -> str:
    if first is None:
        return "none"
    if fold.refunds_of(first):
        return "refunded"
    if is_missing(fold, first):
        return "missing-capture"
    state = first.host.partition(":")[0]
    return _HOST_SAYS.get(state, state)


def _issuer(fold: Purchases, purchase: Purchase) -> str:
    if purchase.standing >= 2:
        return "debited-twice"
    if fold.refunds and any(refund.credited for sale in purchase.sales for refund in fold.refunds_of(sale)):
        return "credited-back"
    if any(charged_back(fold, sale) for sale in purchase.sales):
        return "credited-back"
    if purchase.standing == 1:
        return "debited"
    if purchase.holds:
        return "held"
    return "debited-back" if purchase.returned_ever else "none"


def _file(fold: Purchases, first: Attempt | None) -> str:
    if first is None or first.line is None:
        return "no"
    if first.line.mid != fold.owner(first):
        return "other-merchant"
    own = first.business_date
    if first.what in OFFLINE_SALES:  # the host dates it when it hears of it; its own day is that on which it was stored
        own = day_word(fold.world.calendar.business_day(first.started_at))
    return "late" if first.file_date > own or first.file_at > files_until(fold, own) else "yes"


def files_until(fold: Purchases, business_date: str) -> Instant:
    """When the file of a business date should be out: early the next morning."""
    return midnight(day_of_word(business_date)) + DAY + fold.world.calendar.file_at


def _payout(fold: Purchases, first: Attempt | None) -> str:
    payout = fold.payout_heard_of(first) if first is not None else None
    if payout is None:
        return "none"
    if payout.host == "given-up":
        return f"returned:{payout.reason}"
    return {"credited": "success", "taken": "instructed", "withdrawn": "none"}.get(payout.host, payout.host)


def _merchant(fold: Purchases, purchase: Purchase) -> str:
    paid = credited(fold, purchase)
    if len(paid) >= 2:
        return "credited-twice"
    if paid:
        payout = fold.payout(paid[0])
        assert payout is not None
        frozen = fold.frozen.get(account_of_payout(fold.world, payout), "")
        if frozen in ("out", "both"):
            return "credited-unusable"
        return "credited-net" if fold.is_one_of_several(payout) else "credited"
    if any(_is_parked(fold, attempt) for attempt in purchase.charges):
        return "suspense"
    if any(_was_credited(fold, attempt) and _taken_back(fold, attempt) for attempt in purchase.charges):
        return "debited"
    if any(_was_credited(fold, attempt) and not fold.paid_to_owner(attempt) for attempt in purchase.charges):
        return "elsewhere"
    for attempt in purchase.sales:
        due = fold.due(attempt)
        if due is not None and fold.now < due and payable_stands(fold, attempt):
            return "not-due"
    return "not-credited"
