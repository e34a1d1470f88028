"""核销: what a merchant owes and nobody will get back is written off (P19), once two people have approved it.

One clerk proposes it by the first approval, another one's is the second. It is refused while the money may still come:
out of a payout that waits, or because the case is not over. What is written off is taken from no later payout.
"""

from typing import ClassVar, Final, NamedTuple

from msgspec import Struct

from acquirer.host.debts import Debt, DebtDesk
from acquirer.host.dispute_records import OVER
from acquirer.host.disputes import DisputeDesk
from acquirer.merchant_notices import MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.facts import WriteOffApproved
from poslab.messages.funding import AdjustmentNotice
from poslab.party.contract import Effect, Input, Kept, Logged, Posted
from poslab.party.table import Row, Table
from poslab.party.time import Instant

OPEN: Final = "open"
APPROVED_ONCE: Final = "approved-once"
WRITTEN_OFF: Final = "written-off"

NO_SUCH_ITEM: Final = "no-such-item"
STILL_RECOVERABLE: Final = "still-recoverable"
SAME_PERSON: Final = "same-person"
OVER_ALREADY: Final = "already-written-off"
"""Why an approval is refused."""

ITEMS_REMEMBERED: Final = 1_000
"""How many items that were written off are known as such."""

_WRITEOFF: Final = "A.writeoff"
_SHORT: Final = "A.short_suspense"


class HeldWriteOffs(Struct):
    """A snapshot."""

    approved: dict[str, str] = {}
    """Item → who approved first."""
    over: dict[str, None] = {}
    """Items that were written off."""


class OnDesk(NamedTuple):
    """An item on the desk."""

    desk: "WriteOffDesk"
    item: str


class WriteOffDesk:
    """Hears approvals; posted in the host's book ``A``."""

    HEARS: ClassVar[tuple[type[Input], ...]] = (WriteOffApproved,)

    def __init__(self, book: Book, debts: DebtDesk, disputes: DisputeDesk, notices: MerchantNotices) -> None:
        self._book = book
        self._notices = notices
        self._debts = debts
        self._disputes = disputes
        self.held = HeldWriteOffs()

    def handle(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear an approval."""
        assert isinstance(given, WriteOffApproved)
        state = OPEN
        if given.item in self.held.over:
            state = WRITTEN_OFF
        elif given.item in self.held.approved:
            state = APPROVED_ONCE
        WRITE_OFFS.step(OnDesk(self, given.item), state, given, at, out)

    # --- what the rows of the table ask for

    def debt(self, item: str) -> Debt | None:
        """The debt of an item, if it is open."""
        return self._debts.find(item)

    def may_be_recovered(self, item: str, debt: Debt) -> bool:
        """Whether a payout waits from which it will be taken, or its case may still be won."""
        if self._debts.waiting_fen(debt.mid):
            return True
        case = self._disputes.cases.get(rrn_of_case(item)) if is_case(item) else None
        return case is not None and case.state not in OVER

    def write_off(self, item: str, out: list[Effect]) -> int:
        """Book it (P19), strike it off and tell the merchant; its amount in fen."""
        debt = self._debts.find(item)
        assert debt is not None, f"{item} is not among the debts"
        owed = debt.owed
        self._debts.strike_off(item)
        available = f"A.merchant_payable.{debt.mid}.available"
        entry = f"P19/{item}"
        postings = ((_SHORT, available, owed.amount_fen), (_WRITEOFF, _SHORT, owed.amount_fen))
        if self._book.post(entry, postings):
            out.append(Posted(owed.about, entry, postings))
        self._notices.tell(debt.mid, AdjustmentNotice(owed.about, "written-off", item, owed.amount_fen), out)
        self.held.over[item] = None
        for old in list(self.held.over)[:-ITEMS_REMEMBERED]:
            del self.held.over[old]
        return owed.amount_fen


# --- the rows of the table


def refuse(of: OnDesk, given: WriteOffApproved, at: Instant, out: list[Effect]) -> str:
    """It is not to be written off, or not by this person; a first approval of what is paid meanwhile is void."""
    why = objection(of, given)
    debt = of.desk.debt(given.item)
    about = given.about if debt is None else debt.owed.about
    out.append(Logged(about, "write-off-refused", {"item": given.item, "by": given.by, "why": why}))
    if why == OVER_ALREADY:
        return WRITTEN_OFF
    if why == NO_SUCH_ITEM:
        of.desk.held.approved.pop(given.item, None)
    return APPROVED_ONCE if given.item in of.desk.held.approved else OPEN


def approve(of: OnDesk, given: WriteOffApproved, at: Instant, out: list[Effect]) -> str:
    """The first approval: somebody else must give the second."""
    _note(of, given, out)
    of.desk.held.approved[given.item] = given.by
    return APPROVED_ONCE


def write_off(of: OnDesk, given: WriteOffApproved, at: Instant, out: list[Effect]) -> str:
    """The second approval, by somebody else: the acquirer bears it."""
    about = _note(of, given, out)
    first = of.desk.held.approved.pop(given.item)
    amount_fen = of.desk.write_off(given.item, out)
    details: dict[str, str | int] = {
        "item": given.item, "amount_fen": amount_fen, "first": first, "second": given.by,
    }  # fmt: skip
    out.append(Logged(about, "written-off", details))
    return WRITTEN_OFF


def _note(of: OnDesk, given: WriteOffApproved, out: list[Effect]) -> str:
    debt = of.desk.debt(given.item)
    about = given.about if debt is None else debt.owed.about
    out.append(Kept(about, "write-off"))
    out.append(Logged(about, "write-off-approved", {"item": given.item, "by": given.by}))
    return about


def objection(of: OnDesk, given: WriteOffApproved) -> str:
    """Why an approval is refused; empty if it is taken."""
    desk = of.desk
    if given.item in desk.held.over:
        return OVER_ALREADY
    debt = desk.debt(given.item)
    if debt is None:
        return NO_SUCH_ITEM
    if desk.may_be_recovered(given.item, debt):
        return STILL_RECOVERABLE
    return SAME_PERSON if desk.held.approved.get(given.item) == given.by else ""


def _is_refused(of: OnDesk, given: WriteOffApproved, at: Instant) -> bool:
    return bool(objection(of, given))


WRITE_OFFS: Table[OnDesk] = Table(
    "a write-off at the host",
    (OPEN, APPROVED_ONCE, WRITTEN_OFF),
    (
        Row(OPEN, WriteOffApproved, refuse, (OPEN,), _is_refused),
        Row(OPEN, WriteOffApproved, approve, (APPROVED_ONCE,)),
        Row(APPROVED_ONCE, WriteOffApproved, refuse, (APPROVED_ONCE, OPEN), _is_refused),
        Row(APPROVED_ONCE, WriteOffApproved, write_off, (WRITTEN_OFF,)),
        Row(WRITTEN_OFF, WriteOffApproved, refuse, (WRITTEN_OFF,)),
    ),
)
