"""What does the terminal say? One question for each word of its view, asked of one attempt.

Before *send* nothing happened; after it and before an accepted answer everything is possible. So an attempt that nobody
answered is told apart by the terminal's journal, and by what host and card's bank have of it.
"""

from typing import Final

from poslab.diagnosis.case import Case, Finding, Tell, narrow
from poslab.diagnosis.funding import money_after_approval
from poslab.history.cases import CHARGED_BACK
from poslab.messages.codes import Outcome, outcome_of


def what_the_terminal_says(case: Case) -> Finding | None:
    """One question for each word of the terminal's view; ``None`` where nothing fits."""
    ask = _BY_TERMINAL_WORD.get(case.stem("terminal"))
    return None if ask is None else ask(case)


def nothing(case: Case) -> Finding | None:
    """No attempt: no connection, refused by the terminal itself, or nobody ever tried."""
    if case.knows("queue-lost") and case.ask("queue-lost") is True:
        case.note("slips", "notices-sent")
        return Finding("op-offline-not-uploaded")
    if case.ask("keyed-unsent") is True:
        return Finding("ok-slow", sure=False)
    failed = case.ask("connect-failed")
    if failed == "unreachable":
        return Finding("net-link-down")
    if failed == "refused":
        return _nobody_answers(case)
    if failed is None:
        return _no_trace(case)
    blocked = case.ask("blocked")
    if blocked == "reversal":
        return Finding("net-reversal-pending", sure=False)
    if blocked == "settlement":
        return Finding("term-batch-not-closed", sure=False)
    if blocked == "log-full":
        return Finding("term-store-fail", sure=False)
    if blocked == "doubt":
        # Another purchase with the same card and amount is in doubt: what is behind that one holds this one up.
        return Finding("issuer-debit-no-answer", ("issuer-debit-no-answer", "acq-host-down"), sure=False)
    return Finding("op-declined-taken-as-paid", sure=case.ask("cancelled-unsent") is not True)


def _nobody_answers(case: Case) -> Finding:
    dials = case.ask("dials")
    if dials == "host" or (dials is None and case.ask("platform") == "absent"):
        return Finding("acq-host-down")
    closed = case.ask("platform-closed")
    if closed is None:
        return Finding("plat-gateway-down", ("plat-gateway-down", "acq-host-down"))
    return Finding("acq-host-down" if closed else "plat-gateway-down")


def _no_trace(case: Case) -> Finding:
    """Nobody says whether it connected: whether others fail too tells the line from what stands behind it."""
    behind = ["acq-host-down"]
    if case.ask("platform") != "absent":
        behind.append("plat-gateway-down")
    alike = case.ask("others-fail")
    group = [*behind] if alike is True else ["net-link-down", *([] if alike is False else behind)]
    group.append("op-declined-taken-as-paid")
    return Finding(group[0], tuple(group))


_ISSUER_IS_AWAY: Final = ("90", "91", "92")
_NO_ANSWER_ABOVE: Final = ("68", "98")
_KEYS: Final = ("A0", "99", "77")
_PIN: Final = ("55", "75", "38")
_CLOSED_UNPAID: Final = "12"
_INVALID_MERCHANT: Final = "03"


def declined(case: Case) -> Finding | None:
    """A definite no: the code says whose. A doubt that is asked about long after its undoing ends as a no, too."""
    code = case.tail("terminal")
    if case.charged():
        return Finding("issuer-debit-no-answer", sure=False) if code in _NO_ANSWER_ABOVE else None
    if code == _CLOSED_UNPAID and case.holds("by-code"):
        # What was closed before the host had heard of it has no RRN.
        if case.ask("rrn") == "none":
            return narrow(case, _NOTHING_ARRIVED, "net-request-lost")
        return Finding("op-declined-taken-as-paid")
    if code == _INVALID_MERCHANT and case.knows("suspended-for") and case.ask("suspended-for") != "no":
        case.note("answered-by")
        return Finding("acct-review-suspended")
    if code in _ISSUER_IS_AWAY:
        if code == "92" and case.ask("answered-by") == "host":
            return Finding("acq-host-down", sure=False)
        case.note("answered-by", "issuer-line", "issuer-day-end")
        return Finding("issuer-unavailable")
    if code == "96":
        case.note("answered-by", "not-forwarded")
        return Finding("acq-host-down")
    if code in _KEYS:
        return Finding("term-keys-out-of-step")
    if code in _PIN:
        return Finding("op-pin-tries")
    if outcome_of(code) is Outcome.UNKNOWN:
        if case.ask("answered-by") == "host":
            return Finding("acq-host-down", sure=False)
        return Finding("issuer-unavailable", sure=False) if code in _NO_ANSWER_ABOVE else None
    return Finding("op-declined-taken-as-paid")


