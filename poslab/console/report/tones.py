"""Which colour a state, a view or a truth has: nothing yet, waiting, good, going back, bad."""

from collections.abc import Mapping

NONE, WAIT, GOOD, BACK, BAD = "none", "wait", "good", "back", "bad"

_TONES: Mapping[str, str] = {
    "sent": WAIT,
    "unknown": WAIT,
    "in-doubt": WAIT,
    "forwarded": WAIT,
    "paying": WAIT,
    "created": WAIT,
    "approved-unprinted": WAIT,
    "reversal-only": WAIT,
    "voiding": WAIT,
    "held": WAIT,
    "scheduled": WAIT,
    "instructed": WAIT,
    "taken": WAIT,
    "not-due": WAIT,
    "suspense": WAIT,
    "suspended": WAIT,
    "approved": GOOD,
    "success": GOOD,
    "debited": GOOD,
    "answered": GOOD,
    "yes": GOOD,
    "credited": GOOD,
    "credited-net": GOOD,
    "delivered": GOOD,
    "reversed": BACK,
    "returned": BACK,
    "voided": BACK,
    "undone": BACK,
    "refunded": BACK,
    "debited-back": BACK,
    "credited-back": BACK,
    "closed": BACK,
    "reversal-closed": BACK,
    "dropped": BAD,
    "reversal-failed": BAD,
    "debited-twice": BAD,
    "credited-twice": BAD,
    "credited-unusable": BAD,
    "elsewhere": BAD,
    "given-up": BAD,
    "stuck": BAD,
    "missing-capture": BAD,
    "M1": BACK,
    "M2": GOOD,
    "M3": WAIT,
    "M4": BAD,
}


def tone(word: str, view: str = "") -> str:
    """The tone of a word. A payout that came back is bad; money that came back to the cardholder is not."""
    stem = word.partition(":")[0]
    if view == "payout" and stem == "returned":
        return BAD
    return _TONES.get(stem, NONE)
