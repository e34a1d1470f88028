"""Why was this swipe not credited? The procedure: cheapest question first, until one explanation is left.

    swiped more than once? → is it due? → is it there? → what does the terminal say? → what did the card's bank do?
    → what has the host? → the clearing file → the payout → the account's bank

A diagnosis is a chain. ``cause`` is the link whose cure changes where the money is now, ``contributing`` are earlier
links and people's acts, ``latent`` is what has not touched this purchase yet. It rests on facts alone; a deciding fact
that nobody knows leaves a tie.
"""

from typing import Final

from msgspec import Struct

from poslab.diagnosis.card_leg import what_the_terminal_says
from poslab.diagnosis.case import Case, Finding
from poslab.diagnosis.catalogue import causes
from poslab.history.questions import Facts

NONE: Final = "none"
"""The cause of a purchase that nothing is wrong with."""
UNKNOWN: Final = "unknown"
"""No explanation fits what is known."""


class NotYet(Exception):
    """Something that is planned and not built."""


class Diagnosis(Struct, frozen=True):
    """Why. ``cause`` is an id of the catalogue, ``none`` or ``unknown``; with a tie it is the first of its group.

    ``tie`` has every cause that explains the facts equally well, ``cause`` among them, or is empty. ``facts`` are those
    that were looked at, written ``name=answer``; ``missing`` names those that nobody knew.
    """

    cause: str
    tie: tuple[str, ...] = ()
    contributing: tuple[str, ...] = ()
    latent: tuple[str, ...] = ()
    confidence: str = "certain"
    """``certain``, ``likely``, ``tied`` or ``unknown``."""
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def diagnose(facts: Facts) -> Diagnosis:
    """The diagnosis that the facts allow. ``NotYet`` for a role that knows less than all."""
    if facts.role != "all":
        raise NotYet(f"a diagnosis with what a {facts.role} knows is not built yet; use the role 'all'")
    case = Case(facts)
    finding = swiped_again(case)
    if finding is None:
        case = what_counts(case)
        finding = is_it_the_sum(case) or is_it_going_back(case) or is_it_due(case) or is_it_there(case)
        finding = finding or what_the_terminal_says(case) or what_the_views_allow(case)
    confidence = "certain" if finding.sure and not case.missing else "likely"
    if finding.cause == UNKNOWN:
        confidence = "unknown"
    elif finding.tie:
        confidence = "tied"
    latent = _latent(case, finding.cause)
    return Diagnosis(
        finding.cause, finding.tie, finding.contributing, latent, confidence, tuple(case.facts), tuple(case.missing)
    )


# --- swiped more than once? ---------------------------------------------------------------------------------------

_NO_MONEY_MOVED: Final = ("none", "declined", "reversed", "reversal-closed:25", "voided")
"""After these the first attempt cannot charge anybody: a further one is no repetition."""


def swiped_again(case: Case) -> Finding | None:
    """Two trace numbers, the second taken while the first was good or unknown; or one trace number debited twice."""
    attempts = case.ask("attempts")
    twice = case.ask("issuer") == "debited-twice"
    if attempts is None:
        if twice:
            return Finding("op-double-swipe", ("op-double-swipe", "net-duplicate-delivery"))
        return None
    if attempts in (0, 1):
        return Finding("net-duplicate-delivery") if twice else None
    while_ = case.ask("repeated-while")
    if twice and case.knows("resent") and case.ask("resent") is True:
        return Finding("op-double-swipe")  # swiped once: the terminal did the rest
    if not twice:
        if while_ is None:
            return _again_or_first(case)
        if _stands_for_nothing(str(while_)) or case.of_last().stem("terminal") == "declined":
            return None
    if while_ == "offline-unsent":  # sold again what was stored, and would be sent
        return Finding("op-double-swipe", contributing=("op-offline-not-uploaded",))
    return Finding("op-double-swipe", contributing=first_trouble(case))


def _again_or_first(case: Case) -> Finding | None:
    first = first_trouble(case)
    return Finding("op-double-swipe", ("op-double-swipe", *first)) if first else None


def _stands_for_nothing(word: str) -> bool:
    return word in _NO_MONEY_MOVED or word.partition(":")[0] in _NO_MONEY_MOVED


def first_trouble(case: Case) -> tuple[str, ...]:
    """What was wrong with the first attempt when it was swiped again."""
    if case.ask("terminal") != "reversal-failed":
        if case.ask("print-failed") is True:
            return ("term-printer-fail",)
        if case.ask("booted") == "after-approval":
            return ("term-restart-mid-transaction",)
    finding = what_the_terminal_says(case)
    if finding is None or finding.cause == NONE or finding.cause.startswith("ok-"):
        return ()
    return (finding.cause,)