def in_doubt(case: Case) -> Finding | None:
    """A code after which somebody may have posted: who answered, and is there a debit?"""
    code = case.tail("terminal")
    charged = case.charged()
    if case.holds("by-code"):
        return _payer_awaited(case, charged)
    if code in _NO_ANSWER_ABOVE:
        case.note("answered-by")
        if charged is None:
            return Finding("issuer-debit-no-answer", sure=False)
        return Finding("issuer-debit-no-answer") if charged else Finding("issuer-unavailable", sure=False)
    if code == "94" and charged and case.ask("duplicate-at-host") is True:
        return Finding("net-duplicate-delivery")
    if code == "96" and not charged and case.ask("host") in ("declined", None):
        case.note("answered-by", "not-forwarded")
        return Finding("acq-host-down")
    if not charged and case.ask("host") == "declined" and case.ask("answered-by") == "host":
        return Finding("acq-host-down", sure=False)
    return None


def _payer_awaited(case: Case, charged: bool | None) -> Finding:
    """A QR sale that is not decided: the payer takes her time, or the word that she has paid is lost above the host."""
    if charged is None:
        return Finding("ok-slow", ("ok-slow", "issuer-debit-no-answer"))
    if charged and case.ask("host") in ("in-doubt", None):
        return Finding("issuer-debit-no-answer")
    return Finding("ok-slow")


_NOTHING_ARRIVED: Final = (
    Tell("booted", "before-answer", "term-restart-mid-transaction"),
    Tell("dark", True, "term-restart-mid-transaction"),
)
_PENDING: Final = Tell("reversal-failed", True, "net-reversal-pending")
_NO_ANSWER: Final = (
    Tell("gateway-down", True, "plat-gateway-down"),
    Tell("host-restarted", True, "acq-crash-after-forward"),
    _PENDING,
    Tell("booted", "before-answer", "term-restart-mid-transaction"),
    Tell("dark", True, "term-restart-mid-transaction"),
    Tell("cancel-pressed", True, "op-cancel-before-answer"),
    Tell("chip", "removed", "op-card-removed"),
    Tell("chip", "declined", "op-card-removed"),
    Tell("reversal-reason", "A0", "term-keys-out-of-step"),
    Tell("late-answer", "yes", "net-response-late"),
)
"""Events of the journal, of which the last one that matters comes first. With none of them the answer was just lost."""


def silent(case: Case) -> Finding | None:
    """Sent, and no answer: it never arrived, or the answer did not; the journal says why."""
    if case.ask("timer-running") is True or (not case.knows("timer-running") and case.ask("merchant") == "not-due"):
        return Finding("ok-slow", sure=case.ask("host") == "approved")
    host = case.ask("host")
    charged = case.charged()
    if host in ("none", "reversal-only") or (host is None and charged is False):
        if charged:
            return None
        lost = narrow(case, _NOTHING_ARRIVED, "net-request-lost")
        # Until the host has answered the reversal with 25 the request may still be on its way, or wait in the host.
        return lost.unsure() if lost.cause == "net-request-lost" and host == "none" else lost
    if host in ("approved", "reversed") or (host is None and charged):
        return no_answer(case)
    if host == "in-doubt":
        return _host_waits_too(case, charged)
    if host == "declined" and not charged:
        return narrow(case, _NO_ANSWER, "net-response-lost").unsure()
    return None


def _host_waits_too(case: Case, charged: bool | None) -> Finding | None:
    """Neither host nor terminal has accepted an answer; of a QR sale the host's 09 was lost, and the payer is asked."""
    if case.holds("by-code"):
        return no_answer(case)
    if case.ask("host-restarted") is True:
        return Finding("acq-crash-after-forward")
    finding = no_answer(case)
    if finding.cause != "net-response-lost":
        return finding
    # The host's own answer 68 was lost on top of the issuer's, or of the request on its way there.
    above = "issuer-debit-no-answer" if charged else "issuer-unavailable"
    return Finding(above, contributing=(finding.cause,), sure=False)


