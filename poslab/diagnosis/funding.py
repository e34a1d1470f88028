"""A good sale that is not in the merchant's account: file, payout, account, in this order."""

from collections.abc import Mapping
from typing import Final

from poslab.diagnosis.case import Case, Finding

RETURNED: Final[Mapping[str, str]] = {
    "ACCOUNT_FROZEN": "acct-frozen",
    "ACCOUNT_NOT_EXIST": "acct-number-wrong",
    "NAME_NOT_CORRECT": "acct-name-mismatch",
    "ACCOUNT_CLOSED": "acct-closed-dormant",
    "QUOTA_EXCEED": "acct-class-limit",
    "RISK": "acct-frozen",
    "BANK_MAINTENANCE": "bank-maintenance-window",
}
"""Why a payout came back → the cause."""

_SUPPORTING: Final[Mapping[str, tuple[str, ...]]] = {
    "ACCOUNT_CLOSED": ("account-state",),
    "QUOTA_EXCEED": ("account-limit", "paid-that-day"),
}
"""Facts that go with a reason and do not decide."""

_HELD: Final = ("acct-risk-hold", "disp-retrieval-hold", "disp-fraud-freeze")
_HELD_BECAUSE: Final = {"rule": "acct-risk-hold", "case": "disp-retrieval-hold", "legal": "disp-fraud-freeze"}
_UNUSABLE: Final = ("acct-frozen", "disp-fraud-freeze")
_STRANGERS: Final = ("acct-bound-to-other", "plat-second-clearing")
_ON_ITS_WAY: Final = ("none", "scheduled", "instructed")
_NOT_IN_THE_FILE: Final = ("acq-clearing-job-late", "term-batch-not-closed")


def money_after_approval(case: Case) -> Finding | None:
    """What keeps an approved sale from the merchant; ``None`` where nothing fits."""
    merchant = case.ask("merchant")
    if merchant == "not-due":
        case.note("due-date", "due-reached")
        return Finding("ok-not-due")
    if merchant in ("credited", "credited-net"):
        return Finding("none" if merchant == "credited" else "ok-lump-sum")
    if merchant == "credited-unusable":
        return _unusable(case)
    if merchant == "debited":
        return _taken_back(case)
    if merchant == "suspense":
        return Finding("bank-inbound-suspense")
    if merchant == "elsewhere":
        return _elsewhere(case)
    if merchant not in ("not-credited", None):
        return None
    return _not_credited(case)


def _unusable(case: Case) -> Finding:
    frozen, by_order = case.ask("account-frozen"), case.ask("account-order")
    if by_order is True:
        case.note("withdrawals-refused")
        return Finding("disp-fraud-freeze")
    if frozen in ("out", "both") and by_order is False:
        case.note("withdrawals-refused")
        return Finding("acct-frozen")
    return Finding("acct-frozen", _UNUSABLE)


def _elsewhere(case: Case) -> Finding:
    """With a stranger: by the design of an intermediary, or because somebody was mistaken at installation."""
    case.note("paid-to")
    sold_as = case.ask("slip-merchant")
    if sold_as == "own" or (sold_as is None and case.ask("file") == "yes"):
        return Finding("acct-bound-to-other")
    contract = case.ask("contract-with")
    if contract is None:
        return Finding(_STRANGERS[0], _STRANGERS)
    return Finding("plat-second-clearing" if contract == "intermediary" else "acct-bound-to-other")


def _not_credited(case: Case) -> Finding | None:
    if case.ask("host") == "missing-capture":
        return Finding("acq-capture-missing")
    if case.ask("platform") == "stuck":
        case.note("ledger", "file")
        return Finding("plat-order-stuck")
    payout = case.stem("payout")
    if payout == "none" and case.knows("withdrawal") and case.ask("ledger") == "wallet":
        case.note("withdrawal")
        return Finding("plat-instant-payout-off")
    reason = case.tail("payout") if payout == "returned" else str(case.ask("return-reason") or "none")
    if payout != "success" and reason in RETURNED:
        case.note("account-frozen", "paid-before", *_SUPPORTING.get(reason, ()))
        return Finding(RETURNED[reason])
    if payout == "success" and case.ask("recalled") is True:
        return Finding("acct-bound-to-other")  # it has left the wrong account, and the acquirer has not heard of it
    if payout in _ON_ITS_WAY and case.ask("overdue") is False:
        return Finding("ok-not-due", sure=False)
    if payout == "none" and case.ask("file") == "no":
        return _not_claimed(case)
    if payout == "held":
        return _held(case)
    if payout == "suspended":
        case.note("suspended-for")
        return Finding("acct-review-suspended")
    if payout == "unknown":
        return Finding("acq-payout-unknown")
    if payout == "scheduled" and case.ask("overdue") is True:
        return Finding("acq-clearing-job-late", sure=False)  # nobody ran the payouts of that day
    if payout == "instructed":
        waits = case.ask("payout-waits")
        return Finding("bank-maintenance-window", sure=waits == "BANK_MAINTENANCE")
    return None


def _held(case: Case) -> Finding:
    """Kept back: whoever keeps it back says why."""
    why = case.ask("hold")
    if why in _HELD_BECAUSE:
        case.note("hold-ref")
        return Finding(_HELD_BECAUSE[str(why)])
    return Finding(_HELD[0], _HELD)


def _taken_back(case: Case) -> Finding:
    """Paid, and later payouts are less by it while the cardholder's debit stands: kept back for a case or an order."""
    why = case.ask("hold")
    if why in ("case", "legal"):
        case.note("hold-ref", "dispute", "dispute-due")
        return Finding(_HELD_BECAUSE[str(why)])
    return Finding("disp-retrieval-hold", ("disp-retrieval-hold", "disp-fraud-freeze"))


def _not_claimed(case: Case) -> Finding:
    """In no file: the clearing did not run, or it waits for the terminal's batch."""
    claims = case.ask("captured-from")
    if claims == "host":
        if case.ask("day-cleared") is True:  # all others of its day are in the file
            return Finding("acq-capture-missing")
        return Finding("acq-clearing-job-late")
    batch = case.ask("settlement")
    if batch == "closed":
        return Finding("acq-clearing-job-late", sure=False)
    if claims == "terminal" and batch is not None:
        return Finding("term-batch-not-closed")
    return Finding(_NOT_IN_THE_FILE[0], _NOT_IN_THE_FILE)
