"""Pre-authorisations at the issuer: a hold is a memo, not a posting. It lessens what is free on the card, nothing else.

A hold ends by its completion, which debits the final amount (P16), by its void or reversal, or by itself when its life
is over. It stands again when its void is reversed, or when its completion is voided or reversed. It is remembered until
its life is over, however long ago its request was forgotten.
"""

from collections.abc import Mapping

import msgspec

from bank.authorisation import APPROVED, INSUFFICIENT, INVALID, LIMIT, NOT_FOUND, OTHER_AMOUNT
from bank.card_accounts import (
    CARDHOLDER,
    CLEARING_PAYABLE,
    COMPLETED,
    DEBITED,
    EXPIRED,
    HELD,
    NONE,
    RELEASED,
    VOID_UNDONE,
    VOIDED,
    CardAccounts,
    Hold,
    HoldEnds,
    Request,
)
from bank.declining import decline
from poslab.messages.card import VOID, FinancialNotice, FinancialRequest, ReversalAdvice
from poslab.messages.people import Sms
from poslab.party.contract import Became, Effect, Kept, Logged, Posted, Remind, Send
from poslab.party.time import Instant

PPM = 1_000_000


def hold(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Hold the amount (P12): nothing is posted, nobody is paid."""
    about, rrn, ref = given.about, given.rrn, given.card
    ends = at + desk.settings.hold_life_us
    out.append(Kept(about, "hold"))
    desk.holds[rrn] = Hold(about, ref, given.amount_fen, ends, NONE)
    _move(desk, rrn, HELD, at, out)
    out.append(Remind(desk.settings.hold_life_us, HoldEnds(about, rrn)))
    out.append(Logged(about, "held", {"rrn": rrn}))
    desk.answer(given, out)
    return HELD


def void(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Release a hold on the merchant's word; the whole of it, and only one that stands."""
    held = desk.holds.get(given.original_rrn)
    if held is None:
        return decline(desk, given, NOT_FOUND, out)
    if held.state != HELD or held.card != given.card:
        return decline(desk, given, INVALID, out)
    if held.amount_fen != given.amount_fen:
        return decline(desk, given, OTHER_AMOUNT, out)
    out.append(Kept(given.about, "void"))
    _carried_out(desk, given)
    _move(desk, given.original_rrn, RELEASED, at, out)
    out.append(Logged(given.about, "hold-released", {"rrn": given.original_rrn}))
    desk.answer(given, out)
    return VOIDED


def complete(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Turn a hold into a debit of the final amount (P16), which may exceed it by so much and no more."""
    code = objection(desk, given)
    if code != APPROVED:
        return decline(desk, given, code, out)
    debit(desk, given, at, out)
    desk.answer(given, out)
    return DEBITED


def debit(desk: CardAccounts, given: FinancialRequest | FinancialNotice, at: Instant, out: list[Effect]) -> None:
    """Use a hold up and debit the final amount; the cardholder is told of the debit."""
    about, rrn, ref, amount_fen = given.about, given.rrn, given.card, given.amount_fen
    entry = f"P16/{given.key}/{rrn}"
    postings = ((desk.names[ref], CLEARING_PAYABLE, amount_fen),)
    out.append(Kept(about, "debit"))
    _move(desk, given.original_rrn, COMPLETED, at, out)
    sale = Request(DEBITED, ref, amount_fen, given.original_rrn)
    desk.free_fen[ref] -= amount_fen
    desk.move(about, rrn, sale, DEBITED, out)
    desk.enter(entry, postings)
    out.append(Posted(about, entry, postings))
    out.append(Logged(about, "debited", {"rrn": rrn}))
    out.append(desk.sms(about, "spent", sale, at))


def objection(desk: CardAccounts, given: FinancialRequest | FinancialNotice) -> str:
    """The code that refuses a completion, or ``"00"``."""
    held = desk.holds.get(given.original_rrn)
    if held is None:
        return NOT_FOUND
    if held.state != HELD or held.card != given.card:
        return INVALID
    if given.amount_fen * PPM > held.amount_fen * desk.completion_limit_ppm:
        return LIMIT
    return INSUFFICIENT if given.amount_fen > desk.free_fen[held.card] + held.amount_fen else APPROVED


def void_completion(desk: CardAccounts, given: FinancialRequest, at: Instant, out: list[Effect]) -> str:
    """Give a completion's debit back (P6); the hold stands again."""
    sale = desk.known(given.original_rrn)
    if sale is None:
        return decline(desk, given, NOT_FOUND, out)
    if sale.state != DEBITED or sale.detail not in desk.holds or sale.card != given.card:
        return decline(desk, given, INVALID, out)
    if sale.amount_fen != given.amount_fen:
        return decline(desk, given, OTHER_AMOUNT, out)
    about = given.about
    out.append(Kept(about, "void"))
    _carried_out(desk, given)
    give_back(desk, about, given.original_rrn, sale, f"P6/{given.key}/{given.rrn}", at, out)
    out.append(Logged(about, "voided", {"rrn": given.rrn, "original": given.original_rrn}))
    desk.answer(given, out)
    return VOIDED


def give_back(
    desk: CardAccounts, about: str, rrn: str, sale: Request, entry: str, at: Instant, out: list[Effect]
) -> None:
    """Mirror a completion's debit, tell the cardholder, and hold again what it had ended, unless its life is over."""
    desk.give_back(about, rrn, sale, entry, out)
    out.append(desk.sms(about, "returned", sale, at))
    if sale.detail in desk.holds:
        _move(desk, sale.detail, HELD, at, out)


def undo(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """(held) The pre-authorisation itself is reversed: the hold is released."""
    out.append(Kept(given.about, "reversal"))
    _move(desk, given.rrn, RELEASED, at, out)
    out.append(Logged(given.about, "reversed", {"rrn": given.rrn}))
    desk.acknowledge(given, APPROVED, out)
    return RELEASED


def undo_void(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """(voided) The void of a hold, or of a completion, is reversed: what it took back stands again."""
    taken = desk.found(given.rrn)
    about, original = given.about, taken.detail
    out.append(Kept(about, "reversal"))
    desk.young.put(given.rrn, Request(VOID_UNDONE, taken.card, taken.amount_fen, original))
    if original in desk.holds:
        _move(desk, original, HELD, at, out)
    else:
        _debit_again(desk, given, original, at, out)
    out.append(Logged(about, "void-reversed", {"rrn": given.rrn, "original": original}))
    desk.acknowledge(given, APPROVED, out)
    return VOID_UNDONE


def _debit_again(desk: CardAccounts, given: ReversalAdvice, rrn: str, at: Instant, out: list[Effect]) -> None:
    completion = desk.found(rrn)
    sale = msgspec.structs.replace(completion, state=DEBITED)
    if sale.detail in desk.holds:
        _move(desk, sale.detail, COMPLETED, at, out)
    desk.move(given.about, rrn, sale, DEBITED, out)
    desk.debit_again(given.about, f"P7b/{given.key}/{given.rrn}", sale, out)
    out.append(desk.sms(given.about, "spent", sale, at))


def ends(desk: CardAccounts, given: HoldEnds, at: Instant, out: list[Effect]) -> str:
    """The life of a hold is over: what still stands is released, and nobody was ever paid."""
    held = desk.holds[given.rrn]
    if held.state == HELD:
        out.append(Kept(given.about, "hold"))
        _move(desk, given.rrn, EXPIRED, at, out)
        out.append(Logged(given.about, "hold-expired", {"rrn": given.rrn}))
    del desk.holds[given.rrn]
    return EXPIRED if held.state == HELD else held.state


def is_of_a_hold(desk: CardAccounts, given: ReversalAdvice, at: Instant) -> bool:
    """Whether a void to be undone was that of a hold or of a completion."""
    return given.what != VOID


def refuse_ended(desk: CardAccounts, given: ReversalAdvice, at: Instant, out: list[Effect]) -> str:
    """(completed, expired) The hold is over for good: there is nothing of the pre-authorisation left to undo."""
    known = desk.found(given.rrn)
    out.append(Logged(given.about, "reversal-refused", {"rrn": given.rrn, "code": INVALID}))
    desk.acknowledge(given, INVALID, out)
    return known.state


def _carried_out(desk: CardAccounts, given: FinancialRequest) -> None:
    """A void's own record: it shows in what it takes back."""
    desk.young.put(given.rrn, Request(VOIDED, given.card, given.amount_fen, given.original_rrn))


def _move(desk: CardAccounts, rrn: str, state: str, at: Instant, out: list[Effect]) -> None:
    """Bring a hold into a state, which lessens or restores what is free on the card, and tell the cardholder."""
    held = desk.holds[rrn]
    ref = held.card
    if state == HELD:
        desk.free_fen[ref] -= held.amount_fen
    elif held.state == HELD:
        desk.free_fen[ref] += held.amount_fen
    desk.holds[rrn] = msgspec.structs.replace(held, state=state)
    desk.young.put(rrn, Request(state, ref, held.amount_fen))
    out.append(Became(held.about, rrn, held.state, state))
    word = _TOLD.get(state)
    if word is not None:
        out.append(Send(CARDHOLDER, Sms(held.about, word, ref, held.amount_fen, at, desk.free_fen[ref])))


_TOLD: Mapping[str, str] = {HELD: "hold", RELEASED: "hold-released", EXPIRED: "hold-released"}
"""What the cardholder is told of a hold's state. Of a completion the debit tells."""