def no_answer(case: Case) -> Finding:
    """The terminal never accepted an answer to a request that arrived."""
    platform = case.ask("platform")
    if platform == "paying" and case.ask("gateway-down") is not False:
        return Finding("plat-gateway-down")
    questions = _NO_ANSWER[1:] if platform == "absent" else _NO_ANSWER
    if case.ask("reversal-reason") == "96":
        return not_completed(case)
    finding = narrow(case, questions, "net-response-lost")
    if finding.cause == "net-reversal-pending":
        earlier = narrow(case, questions[questions.index(_PENDING) + 1 :], "net-response-lost")
        if earlier.cause != "net-response-lost" and not earlier.tie:
            return Finding(finding.cause, contributing=(earlier.cause,), sure=finding.sure)
    return finding


def not_completed(case: Case) -> Finding:
    """Answered, and undone with reason 96: no slip, an approval not stored, or a chip against it."""
    if case.ask("print-failed") is True:
        return Finding("term-printer-fail", sure=False)
    if case.ask("chip") in ("removed", "declined"):
        return Finding("op-card-removed")
    stored = case.ask("store-failed")
    return Finding("term-store-fail", sure=stored not in ("no", None))


def undone(case: Case) -> Finding | None:
    """Reversed: what was it that had to be undone, and did the card's bank give the money back?"""
    if case.ask("issuer") == "debited" and case.ask("advice") in ("refused", "stopped"):
        return Finding("issuer-reversal-failed", contributing=_what_had_to_be_undone(case))
    code = case.ask("code")
    if code in _NO_ANSWER_ABOVE:
        return Finding("issuer-debit-no-answer") if case.charged() else Finding("issuer-unavailable", sure=False)
    if code not in ("none", None, "00"):
        return None
    if case.charged() is False:
        return narrow(case, _NO_ANSWER, "net-response-lost").unsure()
    return no_answer(case)


def _what_had_to_be_undone(case: Case) -> tuple[str, ...]:
    if case.ask("code") in _NO_ANSWER_ABOVE:
        return ("issuer-debit-no-answer",)
    before = no_answer(case)
    return () if before.tie else (before.cause,)


def closed(case: Case) -> Finding | None:
    """The reversal was answered 25 or 12."""
    code = case.tail("terminal")
    if code == "25":
        if case.charged() or case.ask("host") not in ("none", "reversal-only", None):
            return None
        return narrow(case, _NOTHING_ARRIVED, "net-request-lost")
    if case.ask("file") == "no" or case.ask("host") == "voided":
        return None
    return Finding("net-reversal-exhausted")


def given_up(case: Case) -> Finding | None:
    """The terminal dropped the reversal: was there anything to reverse?"""
    case.note("reversal-at-host", "slips")
    if case.ask("host") in ("none", "reversal-only"):
        return None if case.charged() else Finding("net-request-lost", sure=False)
    return Finding("net-reversal-exhausted")


def unprinted(case: Case) -> Finding | None:
    """Stored as approved, and no slip."""
    if case.ask("host") == "reversed":
        return reversed_by_a_clerk(case)
    if case.ask("host") not in ("approved", None) or case.ask("issuer") not in ("debited", "debited-twice", None):
        return None
    printer, booted = case.ask("print-failed"), case.ask("booted")
    if printer is True:
        return Finding("term-printer-fail")
    if booted == "after-approval":
        return Finding("term-restart-mid-transaction")
    group = [] if printer is False else ["term-printer-fail"]
    group += ["term-restart-mid-transaction"] if booted is None or case.ask("dark") is True else []
    if not group:
        return approved(case)
    return Finding(group[0], tuple(group) if len(group) > 1 else (), sure=False)


def offline_unsent(case: Case) -> Finding | None:
    """Stored, and nobody has answered: it was never sent, or the answer to it was lost and it goes again."""
    case.note("slips", "notices-sent")
    if case.charged():
        return money_after_approval(case)
    if case.ask("host") == "declined":
        return Finding("op-declined-taken-as-paid")
    settled = case.ask("settlement")
    if settled == "none":
        of_a_hold = case.knows("issuer") and case.ask("issuer") == "held"
        return Finding("op-offline-not-uploaded", sure=of_a_hold or case.ask("host") in ("none", None))
    if settled is None:
        return Finding("op-offline-not-uploaded", ("op-offline-not-uploaded", "term-batch-not-closed"), sure=False)
    # Somebody did settle, and the batch is open all the same: its upload broke off.
    return Finding("term-batch-not-closed", sure=settled != "closed")


