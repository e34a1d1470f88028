"""A payout that its payer asks back: what the rail does about it, until the account bank has said what becomes of it.

The account bank is told, and told again by the rail itself: every ``CREDIT_REPEAT_US`` while it is silent, and every
``APPLIED_REPEAT_US`` while it waits for what the account's owner says, for that word may be lost. Each recall has a
number, so that the bank knows the same one when it comes again, and asks nobody twice. After ``RECALL_ENDS_US`` the
rail leaves it; the payer's next question begins another one.
"""

from typing import TYPE_CHECKING

import msgspec

from bank.rail_records import (
    APPLIED_REPEAT_US,
    CREDIT_REPEAT_US,
    DELIVERED,
    OWNER_ASKED,
    RECALL_ENDS_US,
    RECALLED,
    RETURNED,
    Payout,
    RecallOverdue,
    in_flight,
)
from poslab.messages.funding import CreditAnswer, PayoutRecall, payout_try_of
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.time import Instant

if TYPE_CHECKING:
    from bank.rail import Rail

Given = PayoutRecall | CreditAnswer | RecallOverdue


def begin(rail: "Rail", given: PayoutRecall, at: Instant, out: list[Effect]) -> str:
    """Its payer asks it back: the account bank is told."""
    known = _known(rail, given)
    recalled = Payout(known.order, RECALLED, "", known.attempt + 1, known.recall + 1, at + RECALL_ENDS_US)
    out.append(Kept("", "recall"))
    rail.move(_try_of(given), DELIVERED, recalled, out)
    out.append(Logged("", "recall-passed", {"payout": _try_of(given)}))
    rail.tell(recalled, out)
    pass_on(recalled, out)
    return RECALLED


def ask_again(rail: "Rail", given: RecallOverdue | PayoutRecall, at: Instant, out: list[Effect]) -> str:
    """The account bank has not said what became of it, or its payer asks once more: the same recall again."""
    known = _known(rail, given)
    again = msgspec.structs.replace(known, attempt=known.attempt + 1)
    rail.repeat(_try_of(given), again)
    if isinstance(given, PayoutRecall):
        out.append(Logged("", "recall-passed", {"payout": _try_of(given)}))
        rail.tell(again, out)
    elif known.state == RECALLED:
        out.append(Logged("", "no-answer", {"payout": _try_of(given)}))
    pass_on(again, out)
    return again.state


def wait(rail: "Rail", given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
    """The account's owner is being asked, and may take days."""
    known = _known(rail, given)
    asked = msgspec.structs.replace(known, state=OWNER_ASKED, attempt=known.attempt + 1)
    out.append(Kept("", "recall"))
    rail.move(_try_of(given), RECALLED, asked, out)
    out.append(Logged("", "owner-asked", {"payout": _try_of(given)}))
    out.append(_reminder(asked))
    return OWNER_ASKED


def recover(rail: "Rail", given: CreditAnswer, at: Instant, out: list[Effect]) -> str:
    """The account's owner gave it back: from the bank to whoever paid (P15)."""
    payout, of = _known(rail, given), _try_of(given)
    flight, amount_fen = in_flight(given.payout_no), payout.order.amount_fen
    returned = Payout(payout.order, RETURNED, given.reason)
    out.append(Kept("", "return"))
    rail.move(of, payout.state, returned, out)
    bank = rail.receiver(payout.order)
    rail.post(f"P15/{of}", out, (bank, flight, amount_fen), (flight, payout.order.payer, amount_fen))
    out.append(Logged("", "recovered", {"payout": of}))
    rail.tell(returned, out)
    return RETURNED


def leave(rail: "Rail", given: CreditAnswer | RecallOverdue, at: Instant, out: list[Effect]) -> str:
    """The money stays where it is: its receiver keeps it, or has said nothing for too long."""
    known, of = _known(rail, given), _try_of(given)
    out.append(Kept("", "recall"))
    stays = Payout(known.order, DELIVERED, "", known.attempt, known.recall)
    rail.move(of, known.state, stays, out)
    out.append(Logged("", "recall-ended" if isinstance(given, RecallOverdue) else "recall-refused", {"payout": of}))
    rail.tell(stays, out)
    return DELIVERED


def pass_on(payout: Payout, out: list[Effect]) -> None:
    """Tell the account bank of a recall, and be reminded of its answer."""
    order = payout.order
    out.append(Send(order.bank, PayoutRecall("", order.payout_no, order.try_no, payout.recall), payout.attempt))
    out.append(_reminder(payout))


def _reminder(payout: Payout) -> Remind:
    after = CREDIT_REPEAT_US if payout.state == RECALLED else APPLIED_REPEAT_US
    return Remind(after, RecallOverdue("", payout.order.payout_no, payout.order.try_no, payout.attempt))


def _try_of(given: Given) -> str:
    return payout_try_of(given.payout_no, given.try_no)


def _known(rail: "Rail", given: Given) -> Payout:
    known = rail.known(given.payout_no, given.try_no)
    assert known is not None
    return known


# --- guards


def given_back(rail: "Rail", given: CreditAnswer, at: Instant) -> bool:
    """Whether the owner of the account gave back what was asked back, be it late."""
    return given.state == "returned" and _known(rail, given).recall > 0


def being_asked(rail: "Rail", given: CreditAnswer, at: Instant) -> bool:
    """Whether it says that the owner is asked for this very recall."""
    return given.state == "asked" and given.recall == _known(rail, given).recall


def kept(rail: "Rail", given: CreditAnswer, at: Instant) -> bool:
    """Whether it says that the money stays, and answers this very recall."""
    return given.state == "credited" and given.recall == _known(rail, given).recall


def over(rail: "Rail", given: RecallOverdue, at: Instant) -> bool:
    """Whether it was repeated for long enough."""
    return at >= _known(rail, given).recall_ends
