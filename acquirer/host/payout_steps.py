"""The table of a payout: what is heard in which state, what is posted and said then, and where it may lead."""

from typing import TYPE_CHECKING, Final, NamedTuple

from acquirer.host.payout_records import (
    CREDITED,
    GIVEN_UP,
    HELD,
    INSTRUCTED,
    NONE,
    RETURNED,
    SCHEDULED,
    SUSPENDED,
    TAKEN,
    UNKNOWN,
    WITHDRAWN,
    HoldLifted,
    HoldPlaced,
    MoneyUsed,
    Payout,
    ReviewBegun,
    ReviewOver,
    RunReached,
    SaleUndone,
    StatusOverdue,
)
from poslab.messages.facts import RepayoutApplied
from poslab.messages.funding import PayoutStatus, payout_try_of
from poslab.party.contract import Effect, Input, Kept, Logged, Posting
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import Instant

if TYPE_CHECKING:
    from acquirer.host.payout import PayoutDesk


IN_TRANSIT: Final = "A.payout_in_transit"


class Case(NamedTuple):
    """A payout on the desk."""

    desk: "PayoutDesk"
    payout_no: str

    @property
    def payout(self) -> Payout:
        """How it stands."""
        return self.desk.payouts[self.payout_no]


def instruct(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """The first try: the merchant's money is on its way (P4a), or advanced to it (P11a).

    A sale that is cleared already is set off at once (P11d), one that is not when it is.
    """
    payout = case.desk.tell_fees(case.payout_no)
    available = f"A.merchant_payable.{payout.mid}.available"
    if not payout.own:
        return _instruct(case, "P4a", ((available, IN_TRANSIT, payout.pays_fen),), out)
    advance = f"A.merchant_advance.{payout.mid}"
    out.append(Logged("", "payout-advanced", {"payout_no": payout.payout_no}))
    postings: tuple[Posting, ...] = ((advance, IN_TRANSIT, payout.pays_fen),)
    if payout.fee_fen:
        postings = ((advance, "A.instant_fee_income", payout.fee_fen), *postings)
    if not payout.uncleared:
        postings = (*postings, (available, advance, payout.pays_fen + payout.fee_fen))
    return _instruct(case, "P11a", postings, out)


def instruct_again(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """The next try of a payout that came back (P5c)."""
    return _instruct(case, "P5c", (("A.payout_returned", IN_TRANSIT, case.payout.pays_fen),), out)


def _instruct(case: Case, entry: str, postings: tuple[Posting, ...], out: list[Effect]) -> str:
    desk = case.desk
    to = desk.accounts.paid_to(case.payout.mid)
    payout = desk.change(case.payout_no, try_no=case.payout.try_no + 1, applied=False, payee=to, taken=False)
    out.append(Kept("", "payout-order"))
    desk.move(case.payout_no, INSTRUCTED, out)
    of = payout_try_of(payout.payout_no, payout.try_no)
    desk.post(f"{entry}/{of}", postings, out)
    out.append(Logged("", "payout-instructed", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    desk.order(case.payout_no, out)
    return INSTRUCTED


def take(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail took the money from the reserve (P4b) or from own cash (P11b)."""
    payout = case.payout
    of = payout_try_of(payout.payout_no, payout.try_no)
    out.append(Kept("", "payout-status"))
    case.desk.change(case.payout_no, taken=True, asked=False)
    case.desk.move(case.payout_no, TAKEN, out)
    entry = "P11b" if payout.own else "P4b"
    case.desk.post(f"{entry}/{of}", ((IN_TRANSIT, _cash_of(payout), payout.pays_fen),), out)
    case.desk.lend(payout, payout.pays_fen)
    out.append(Logged("", "payout-taken", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    if given.state == "taken" and given.reason:
        out.append(Logged("", "payout-waits", {"payout_no": payout.payout_no, "reason": given.reason}))
    return TAKEN


def _cash_of(payout: Payout) -> str:
    return "A.own_cash" if payout.own else "A.reserve_cash"


def heard_again(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail speaks again, and says what it said before: the money is on its way."""
    case.desk.change(case.payout_no, asked=False)
    if case.payout.state == UNKNOWN:
        out.append(Kept("", "payout-status"))
        case.desk.move(case.payout_no, TAKEN, out)
    return TAKEN


def credit(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The account bank credited the merchant. If word of the taking was lost, it is booked now."""
    if not case.payout.taken:
        take(case, given, at, out)
    payout = case.payout
    out.append(Kept("", "payout-status"))
    case.desk.move(case.payout_no, CREDITED, out, at=at)
    out.append(Logged("", "payout-credited", {"payout_no": payout.payout_no, "try_no": payout.try_no}))
    case.desk.notify(payout, "paid", out)
    return CREDITED


def take_back(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The account bank sent the money back (P5b), perhaps days after it had taken it in."""
    if not case.payout.taken:
        take(case, given, at, out)
    case.desk.lend(case.payout, -case.payout.pays_fen)
    return _returned(case, given.reason, _cash_of(case.payout), out)


def refused(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail never took the money: it is owed to the merchant as if it had come back, and still in the reserve."""
    out.append(Logged("", "payout-refused", {"payout_no": case.payout_no, "reason": given.reason}))
    return _returned(case, given.reason, IN_TRANSIT, out)


def _returned(case: Case, reason: str, debit: str, out: list[Effect]) -> str:
    desk = case.desk
    payout = case.payout
    of = payout_try_of(payout.payout_no, payout.try_no)
    out.append(Kept("", "payout-status"))
    desk.move(case.payout_no, RETURNED, out, reason)
    desk.post(f"P5b/{of}", ((debit, "A.payout_returned", payout.pays_fen),), out)
    details: dict[str, str | int] = {"payout_no": payout.payout_no, "try_no": payout.try_no, "reason": reason}
    out.append(Logged("", "payout-returned", details))
    desk.notify(payout, "failed", out, reason)
    if desk.may_retry(case.payout) or not desk.is_out_of_tries(case.payout):
        return RETURNED
    desk.move(case.payout_no, GIVEN_UP, out, reason)
    out.append(Logged("", "payout-given-up", {"payout_no": payout.payout_no, "reason": reason}))
    return GIVEN_UP


def repeat(case: Case, given: PayoutStatus, at: Instant, out: list[Effect]) -> str:
    """The rail never heard of it: the same order again, same number, same try."""
    if case.payout.state == UNKNOWN:
        out.append(Kept("", "payout-status"))
        case.desk.move(case.payout_no, INSTRUCTED, out)
    case.desk.order(case.payout_no, out)
    return INSTRUCTED


def ask(case: Case, given: StatusOverdue, at: Instant, out: list[Effect]) -> str:
    """The rail is silent about an order that it has taken: ask how it stands."""
    case.desk.change(case.payout_no, asked=True)
    case.desk.ask(case.payout_no, out)
    return case.payout.state


def doubt(case: Case, given: StatusOverdue, at: Instant, out: list[Effect]) -> str:
    """The rail has not answered the order, or the question about it: nobody here knows whether the merchant is paid."""
    out.append(Kept("", "payout-status"))
    case.desk.move(case.payout_no, UNKNOWN, out)
    return ask(case, given, at, out)


def apply(case: Case, given: RepayoutApplied, at: Instant, out: list[Effect]) -> str:
    """The merchant asks for another try: at the next run."""
    out.append(Kept(given.about, "repayout"))
    case.desk.change(case.payout_no, applied=True)
    out.append(Logged(given.about, "repayout-applied", {"payout_no": case.payout_no}))
    return case.payout.state


def hold(case: Case, given: HoldPlaced, at: Instant, out: list[Effect]) -> str:
    """It is kept back."""
    out.append(Kept("", "payout-hold"))
    case.desk.move(case.payout_no, HELD, out)
    return HELD


def free(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """It may be paid."""
    case.desk.move(case.payout_no, SCHEDULED, out)
    return SCHEDULED


def suspend(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """Its merchant is under review."""
    out.append(Kept("", "payout-hold"))
    case.desk.move(case.payout_no, SUSPENDED, out)
    return SUSPENDED


def withdraw(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """Nothing of it is left to be paid."""
    out.append(Kept("", "payout-hold"))
    case.desk.move(case.payout_no, WITHDRAWN, out)
    return WITHDRAWN


def pass_over(case: Case, given: Input, at: Instant, out: list[Effect]) -> str:
    """It says nothing new."""
    return case.payout.state


def _is_taken(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "taken"


def _is_credited(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "credited"


def _is_returned(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "returned"


def _is_refused(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "refused"


def _is_unheard(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "unheard"


def _is_repeated(case: Case, given: PayoutStatus, at: Instant) -> bool:
    return given.state == "taken" and case.payout.taken


def _answers(case: Case, given: StatusOverdue, at: Instant) -> bool:
    return not case.payout.asked


def _may_retry(case: Case, given: Input, at: Instant) -> bool:
    return case.desk.may_retry(case.payout)


def _under_review(case: Case, given: Input, at: Instant) -> bool:
    return case.payout.mid in case.desk.suspended


def _was_applied(case: Case, given: Input, at: Instant) -> bool:
    return case.payout.applied and case.payout.mid not in case.desk.suspended


HEARD = (
    RunReached, PayoutStatus, StatusOverdue, RepayoutApplied, HoldPlaced, HoldLifted, MoneyUsed, ReviewBegun,
    ReviewOver, SaleUndone,
)  # fmt: skip
"""What a payout hears."""

_STATES = (
    NONE, SCHEDULED, INSTRUCTED, TAKEN, UNKNOWN, CREDITED, RETURNED, GIVEN_UP, HELD, SUSPENDED, WITHDRAWN,
)  # fmt: skip


def _but(*states: str) -> tuple[str, ...]:
    return tuple(state for state in _STATES if state not in states)


PAYOUTS: Table[Case] = Table(
    "a payout at the host",
    _STATES,
    (
        Row(SCHEDULED, RunReached, instruct, (INSTRUCTED,)),
        Row(INSTRUCTED, PayoutStatus, take, (TAKEN,), _is_taken),
        Row(INSTRUCTED, PayoutStatus, credit, (CREDITED,), _is_credited),
        Row(INSTRUCTED, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _is_returned),
        Row(INSTRUCTED, PayoutStatus, refused, (RETURNED, GIVEN_UP), _is_refused),
        Row(INSTRUCTED, PayoutStatus, repeat, (INSTRUCTED,), _is_unheard),
        Row(INSTRUCTED, PayoutStatus, pass_over, (INSTRUCTED,)),
        Row(INSTRUCTED, StatusOverdue, doubt, (UNKNOWN,)),
        Row(TAKEN, PayoutStatus, credit, (CREDITED,), _is_credited),
        Row(TAKEN, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _is_returned),
        Row(TAKEN, PayoutStatus, heard_again, (TAKEN,), _is_taken),
        Row(TAKEN, PayoutStatus, pass_over, (TAKEN,)),
        Row(TAKEN, StatusOverdue, ask, (TAKEN,), _answers),
        Row(TAKEN, StatusOverdue, doubt, (UNKNOWN,)),
        Row(UNKNOWN, PayoutStatus, heard_again, (TAKEN,), _is_repeated),
        Row(UNKNOWN, PayoutStatus, take, (TAKEN,), _is_taken),
        Row(UNKNOWN, PayoutStatus, credit, (CREDITED,), _is_credited),
        Row(UNKNOWN, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _is_returned),
        Row(UNKNOWN, PayoutStatus, refused, (RETURNED, GIVEN_UP), _is_refused),
        Row(UNKNOWN, PayoutStatus, repeat, (INSTRUCTED,), _is_unheard),
        Row(UNKNOWN, PayoutStatus, pass_over, (UNKNOWN,)),
        Row(UNKNOWN, StatusOverdue, ask, (UNKNOWN,)),
        Row(CREDITED, PayoutStatus, take_back, (RETURNED, GIVEN_UP), _is_returned),
        Row(CREDITED, PayoutStatus, pass_over, (CREDITED,)),
        Row(RETURNED, RunReached, instruct_again, (INSTRUCTED,), _may_retry),
        Row(RETURNED, RunReached, pass_over, (RETURNED,)),
        Row(RETURNED, RepayoutApplied, apply, (RETURNED,)),
        Row(GIVEN_UP, RunReached, instruct_again, (INSTRUCTED,), _was_applied),
        Row(GIVEN_UP, RunReached, pass_over, (GIVEN_UP,)),
        Row(GIVEN_UP, RepayoutApplied, apply, (GIVEN_UP,)),
        Row(SCHEDULED, SaleUndone, withdraw, (WITHDRAWN,)),
        Row(HELD, SaleUndone, withdraw, (WITHDRAWN,)),
        Row(SUSPENDED, SaleUndone, withdraw, (WITHDRAWN,)),
        Row(SCHEDULED, HoldPlaced, hold, (HELD,)),
        Row(SUSPENDED, HoldPlaced, hold, (HELD,)),
        Row(HELD, HoldLifted, suspend, (SUSPENDED,), _under_review),
        Row(HELD, HoldLifted, free, (SCHEDULED,)),
        Row(HELD, MoneyUsed, withdraw, (WITHDRAWN,)),
        Row(SCHEDULED, ReviewBegun, suspend, (SUSPENDED,)),
        Row(SUSPENDED, ReviewOver, free, (SCHEDULED,)),
    ),
    (
        Ignored((NONE,), RunReached, "nothing is scheduled yet"),
        Ignored((INSTRUCTED, TAKEN, UNKNOWN, CREDITED), RunReached, "the money is on its way, or there"),
        Ignored((HELD, SUSPENDED, WITHDRAWN), RunReached, "a run passes over what is not to be paid"),
        Ignored((NONE, SCHEDULED, HELD, SUSPENDED, WITHDRAWN), PayoutStatus, "nothing was ordered"),
        Ignored((RETURNED, GIVEN_UP), PayoutStatus, "this try has ended: a repeated word of it"),
        Ignored(_but(INSTRUCTED, TAKEN, UNKNOWN), StatusOverdue, "no order is out; awaits() says so"),
        Ignored(_but(RETURNED, GIVEN_UP), RepayoutApplied, "nothing came back from the account bank"),
        Ignored(_but(SCHEDULED, SUSPENDED), HoldPlaced, "only what waits to be paid is kept back"),
        Ignored(_but(HELD), HoldLifted, "it is not held"),
        Ignored(_but(SCHEDULED, HELD, SUSPENDED), SaleUndone, "it is on its way, or over: the merchant owes it"),
        Ignored(_but(HELD), MoneyUsed, "only what is held is used otherwise"),
        Ignored(_but(SCHEDULED), ReviewBegun, "it is on its way, over, or not to be paid in any case"),
        Ignored(_but(SUSPENDED), ReviewOver, "it was not suspended"),
    ),
)