def approved(case: Case) -> Finding | None:
    """The sale is good; from here on it is about paying the merchant. A void may have been carried out unheard."""
    if case.ask("host") == "voided":
        return voided(case)
    if case.ask("host") == "refunded":  # the terminal has not heard yet that its refund was taken
        return refunded(case)
    if case.ask("host") == "reversed":
        return reversed_by_a_clerk(case)
    if case.ask("host") == "declined" and not case.charged():
        return Finding("op-declined-taken-as-paid")  # a notice that the host took and the card's bank refused
    if case.ask("host") == "in-doubt":  # a notice that the card's bank has not confirmed yet, and is told again
        return Finding("issuer-debit-no-answer" if case.charged() else "issuer-unavailable", sure=False)
    if case.ask("host") in ("approved", "missing-capture", None) and case.ask("issuer") in ("debited", None):
        return money_after_approval(case)
    if case.ask("issuer") == "credited-back":
        case.note("dispute", "dispute-due")
        return Finding("disp-chargeback", sure=case.knows("dispute"))
    return void_unheard(case) if case.ask("issuer") in ("debited-back", "held") else None


def reversed_by_a_clerk(case: Case) -> Finding | None:
    """The till has its slip and knows of nothing, and the host has taken the sale back before its clearing."""
    if not case.holds("correction-ordered"):
        return None
    if case.ask("issuer") == "debited" and case.ask("advice") in ("refused", "stopped"):
        return Finding("issuer-reversal-failed")
    return Finding("none", sure=False)


def void_unheard(case: Case) -> Finding | None:
    """Given back, or held again: a void was never answered, or with a doubt, and is being undone itself."""
    word = case.stem("void")
    if word in ("unknown", "reversed"):
        return Finding("net-response-lost", sure=False)
    return Finding("issuer-debit-no-answer", sure=False) if word == "in-doubt" else None


def voided(case: Case) -> Finding | None:
    """Taken back: on purpose, stored offline perhaps before anybody heard of it, or because another was meant."""
    if case.knows("void-of-another") and case.ask("void-of-another") is True:
        return Finding("op-wrong-reversal-type")
    return Finding("none", sure=False) if case.ask("host") in ("voided", "none", None) else None


def preauthorised(case: Case) -> Finding | None:
    """The slip says 预授权 and not 消费: money is held, or was, and nobody is paid until somebody completes it."""
    if case.ask("host") not in ("approved", None):
        return None
    if case.ask("issuer") == "debited":  # its completion was reversed, and the card's bank has not heard of that
        return Finding("net-response-lost", sure=False)
    if case.ask("issuer") not in ("held", "none", None):
        return None
    case.note("slips", "cardholder")
    return Finding("op-preauth-not-sale")


def refunded(case: Case) -> Finding | None:
    """Given back by refund: on the sale's own day a void would have done; later all that is left is to wait for it."""
    if case.ask("host") not in ("refunded", None):
        return None
    if case.knows("dispute") and case.ask("dispute") in CHARGED_BACK:
        return Finding("disp-chargeback")  # of what a refund had left
    if case.knows("dispute-closed-by") and case.ask("dispute-closed-by") in ("refund", "agreement"):
        return Finding("disp-negotiated-refund")
    same_day = case.ask("refunded-same-day")
    if same_day is None:
        group = ("op-wrong-reversal-type", "issuer-refund-slow", "disp-negotiated-refund")
        return Finding(group[0], group, sure=False)
    return Finding("op-wrong-reversal-type" if same_day else "issuer-refund-slow")


_BY_TERMINAL_WORD: Final = {
    "none": nothing,
    "declined": declined,
    "in-doubt": in_doubt,
    "unknown": silent,
    "reversed": undone,
    "reversal-closed": closed,
    "reversal-failed": given_up,
    "approved-unprinted": unprinted,
    "approved": approved,
    "voided": voided,
    "offline-unsent": offline_unsent,
    "preauth": preauthorised,
    "refunded": refunded,
}