def what_counts(case: Case) -> Case:
    """The attempt that speaks for the money: the last one, where the first came to nothing.

    A charge behind a last attempt that was declined is the first one's, which then still counts.
    """
    if case.facts_of_last and _stands_for_nothing(str(case.ask("terminal"))):
        last = case.of_last()
        if last.stem("terminal") != "declined" or not case.charged():
            return last
    return case


# --- is it the right sum? ---------------------------------------------------------------------------------------------


_WRONG_AMOUNT: Final = "op-wrong-amount"
_IN_TIME: Final = ("not-due", "credited", "credited-net")
"""Words for the merchant's account that say that nothing keeps the money from it."""


def is_it_the_sum(case: Case) -> Finding | None:
    """A good sale of another amount than was due: everybody agrees with everybody but the sales ticket.

    Where its money goes back, or is not there in time, what is behind that comes first; the amount is an earlier link.
    """
    if not case.knows("ticket") or case.ask("ticket") not in ("too-much", "too-little") or not _approved(case):
        return None
    finding = is_it_going_back(case)
    if finding is None and case.knows("merchant") and case.ask("merchant") not in _IN_TIME:
        finding = what_the_terminal_says(case)
    if finding is None or finding.cause == NONE or finding.cause.startswith("ok-"):
        return Finding(_WRONG_AMOUNT)
    return Finding(finding.cause, finding.tie, (_WRONG_AMOUNT, *finding.contributing), finding.sure)


# --- is it going back, is it due, is it there? ---------------------------------------------------------------------


def is_it_going_back(case: Case) -> Finding | None:
    """A good sale that a clerk has the acquirer give back with its next file: until that is made there is no refund."""
    if not case.holds("adjustment-due") or not _approved(case):
        return None
    return Finding("issuer-refund-slow")


def is_it_due(case: Case) -> Finding | None:
    """A good sale before its due date is no trouble at all; nor is a copy of its request, which the host recognised."""
    if case.ask("merchant") != "not-due" or not _printed_and_approved(case):
        return None
    if case.ask("platform") == "paying":
        return Finding("plat-notify-lost")
    case.note("due-date", "due-reached", "after-cut-off", "closed-days")
    if case.knows("duplicate-at-host") and case.ask("duplicate-at-host") is True:
        return Finding("net-duplicate-delivery", contributing=("ok-not-due",))
    rule = str(case.ask("payout-rule")) if case.knows("payout-rule") else "none"
    if rule == "merchant-debt" or rule.startswith("instant-"):
        return Finding("plat-instant-payout-off")
    if rule == "large-value" or (case.knows("closed-days") and case.ask("closed-days") == "holiday"):
        return Finding("rail-holiday-or-window")
    return Finding("ok-not-due")


def is_it_there(case: Case) -> Finding | None:
    """In the account, by itself or within a net sum."""
    merchant = case.ask("merchant")
    if merchant not in ("credited", "credited-net") or not _printed_and_approved(case):
        return None
    if case.knows("dispute-closed-by") and case.ask("dispute-closed-by") == "agreement":
        return Finding("disp-negotiated-refund")
    if case.ask("payout") == "unknown":
        return Finding("acq-payout-unknown")
    if case.knows("void") and case.stem("void") == "declined":
        return Finding("op-wrong-reversal-type")  # somebody wanted the money back, and took the instrument of the day
    return Finding(NONE if merchant == "credited" else "ok-lump-sum")


def _printed_and_approved(case: Case) -> bool:
    return case.ask("terminal") == "approved" and _approved(case)


def _approved(case: Case) -> bool:
    return (
        case.stem("terminal") in ("approved", "approved-unprinted")
        and case.ask("host") in ("approved", None)
        and case.ask("issuer") in ("debited", None)
    )


# --- what is left -------------------------------------------------------------------------------------------------

_VIEWS: Final = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder")
_TOO_MANY: Final = 6


def what_the_views_allow(case: Case) -> Finding:
    """Where views are withheld: every cause of the catalogue whose own views agree with those that are known."""
    asked = {view: case.ask(view) for view in _VIEWS}
    known = {view: word for view, word in asked.items() if word is not None}
    if len(known) == len(_VIEWS) or len(known) < 2:
        return Finding(UNKNOWN)
    if known.get("platform") == "absent":
        del known["platform"]
    group = [
        cause.id
        for cause in causes().values()
        if any(
            all(getattr(variant.views_complaint, view) == word for view, word in known.items())
            for variant in cause.variants
        )
    ]
    if not group or len(group) > _TOO_MANY:
        return Finding(UNKNOWN)
    return Finding(group[0], tuple(group) if len(group) > 1 else (), sure=False)


def _latent(case: Case, cause: str) -> tuple[str, ...]:
    """A frozen account that the payout has not met yet."""
    if cause != "acct-frozen" and case.ask("merchant") == "not-due" and case.ask("account-frozen") in ("in", "both"):
        return ("acct-frozen",)
    return ()
