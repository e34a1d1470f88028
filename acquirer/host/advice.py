"""0420 and 0430: undoing between host and network, in both directions, and the error cases it may end in."""

import msgspec

from acquirer.host import follows
from acquirer.host.attempts import IN_DOUBT, REVERSED, Attempt, moved
from acquirer.host.office import Office, whole_seconds
from acquirer.store_and_forward import UNDONE, AdviceOverdue
from poslab.messages.card import AdviceResponse, ReversalAdvice
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant

# --- the host's own advices


def undoes(office: Office, given: AdviceResponse, at: Instant) -> bool:
    """It confirms an advice that this attempt has waited for."""
    return given.code in UNDONE and office.advices.waiting(given.rrn) is not None


def take_confirmation(office: Office, given: AdviceResponse, at: Instant, out: list[Effect]) -> str:
    """What the host left in doubt is undone."""
    attempt = office.attempt
    office.advices.heard(given.rrn)
    out.append(Logged(given.about, "advice-answered", {"code": given.code, "rrn": given.rrn}))
    return _reversed(office, attempt, out)


def note_confirmation(office: Office, given: AdviceResponse, at: Instant, out: list[Effect]) -> str:
    """The attempt's own state does not wait for it; a refusal leaves the advice to be repeated."""
    out.append(Logged(given.about, "advice-answered", {"code": given.code, "rrn": given.rrn}))
    if given.code in UNDONE:
        office.advices.heard(given.rrn)
    return office.attempt.state


def repeat(office: Office, of: AdviceOverdue, at: Instant, out: list[Effect]) -> None:
    """Say an unanswered advice again, or leave it to error handling."""
    office.advices.overdue(of, at, out)


# --- the network's


def other_rrn(office: Office, given: ReversalAdvice, at: Instant) -> bool:
    """The key is known, but not with this RRN."""
    return office.attempt.rrn != given.rrn


def answer_unknown(office: Office, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Nothing to undo here."""
    _confirm(office, given, "25", out)
    return office.attempt.state


def answer_known(office: Office, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """Undone here already."""
    _confirm(office, given, "00", out)
    return REVERSED


def take_undone(office: Office, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """The network has undone what was in doubt."""
    attempt = office.attempt
    office.advices.heard(given.rrn)
    out.append(Logged(given.about, "reversed-upstream", {"rrn": given.rrn}))
    _reversed(office, attempt, out)
    _confirm(office, given, "00", out)
    return REVERSED


def take_undone_unanswered(office: Office, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """The network's 98 was lost or overtaken by its advice: it is the answer, and the undoing is done."""
    waiting = office.attempt
    attempt = office.attempt = msgspec.structs.replace(
        waiting, state=IN_DOUBT, code="98", host_at=whole_seconds(at)
    )
    office.move(waiting.word, attempt, out)
    out.append(Logged(given.about, "answered", {"code": attempt.code}))
    office.answer(attempt, out)
    return take_undone(office, given, at, out)


def open_case(office: Office, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """The network undid what the host has as approved: people must look at it."""
    out.append(Logged(given.about, "error-case", {"why": "undone-by-the-network", "rrn": given.rrn}))
    _confirm(office, given, "12", out)
    return office.attempt.state


def _reversed(office: Office, attempt: Attempt, out: list[Effect]) -> str:
    after = moved(attempt, REVERSED)
    office.move(attempt.word, after, out)
    if attempt.original:
        follows.give_up(office, after, out)
    out.append(Kept(attempt.about, "reversal"))
    out.append(Logged(attempt.about, "reversed", {"key": attempt.name}))
    office.tell_order(attempt, "failed", out)
    return REVERSED


def _confirm(office: Office, given: ReversalAdvice, code: str, out: list[Effect]) -> None:
    out.append(Send(office.switch, AdviceResponse(given.about, given.key, given.rrn, code, office.acquirer_id)))
