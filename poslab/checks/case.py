"""One attempt as the judge remembers it, while anything about it may still move, and packed once it is at rest."""

from msgspec import Struct

from poslab.party.contract import About, Address
from poslab.party.time import Instant

NONE = "none"
SENT = "sent"
APPROVED = "approved"
APPROVED_UNPRINTED = "approved-unprinted"
UNKNOWN = "unknown"
REVERSED = "reversed"
DROPPED = "dropped"
VOIDED = "voided"
OFFLINE_UNSENT = "offline-unsent"
PURGED = "purged"
VOIDING = "voiding"
FORWARDED = "forwarded"
DECLINED = "declined"
IN_DOUBT = "in-doubt"
CLOSED = "closed"
REVERSAL_ONLY = "reversal-only"
DEBITED = "debited"
HELD = "held"
COMPLETING = "completing"
COMPLETED = "completed"
RELEASED = "released"
EXPIRED = "expired"
PREAUTHORISED = "preauth"
"""A hold that stands, as the terminal calls it."""
RETURNED = "returned"
INQUIRED = "inquired"
ANSWERED = "answered"
REFUSED = "refused"
UNDONE = "undone"
SUCCESS = "success"


class Case(Struct, gc=False):
    """An attempt: what each party last said of it, and what was really posted for it.

    ``key`` is its name at the host: for a copy that the host took as a new request, key and RRN. Attempts of one
    purchase hang together by ``earlier``, the newest first.
    """

    about: About
    key: str
    party: Address = ""
    """Its terminal; empty where the host knows of it and no terminal does."""
    began: Instant = 0
    what: str = "sale"
    rrn: str = ""
    amount_fen: int = 0
    business_date: str = ""
    accepted: Instant = 0
    """When the host accepted it."""
    terminal: str = NONE
    host: str = NONE
    platform: str = NONE
    switch: str = NONE
    issuer: str = NONE
    charges: int = 0
    """Debits of the cardholder that stand, by the issuer's postings."""
    issuer_entries: tuple[str, ...] = ()
    host_entries: tuple[str, ...] = ()
    till_entries: tuple[str, ...] = ()
    """What its terminal booked for the merchant."""
    kept: bool = False
    """The terminal kept its reversal record before it sent anything."""
    stored: bool = False
    """The terminal kept the approval."""
    advised: int = 0
    """The line at which host or switch kept an advice that undoes it upstream; 0 if none did."""
    confirmed: bool = False
    """Somebody upstream confirmed that advice."""
    unheard: str = ""
    """Why the advice will not be carried out: ``refused`` by the issuer, ``stopped`` by its sender."""
    by_clerk: bool = False
    """A clerk of the acquirer's took it back before its clearing."""
    plain: bool = False
    """It began as every healthy sale does: with a key in its usual form, the only attempt of its purchase."""
    part: str = ""
    """The part of a clearing file that claims it."""
    original: str = ""
    """A refund's payment."""
    earlier: "Case | None" = None


def stem(state: str) -> str:
    """A state without its code: ``"declined"`` of ``"declined:51"``."""
    return state.partition(":")[0]


def chain(case: Case | None) -> list[Case]:
    """The attempts of a purchase, the newest first."""
    cases: list[Case] = []
    while case is not None:
        cases.append(case)
        case = case.earlier
    return cases


def paid_fen(newest: Case | None, key: str) -> int:
    """What the payment with a key was for, among a purchase's attempts; 0 where it is forgotten."""
    cases = chain(newest)
    paid = next((case for case in cases if case.key == key), None)
    if paid is not None and paid.amount_fen:
        return paid.amount_fen
    woken = [case for case in cases if not case.key]
    return woken[0].amount_fen if len(woken) == 1 else 0


# --- packing

_KEY_DIGITS = 20
_STANS = 1_000_000
_RRN_DIGITS = 12
_AMOUNT_BITS = 34
_DATE_BITS = 27
_RRN_BITS = 40
_AMOUNT = (1 << _AMOUNT_BITS) - 1
_DATE = (1 << _DATE_BITS) - 1
_RRN = (1 << _RRN_BITS) - 1
_DATE_AT = _AMOUNT_BITS
_RRN_AT = _DATE_AT + _DATE_BITS
_KEY_AT = _RRN_AT + _RRN_BITS


def packed(case: Case) -> int | None:
    """Key, RRN, business date and amount of a standing sale as one integer; ``None`` where they do not fit."""
    key = case.key
    rrn = case.rrn
    date = case.business_date
    if len(key) != _KEY_DIGITS + 2 or len(rrn) != _RRN_DIGITS or len(date) != 8 or not 0 <= case.amount_fen <= _AMOUNT:
        return None
    digits = key.replace("-", "")
    if len(digits) != _KEY_DIGITS or not (digits + rrn + date).isdecimal() or not (key + rrn + date).isascii():
        return None
    return int(digits) << _KEY_AT | int(rrn) << _RRN_AT | int(date) << _DATE_AT | case.amount_fen


def has_key(value: int, key: str) -> bool:
    """Whether a packed sale has this key."""
    digits = key.replace("-", "")
    return digits.isdecimal() and value >> _KEY_AT == int(digits)


def stan_in_batch(value: int, batch: str) -> str:
    """The STAN of a packed sale if it belongs to a batch (``90000001-000001``), else ``""``."""
    head, stan = divmod(value >> _KEY_AT, _STANS)
    digits = batch.replace("-", "")
    return f"{stan:06d}" if digits.isdecimal() and head == int(digits) else ""


def is_of(value: int, rrn: str, amount_fen: int, latest: int) -> bool:
    """Whether a packed sale has this RRN and amount, and a business date (``20260105``) not after ``latest``."""
    return (
        value & _AMOUNT == amount_fen
        and rrn.isdecimal()
        and value >> _RRN_AT & _RRN == int(rrn)
        and value >> _DATE_AT & _DATE <= latest
    )


def amount_of(value: int) -> int:
    """The amount of a packed sale, in fen."""
    return value & _AMOUNT


def date_of(value: int) -> str:
    """The business date of a packed sale."""
    return str(value >> _DATE_AT & _DATE)


def unpacked(about: About, value: int, platform: str) -> Case:
    """A packed sale as it was: approved at terminal and host, debited once."""
    digits = f"{value >> _KEY_AT:0{_KEY_DIGITS}d}"
    key = f"{digits[:8]}-{digits[8:14]}-{digits[14:]}"
    rrn = f"{value >> _RRN_AT & _RRN:0{_RRN_DIGITS}d}"
    return Case(
        about,
        key,
        rrn=rrn,
        amount_fen=value & _AMOUNT,
        business_date=date_of(value),
        terminal=APPROVED,
        host=APPROVED,
        platform=platform,
        switch=ANSWERED,
        issuer=DEBITED,
        charges=1,
        issuer_entries=(f"P1/{key}/{rrn}",),
        host_entries=(f"P1/{key}",),
        till_entries=(f"P1/{key}",),
        kept=True,
        stored=True,
    )
